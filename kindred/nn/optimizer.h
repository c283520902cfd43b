// An optimizer at work: the state of every parameter, and one step at a time.
//
// A parameter is a matrix of floats that the caller owns, a bias one of 1 row. A dense
// update takes a gradient for all of it. A sparse update takes gradients for some rows,
// each once, and gives bit for bit what the dense update with zeros elsewhere would give,
// without touching the other rows: most optimizers move a weight even in a step without a
// gradient for it (momentum, Adam, weight decay, FTRL's first step), and those steps are
// replayed when the row is next needed. LazyAdam alone means something else by a sparse
// update (optimizer_options.h), and row-wise Adagrad has one accumulator a row.
//
// In a training step, in this order:
//
//     catch_up_rows(table, values, ids)     the rows that the forward pass will read
//     ... forward and backward pass ...
//     begin_step(learning_rate)
//     update(...) or update_rows(...)       at most once for each parameter
//
// and catch_up(table, values) for every table before anybody looks at all of it (at the
// end of an epoch, before evaluation and saving). A dense parameter without an update in a
// step is left as it is; a sparse one then has a gradient of 0 everywhere.
//
// Cost: a dense update reads and writes weights, gradient and up to three slots of the same
// size once. A sparse update costs the same for the rows named, and a replay as much again
// for every step that was skipped, at most once for each row and step. A sparse parameter
// that is replayed keeps 4 bytes a row.
//
// Thread safety: updates of different parameters may run at the same time between one
// begin_step() and the next, if they do not share a pool. Results do not depend on the
// number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kindred/nn/optimizer_options.h"
#include "kindred/nn/optimizer_steps.h"

namespace kindred {
class ThreadPool;
}

namespace kindred::nn {

// A slot of a parameter: "tower.kernel/momentum".
struct SlotView {
  std::string name;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::span<float> values;  // rows x cols, row-major.
};

struct ParameterShape {
  std::size_t rows = 1;
  std::size_t cols = 1;
  bool sparse = false;  // A table whose rows are updated on their own.
  bool decays = true;   // false: without weight decay, as is usual for biases and norms.
};

class Optimizer {
 public:
  // Throws Error(invalid_argument) naming an option that is out of range.
  explicit Optimizer(const OptimizerOptions& options);

  const OptimizerOptions& options() const noexcept { return options_; }
  std::uint64_t step() const noexcept { return step_; }  // Steps begun so far.

  // Returns the number of the parameter, counted from 0. Requires: names that differ.
  std::size_t add_parameter(std::string name, ParameterShape shape);

  // One more step. Throws Error(invalid_argument) unless the rate is finite and at
  // least 0 (FTRL: above 0).
  void begin_step(float learning_rate);

  // Both spans are rows x cols. Large ones are split over the pool, if there is one.
  void update(std::size_t parameter, std::span<float> values, std::span<const float> gradient,
              ThreadPool* pool = nullptr);

  // gradient is rows.size() x cols, a row for each of `rows`, each once.
  // Requires: a sparse parameter; values is all of it.
  void update_rows(std::size_t parameter, std::span<float> values,
                   std::span<const std::int64_t> rows, std::span<const float> gradient,
                   ThreadPool* pool = nullptr);

  // Brings rows of a sparse parameter to the present step; nothing to do for a dense one.
  // Requires: each row once; not between begin_step() and the update of the parameter.
  void catch_up_rows(std::size_t parameter, std::span<float> values,
                     std::span<const std::int64_t> rows, ThreadPool* pool = nullptr);
  void catch_up(std::size_t parameter, std::span<float> values, ThreadPool* pool = nullptr);

  // All slots of all parameters, for a checkpoint to write, or to fill from one before
  // resume_at(). Requires: every sparse parameter caught up. Views live until the next
  // add_parameter().
  std::vector<SlotView> slots();

  // As if so many steps were done: continues to the same bytes from the values of that step.
  void resume_at(std::uint64_t step);

 private:
  struct Parameter {
    std::string name;
    ParameterShape shape;
    // As many values as the parameter has, or one a row (row-wise Adagrad).
    std::vector<std::vector<float>> slots;
    // Sparse and replayed: the step that each row has reached. Else empty.
    std::vector<std::uint32_t> row_steps;
    std::uint64_t caught_up_step = 0;  // All rows have reached it.
  };

  CellBlock block_of(Parameter& parameter, std::span<float> values, std::size_t begin,
                     std::size_t count) const;
  void replay_row(Parameter& parameter, std::span<float> values, std::size_t row,
                  std::uint64_t target);
  void forget_old_steps();

  OptimizerOptions options_;
  std::vector<Parameter> parameters_;
  std::uint64_t step_ = 0;
  // What the steps after forgotten_steps_ were taken with, for replays.
  std::vector<StepRates> history_;
  std::uint64_t forgotten_steps_ = 0;
};

}  // namespace kindred::nn
