// One step of each optimizer, for a run of weights with their slots.
//
// The formulas are those of optimizer_options.h. A step is the same for every element
// (row-wise Adagrad: for every row), so a run may be a whole parameter, a piece of it for
// one thread, or a row.
//
// Thread safety: pure functions on what the caller owns.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kindred/nn/optimizer_options.h"

namespace kindred::nn {

inline constexpr std::size_t kSlotsMax = 3;

// What a step needs to know besides the options.
struct StepRates {
  float rate = 0.0F;    // The learning rate,
  float decay = 0.0F;   // times the weight decay;
  float scaled = 0.0F;  // Adam: times the correction of both moments' bias.
};

// Weights with their slots: `rows` rows of `cols`.
struct CellBlock {
  std::size_t rows = 0;
  std::size_t cols = 0;
  float* values = nullptr;
  std::array<float*, kSlotsMax> slots = {};
  bool one_slot_a_row = false;  // Of row-wise Adagrad, instead of one a value.

  std::size_t count() const noexcept { return rows * cols; }
  // Requires: row < rows.
  CellBlock row(std::size_t row) const noexcept {
    CellBlock part{1, cols, values + row * cols, slots, one_slot_a_row};
    for (float*& slot : part.slots) {
      if (slot != nullptr) slot += row * (one_slot_a_row ? 1 : cols);
    }
    return part;
  }
};

// The slots that these options need, by name, and what they begin with.
struct SlotKind {
  std::string_view name;
  float initial = 0.0F;
  bool one_a_row = false;
};
std::vector<SlotKind> slot_kinds(const OptimizerOptions& options);

// Of step number `step`, counted from 1.
StepRates step_rates(const OptimizerOptions& options, float learning_rate, std::uint64_t step);

// Whether a step without a gradient can change a weight or a slot of a parameter that decays,
// or does not.
bool moves_without_gradient(const OptimizerOptions& options, bool decays) noexcept;

// gradient is rows x cols.
void take_step(const OptimizerOptions& options, const StepRates& rates, const CellBlock& cells,
               const float* gradient);

// A step for some rows of a table of cells, row i of gradient for row rows[i]: take_step() for
// each of them, bit for bit. Requires: each row once, all below table.rows.
void take_step_of_rows(const OptimizerOptions& options, const StepRates& rates,
                       const CellBlock& table, std::span<const std::int64_t> rows,
                       const float* gradient);

// Several steps with a gradient of 0: bit for bit take_step() with zeros, once for each.
// Requires: decays says whether weight decay applies, as in `rates` of take_step().
void take_idle_steps(const OptimizerOptions& options, std::span<const StepRates> steps, bool decays,
                     const CellBlock& cells);

}  // namespace kindred::nn
