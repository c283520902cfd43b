// Gradients cut to size before a step.
//
//   by value         every element into [-limit, limit]
//   by norm          a tensor longer than the limit is scaled to its length
//   by global norm   all tensors together are, by one factor
//
// A sparse gradient is given as its rows, those of equal ids added first: its norm is then
// that of the dense gradient. Squares are summed in double, in order, so the factor depends
// on nothing but the gradients. A gradient that is not finite stays as it is, for the loop
// to notice.
//
// Thread safety: as for any value.

#pragma once

#include <span>
#include <variant>

namespace kindred::nn {

struct NoClipping {
  bool operator==(const NoClipping&) const = default;
};
struct ClipByValue {
  float limit = 1.0F;
  bool operator==(const ClipByValue&) const = default;
};
struct ClipByNorm {
  float limit = 1.0F;
  bool operator==(const ClipByNorm&) const = default;
};
struct ClipByGlobalNorm {
  float limit = 1.0F;
  bool operator==(const ClipByGlobalNorm&) const = default;
};
using GradientClipping = std::variant<NoClipping, ClipByValue, ClipByNorm, ClipByGlobalNorm>;

// Throws Error(invalid_argument) unless the limit is finite and above 0.
void check_clipping(const GradientClipping& clipping);

void clip_by_value(std::span<float> gradient, float limit);
void clip_by_norm(std::span<float> gradient, float limit);
void clip_by_global_norm(std::span<const std::span<float>> gradients, float limit);

// The root of the sum of squares of all of them.
double global_norm(std::span<const std::span<float>> gradients);

// Whichever it is, for all gradients of a step.
void clip(const GradientClipping& clipping, std::span<const std::span<float>> gradients);

}  // namespace kindred::nn
