#include "kindred/linalg/kernels/descent.h"

#include <cmath>

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/descent.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/descent-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(sgd_step);
HWY_EXPORT(adagrad_step);
HWY_EXPORT(adam_step);
HWY_EXPORT(adam_idle_steps);
HWY_EXPORT(sgd_rows);
HWY_EXPORT(adagrad_rows);
HWY_EXPORT(adam_rows);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

void sgd_step_plain(DescentRates rates, std::span<float> weights,
                    std::span<const float> gradient) noexcept {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    float& w = weights[i];
    w -= w * rates.decay;
    w -= rates.rate * gradient[i];
  }
}

void adagrad_step_plain(DescentRates rates, float epsilon, std::span<float> weights,
                        std::span<const float> gradient, std::span<float> accumulator) noexcept {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float g = gradient[i];
    float& w = weights[i];
    w -= w * rates.decay;
    accumulator[i] += g * g;
    w -= rates.rate * g / std::sqrt(accumulator[i] + epsilon);
  }
}

void adam_step_plain(DescentRates rates, const AdamConstants& constants, std::span<float> weights,
                     std::span<const float> gradient, std::span<float> mean,
                     std::span<float> square) noexcept {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float g = gradient[i];
    float& w = weights[i];
    w -= w * rates.decay;
    mean[i] += (g - mean[i]) * (1.0F - constants.beta1);
    square[i] += (g * g - square[i]) * (1.0F - constants.beta2);
    w -= rates.rate * mean[i] / (std::sqrt(square[i]) + constants.epsilon);
  }
}

void sgd_step(DescentRates rates, std::span<float> weights,
              std::span<const float> gradient) noexcept {
  KINDRED_DCHECK(gradient.size() == weights.size());
  HWY_DYNAMIC_DISPATCH(sgd_step)(rates, weights, gradient);
}

void adagrad_step(DescentRates rates, float epsilon, std::span<float> weights,
                  std::span<const float> gradient, std::span<float> accumulator) noexcept {
  KINDRED_DCHECK(gradient.size() == weights.size() && accumulator.size() == weights.size());
  HWY_DYNAMIC_DISPATCH(adagrad_step)(rates, epsilon, weights, gradient, accumulator);
}

void adam_step(DescentRates rates, const AdamConstants& constants, std::span<float> weights,
               std::span<const float> gradient, std::span<float> mean,
               std::span<float> square) noexcept {
  KINDRED_DCHECK(gradient.size() == weights.size());
  KINDRED_DCHECK(mean.size() == weights.size() && square.size() == weights.size());
  HWY_DYNAMIC_DISPATCH(adam_step)(rates, constants, weights, gradient, mean, square);
}

void sgd_rows(DescentRates rates, const TableCells& table, std::span<const std::int64_t> rows,
              const float* gradient) noexcept {
  HWY_DYNAMIC_DISPATCH(sgd_rows)(rates, table, rows, gradient);
}

void adagrad_rows(DescentRates rates, float epsilon, const TableCells& table,
                  std::span<const std::int64_t> rows, const float* gradient) noexcept {
  HWY_DYNAMIC_DISPATCH(adagrad_rows)(rates, epsilon, table, rows, gradient);
}

void adam_rows(DescentRates rates, const AdamConstants& constants, const TableCells& table,
               std::span<const std::int64_t> rows, const float* gradient) noexcept {
  HWY_DYNAMIC_DISPATCH(adam_rows)(rates, constants, table, rows, gradient);
}

void adam_idle_steps(std::span<const DescentRates> steps, const AdamConstants& constants,
                     std::span<float> weights, std::span<float> mean,
                     std::span<float> square) noexcept {
  KINDRED_DCHECK(mean.size() == weights.size() && square.size() == weights.size());
  HWY_DYNAMIC_DISPATCH(adam_idle_steps)(steps, constants, weights, mean, square);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
