#include "kindred/nn/optimizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/huge_pages.h"
#include "kindred/base/memory_budget.h"
#include "kindred/base/thread_pool.h"
#include "kindred/nn/tape.h"

namespace kindred::nn {
namespace {

// Values of a piece of work for one thread: some tens of microseconds.
constexpr std::size_t kPieceValues = 1U << 15U;

std::size_t rows_in_piece(std::size_t cols) noexcept {
  return std::max<std::size_t>(1, kPieceValues / std::max<std::size_t>(1, cols));
}

bool are_below(std::span<const std::int64_t> rows, std::size_t row_count) {
  return std::ranges::all_of(rows, [row_count](std::int64_t row) {
    return row >= 0 && static_cast<std::size_t>(row) < row_count;
  });
}

}  // namespace

Optimizer::Optimizer(const OptimizerOptions& options) : options_(options) {
  check_optimizer(options_);
}

std::size_t Optimizer::add_parameter(std::string name, ParameterShape shape) {
  for (const Parameter& other : parameters_) KINDRED_CHECK(other.name != name);
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.shape = shape;
  for (const SlotKind& kind : slot_kinds(options_)) {
    process_memory().take(shape.rows * (kind.one_a_row ? 1 : shape.cols) * sizeof(float),
                          fmt::format("the optimizer's memory of '{}'", parameter.name));
    parameter.slots.push_back(
        huge_vector(shape.rows * (kind.one_a_row ? 1 : shape.cols), kind.initial));
  }
  if (shape.sparse && moves_without_gradient(options_, shape.decays)) {
    parameter.row_steps = huge_vector(shape.rows, static_cast<std::uint32_t>(step_));
  }
  parameter.caught_up_step = step_;
  parameters_.push_back(std::move(parameter));
  return parameters_.size() - 1;
}

void Optimizer::begin_step(float learning_rate) {
  // FTRL divides by its rate.
  const bool above_zero = std::holds_alternative<Ftrl>(options_);
  if (!std::isfinite(learning_rate) || learning_rate < 0.0F ||
      (above_zero && learning_rate == 0.0F)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the learning rate is {}; it must be finite and {} 0", learning_rate,
                            above_zero ? "above" : "at least"));
  }
  ++step_;
  forget_old_steps();
  history_.push_back(step_rates(options_, learning_rate, step_));
}

// The steps that every row of every sparse parameter has been through are not asked for again.
void Optimizer::forget_old_steps() {
  std::uint64_t reached = step_ - 1;
  for (const Parameter& parameter : parameters_) {
    if (!parameter.row_steps.empty()) reached = std::min(reached, parameter.caught_up_step);
  }
  if (reached > forgotten_steps_ && reached - forgotten_steps_ >= history_.size()) {
    history_.clear();
    forgotten_steps_ = reached;
  }
}

CellBlock Optimizer::block_of(Parameter& parameter, std::span<float> values, std::size_t begin,
                              std::size_t count) const {
  const std::size_t cols = parameter.shape.cols;
  CellBlock cells;
  cells.rows = count;
  cells.cols = cols;
  cells.values = values.data() + begin * cols;
  for (std::size_t i = 0; i < parameter.slots.size(); ++i) {
    std::vector<float>& slot = parameter.slots[i];
    const bool one_a_row = slot.size() != parameter.shape.rows * cols;
    cells.slots[i] = slot.data() + begin * (one_a_row ? 1 : cols);
    cells.one_slot_a_row = one_a_row;
  }
  return cells;
}

void Optimizer::update(std::size_t parameter, std::span<float> values,
                       std::span<const float> gradient, ThreadPool* pool) {
  Parameter& p = parameters_.at(parameter);
  KINDRED_CHECK(step_ > 0 && values.size() == p.shape.rows * p.shape.cols);
  KINDRED_CHECK(gradient.size() == values.size());
  StepRates rates = history_.back();
  if (!p.shape.decays) rates.decay = 0.0F;
  for_blocks(pool, p.shape.rows, rows_in_piece(p.shape.cols),
             [&](std::size_t begin, std::size_t end) {
               for (std::size_t row = begin; !p.row_steps.empty() && row < end; ++row) {
                 KINDRED_CHECK(p.row_steps[row] < step_);
                 replay_row(p, values, row, step_ - 1);
                 p.row_steps[row] = static_cast<std::uint32_t>(step_);
               }
               take_step(options_, rates, block_of(p, values, begin, end - begin),
                         gradient.data() + begin * p.shape.cols);
             });
  p.caught_up_step = step_;
}

void Optimizer::update_rows(std::size_t parameter, std::span<float> values,
                            std::span<const std::int64_t> rows, std::span<const float> gradient,
                            ThreadPool* pool) {
  Parameter& p = parameters_.at(parameter);
  const std::size_t cols = p.shape.cols;
  KINDRED_CHECK(step_ > 0 && p.shape.sparse && values.size() == p.shape.rows * cols);
  KINDRED_CHECK(gradient.size() == rows.size() * cols && are_below(rows, p.shape.rows));
  StepRates rates = history_.back();
  if (!p.shape.decays) rates.decay = 0.0F;
  for_blocks(pool, rows.size(), rows_in_piece(cols), [&](std::size_t begin, std::size_t end) {
    const auto piece = rows.subspan(begin, end - begin);
    for (const std::int64_t id : p.row_steps.empty() ? std::span<const std::int64_t>() : piece) {
      const auto row = static_cast<std::size_t>(id);
      KINDRED_CHECK(p.row_steps[row] < step_);
      replay_row(p, values, row, step_ - 1);
      p.row_steps[row] = static_cast<std::uint32_t>(step_);
    }
    take_step_of_rows(options_, rates, block_of(p, values, 0, p.shape.rows), piece,
                      gradient.data() + begin * cols);
  });
}

// From the step that the row has reached to `target`.
void Optimizer::replay_row(Parameter& parameter, std::span<float> values, std::size_t row,
                           std::uint64_t target) {
  const std::uint64_t reached = parameter.row_steps[row];
  if (reached >= target) return;
  const std::span<const StepRates> steps =
      std::span(history_).subspan(reached - forgotten_steps_, target - reached);
  take_idle_steps(options_, steps, parameter.shape.decays, block_of(parameter, values, row, 1));
  parameter.row_steps[row] = static_cast<std::uint32_t>(target);
}

void Optimizer::catch_up_rows(std::size_t parameter, std::span<float> values,
                              std::span<const std::int64_t> rows, ThreadPool* pool) {
  Parameter& p = parameters_.at(parameter);
  KINDRED_CHECK(values.size() == p.shape.rows * p.shape.cols && are_below(rows, p.shape.rows));
  if (p.row_steps.empty()) return;
  for_blocks(pool, rows.size(), rows_in_piece(p.shape.cols),
             [&](std::size_t begin, std::size_t end) {
               for (std::size_t i = begin; i < end; ++i) {
                 replay_row(p, values, static_cast<std::size_t>(rows[i]), step_);
               }
             });
}

void Optimizer::catch_up(std::size_t parameter, std::span<float> values, ThreadPool* pool) {
  Parameter& p = parameters_.at(parameter);
  KINDRED_CHECK(values.size() == p.shape.rows * p.shape.cols);
  if (!p.row_steps.empty()) {
    for_blocks(pool, p.shape.rows, rows_in_piece(p.shape.cols),
               [&](std::size_t begin, std::size_t end) {
                 for (std::size_t row = begin; row < end; ++row) replay_row(p, values, row, step_);
               });
  }
  p.caught_up_step = step_;
}

std::vector<SlotView> Optimizer::slots() {
  std::vector<SlotView> views;
  const std::vector<SlotKind> kinds = slot_kinds(options_);
  for (Parameter& parameter : parameters_) {
    KINDRED_CHECK(parameter.row_steps.empty() || parameter.caught_up_step == step_);
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      views.push_back({.name = fmt::format("{}/{}", parameter.name, kinds[i].name),
                       .rows = parameter.shape.rows,
                       .cols = kinds[i].one_a_row ? 1 : parameter.shape.cols,
                       .values = parameter.slots[i]});
    }
  }
  return views;
}

void Optimizer::resume_at(std::uint64_t step) {
  step_ = step;
  forgotten_steps_ = step;
  history_.clear();
  for (Parameter& parameter : parameters_) {
    std::ranges::fill(parameter.row_steps, static_cast<std::uint32_t>(step));
    parameter.caught_up_step = step;
  }
}

}  // namespace kindred::nn
