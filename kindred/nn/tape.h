// A small reverse-mode tape over dense matrices: what is computed forward is remembered,
// and backward() asks each step, last first, how the loss changes with its inputs.
//
//    Tape<float> tape;
//    const Var x = tape.input(batch, 32, 10);
//    const Var w = tape.parameter(weights, 10, 1, &weight_gradient);
//    const Var loss = mean_loss(tape, matmul(tape, x, w), targets, ...);   // operations.h
//    tape.backward(loss);                                     // fills weight_gradient
//    tape.clear();                                            // for the next batch
//
// A value is rows x cols, row-major, and lives until clear(); memory is kept from batch to
// batch, so that after the first ones nothing is allocated for values. Whole operations,
// not single numbers, are remembered: a step of a network is ten or twenty of them, at well
// below a microsecond of overhead each.
//
// With a pool, operations split their rows into blocks whose sizes depend on the shapes
// alone, so that results are the same bytes for any number of threads.
//
// Real is float; double is there to check gradients against differences.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/nn/gradient.h"

namespace kindred::nn {

// A value on a tape: a number that means nothing elsewhere or after clear().
struct Var {
  std::uint32_t index = 0;
};

template <typename Real>
class Tape {
 public:
  // `pool` may be null; else it must outlive *this.
  explicit Tape(ThreadPool* pool = nullptr) : pool_(pool) {}

  ThreadPool* pool() const noexcept { return pool_; }

  // Forgets all values and keeps the memory.
  void clear() noexcept;

  // Numbers that are given. They are not copied: they must stay until clear().
  Var input(const Real* values, std::size_t rows, std::size_t cols);

  // Numbers that are learned. backward() adds to `gradient`; null: they stay as they are.
  // Neither is copied: both must stay until clear().
  Var parameter(const Real* values, std::size_t rows, std::size_t cols, Gradient<Real>* gradient);

  // A new value that the caller fills. `depends` says whether any gradient will be asked of
  // it: whether one of its inputs needs_gradient().
  Var make(std::size_t rows, std::size_t cols, bool depends);

  // What backward() calls once it knows the gradient of `result` in full.
  void on_backward(Var result, std::function<void()> step);

  std::size_t rows(Var var) const noexcept { return nodes_[var.index].rows; }
  std::size_t cols(Var var) const noexcept { return nodes_[var.index].cols; }
  bool needs_gradient(Var var) const noexcept { return nodes_[var.index].needs_gradient; }

  std::span<const Real> values(Var var) const noexcept {
    const Node& node = nodes_[var.index];
    return {node.values, node.rows * node.cols};
  }
  // Only for what make() returned.
  std::span<Real> values_to_fill(Var var) noexcept {
    const Node& node = nodes_[var.index];
    return {node.own_values, node.rows * node.cols};
  }

  // The gradient of a value, for the step of on_backward(). Never empty there.
  std::span<const Real> gradient(Var var) const noexcept {
    const Node& node = nodes_[var.index];
    return {node.gradient, node.rows * node.cols};
  }

  // Where a step adds what it knows of the gradient of one of its inputs.
  // If `adds` is false nobody has written there yet: replace everything.
  struct Sink {
    Real* data = nullptr;
    bool adds = false;
  };
  // Requires: needs_gradient(var), and for parameters a dense gradient.
  Sink sink(Var var);
  // The same for steps that add element by element: zeros the first time.
  std::span<Real> accumulator(Var var);

  // The gradient of a parameter, for steps that touch only some of its rows; null for
  // other values.
  Gradient<Real>* parameter_gradient(Var var) const noexcept {
    return nodes_[var.index].parameter_gradient;
  }

  // Requires: `loss` is 1 x 1.
  void backward(Var loss);

 private:
  struct Node {
    std::size_t rows = 0;
    std::size_t cols = 0;
    const Real* values = nullptr;
    Real* own_values = nullptr;
    Real* gradient = nullptr;  // Null: zero so far.
    Gradient<Real>* parameter_gradient = nullptr;
    bool needs_gradient = false;
    std::function<void()> backward;
  };

  Real* allocate(std::size_t count);

  ThreadPool* pool_;
  std::vector<Node> nodes_;
  struct Chunk {
    std::unique_ptr<Real[]> data;
    std::size_t size = 0;
  };
  std::vector<Chunk> chunks_;   // Values and gradients; one chunk once sizes have settled.
  std::size_t used_ = 0;        // Of the last chunk.
  std::size_t chunk_size_ = 0;  // What a new chunk holds at least.
};

extern template class Tape<float>;
extern template class Tape<double>;

// Calls task(begin, end) for blocks of [0, count), of `grain` elements but the last, on the
// pool where there is one and more than one block.
void for_blocks(ThreadPool* pool, std::size_t count, std::size_t grain,
                const std::function<void(std::size_t begin, std::size_t end)>& task);

}  // namespace kindred::nn
