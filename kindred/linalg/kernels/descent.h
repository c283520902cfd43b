// Steps of gradient descent on runs of weights: the inner loops of an optimizer.
//
//   sgd      w -= w decay;  w -= rate g
//   adagrad  w -= w decay;  a += g^2;  w -= rate g / sqrt(a + epsilon)
//   adam     w -= w decay;  m += (g - m)(1 - beta1);  v += (g^2 - v)(1 - beta2);
//            w -= rate m / (sqrt(v) + epsilon)
//
// Every element is multiplied, divided and rounded as the plain loop does it, so all
// targets give the same bits, and a run may be cut anywhere.
//
// Cost: bound by memory, but for Adam's idle steps: about 20 cycles a step for as many
// weights as a vector holds, until a weight no longer moves, and 12 after that.
//
// Thread safety: pure functions on what the caller owns.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindred::linalg {

struct DescentRates {
  float rate = 0.0F;   // Of Adam: with the correction of the moments' bias.
  float decay = 0.0F;  // The share of itself that a weight loses before the step.
};

struct AdamConstants {
  float beta1 = 0.9F;
  float beta2 = 0.999F;
  float epsilon = 1e-7F;  // Above 0.
};

// All spans of a call have the same length.
void sgd_step(DescentRates rates, std::span<float> weights,
              std::span<const float> gradient) noexcept;
void adagrad_step(DescentRates rates, float epsilon, std::span<float> weights,
                  std::span<const float> gradient, std::span<float> accumulator) noexcept;
void adam_step(DescentRates rates, const AdamConstants& constants, std::span<float> weights,
               std::span<const float> gradient, std::span<float> mean,
               std::span<float> square) noexcept;

// A table of which a step moves some rows, with the slots that the step needs.
struct TableCells {
  std::size_t cols = 0;
  float* weights = nullptr;
  float* first = nullptr;   // Adagrad's accumulator, Adam's mean;
  float* second = nullptr;  // Adam's square.
};

// The step above for each of `rows`, row i of gradient for row rows[i], bit for bit. Rows are
// asked for early: a table may be larger than caches are.
// Requires: each row once; gradient is rows.size() x cols.
void sgd_rows(DescentRates rates, const TableCells& table, std::span<const std::int64_t> rows,
              const float* gradient) noexcept;
void adagrad_rows(DescentRates rates, float epsilon, const TableCells& table,
                  std::span<const std::int64_t> rows, const float* gradient) noexcept;
void adam_rows(DescentRates rates, const AdamConstants& constants, const TableCells& table,
               std::span<const std::int64_t> rows, const float* gradient) noexcept;

// One adam_step() with a gradient of 0 for each of `steps`, in order, bit for bit.
void adam_idle_steps(std::span<const DescentRates> steps, const AdamConstants& constants,
                     std::span<float> weights, std::span<float> mean,
                     std::span<float> square) noexcept;

// The same as plain loops: the oracles of the above.
void sgd_step_plain(DescentRates rates, std::span<float> weights,
                    std::span<const float> gradient) noexcept;
void adagrad_step_plain(DescentRates rates, float epsilon, std::span<float> weights,
                        std::span<const float> gradient, std::span<float> accumulator) noexcept;
void adam_step_plain(DescentRates rates, const AdamConstants& constants, std::span<float> weights,
                     std::span<const float> gradient, std::span<float> mean,
                     std::span<float> square) noexcept;

}  // namespace kindred::linalg
