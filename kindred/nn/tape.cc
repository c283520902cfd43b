#include "kindred/nn/tape.h"

#include <algorithm>

#include "kindred/base/check.h"
#include "kindred/base/memory_budget.h"

namespace kindred::nn {
namespace {

constexpr std::size_t kChunkSize = 1U << 16;
constexpr std::size_t kAlignment = 16;  // Numbers: values begin on a cache line.

}  // namespace

template <typename Real>
void Tape<Real>::clear() noexcept {
  nodes_.clear();
  used_ = 0;
  if (chunks_.size() < 2) return;
  // Next time one chunk shall hold what took several.
  for (const Chunk& chunk : chunks_) chunk_size_ += chunk.size;
  chunks_.clear();
}

template <typename Real>
Real* Tape<Real>::allocate(std::size_t count) {
  const std::size_t size = (count + kAlignment - 1) / kAlignment * kAlignment;
  if (chunks_.empty() || chunks_.back().size - used_ < size) {
    const std::size_t chunk_size = std::max({size, kChunkSize, chunk_size_});
    process_memory().take(chunk_size * sizeof(Real), "a step of the network");
    chunks_.push_back({std::make_unique_for_overwrite<Real[]>(chunk_size), chunk_size});
    used_ = 0;
  }
  Real* data = chunks_.back().data.get() + used_;
  used_ += size;
  return data;
}

template <typename Real>
Var Tape<Real>::input(const Real* values, std::size_t rows, std::size_t cols) {
  return parameter(values, rows, cols, nullptr);
}

template <typename Real>
Var Tape<Real>::parameter(const Real* values, std::size_t rows, std::size_t cols,
                          Gradient<Real>* gradient) {
  Node node;
  node.rows = rows;
  node.cols = cols;
  node.values = values;
  node.parameter_gradient = gradient;
  node.needs_gradient = gradient != nullptr;
  nodes_.push_back(std::move(node));
  return {static_cast<std::uint32_t>(nodes_.size() - 1)};
}

template <typename Real>
Var Tape<Real>::make(std::size_t rows, std::size_t cols, bool depends) {
  Node node;
  node.rows = rows;
  node.cols = cols;
  node.own_values = allocate(rows * cols);
  node.values = node.own_values;
  node.needs_gradient = depends;
  nodes_.push_back(std::move(node));
  return {static_cast<std::uint32_t>(nodes_.size() - 1)};
}

template <typename Real>
void Tape<Real>::on_backward(Var result, std::function<void()> step) {
  nodes_[result.index].backward = std::move(step);
}

template <typename Real>
typename Tape<Real>::Sink Tape<Real>::sink(Var var) {
  Node& node = nodes_[var.index];
  KINDRED_DCHECK(node.needs_gradient);
  if (node.parameter_gradient != nullptr) {
    KINDRED_CHECK(node.parameter_gradient->kind() == GradientKind::dense);
    const Sink sink{node.parameter_gradient->values().data(), !node.parameter_gradient->is_zero()};
    node.parameter_gradient->mark_written();
    return sink;
  }
  if (node.gradient != nullptr) return {node.gradient, true};
  node.gradient = allocate(node.rows * node.cols);
  return {node.gradient, false};
}

template <typename Real>
std::span<Real> Tape<Real>::accumulator(Var var) {
  const Sink to = sink(var);
  const std::span<Real> sums(to.data, rows(var) * cols(var));
  if (!to.adds) std::ranges::fill(sums, Real{0});
  return sums;
}

template <typename Real>
void Tape<Real>::backward(Var loss) {
  KINDRED_CHECK(rows(loss) == 1 && cols(loss) == 1);
  if (!needs_gradient(loss)) return;
  *sink(loss).data = Real{1};
  for (std::size_t i = loss.index + 1; i-- > 0;) {
    // What nothing depends on has no gradient, and nothing to tell its inputs.
    if (nodes_[i].gradient != nullptr && nodes_[i].backward) nodes_[i].backward();
  }
}

template class Tape<float>;
template class Tape<double>;

void for_blocks(ThreadPool* pool, std::size_t count, std::size_t grain,
                const std::function<void(std::size_t begin, std::size_t end)>& task) {
  const std::size_t block_count = (count + grain - 1) / grain;
  const auto run = [&](std::size_t block) {
    task(block * grain, std::min(count, (block + 1) * grain));
  };
  if (pool == nullptr || pool->thread_count() == 1 || block_count < 2) {
    for (std::size_t block = 0; block < block_count; ++block) run(block);
  } else {
    pool->parallel_for(block_count, [&](std::size_t block, int) { run(block); });
  }
}

}  // namespace kindred::nn
