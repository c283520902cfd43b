#include "kindred/nn/gradient_clipping.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"

namespace kindred::nn {
namespace {

double sum_of_squares(std::span<const float> values) {
  double sum = 0.0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return sum;
}

void scale_to(double norm, float limit, std::span<float> gradient) {
  if (!(norm > limit) || !std::isfinite(norm)) return;
  const auto factor = static_cast<float>(limit / norm);
  for (float& value : gradient) value *= factor;
}

}  // namespace

void check_clipping(const GradientClipping& clipping) {
  const float limit = std::visit(Overloaded{[](const NoClipping&) { return 1.0F; },
                                            [](const auto& rule) { return rule.limit; }},
                                 clipping);
  if (std::isfinite(limit) && limit > 0.0F) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("gradients cannot be clipped to {}; the limit must be above 0", limit));
}

void clip_by_value(std::span<float> gradient, float limit) {
  for (float& value : gradient) {
    if (std::isfinite(value)) value = std::clamp(value, -limit, limit);
  }
}

void clip_by_norm(std::span<float> gradient, float limit) {
  scale_to(std::sqrt(sum_of_squares(gradient)), limit, gradient);
}

double global_norm(std::span<const std::span<float>> gradients) {
  double sum = 0.0;
  for (const std::span<float> gradient : gradients) sum += sum_of_squares(gradient);
  return std::sqrt(sum);
}

void clip_by_global_norm(std::span<const std::span<float>> gradients, float limit) {
  const double norm = global_norm(gradients);
  for (const std::span<float> gradient : gradients) scale_to(norm, limit, gradient);
}

void clip(const GradientClipping& clipping, std::span<const std::span<float>> gradients) {
  std::visit(
      Overloaded{[](const NoClipping&) {},
                 [&](const ClipByValue& rule) {
                   for (const auto gradient : gradients) clip_by_value(gradient, rule.limit);
                 },
                 [&](const ClipByNorm& rule) {
                   for (const auto gradient : gradients) clip_by_norm(gradient, rule.limit);
                 },
                 [&](const ClipByGlobalNorm& rule) { clip_by_global_norm(gradients, rule.limit); }},
      clipping);
}

}  // namespace kindred::nn
