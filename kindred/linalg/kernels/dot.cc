#include "kindred/linalg/kernels/dot.h"

#include <array>
#include <cstddef>

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/dot.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/dot-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(dot);
HWY_EXPORT(dots);
HWY_EXPORT(squared_distance);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

constexpr std::size_t kLanes = 16;

float add_pairwise(std::array<float, kLanes> sums) noexcept {
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
  }
  return sums[0];
}

}  // namespace

float dot_plain(std::span<const float> a, std::span<const float> b) noexcept {
  KINDRED_DCHECK(a.size() == b.size());
  std::array<float, kLanes> sums{};
  for (std::size_t i = 0; i < a.size(); ++i) sums[i % kLanes] += a[i] * b[i];
  return add_pairwise(sums);
}

float squared_distance_plain(std::span<const float> a, std::span<const float> b) noexcept {
  KINDRED_DCHECK(a.size() == b.size());
  std::array<float, kLanes> sums{};
  for (std::size_t i = 0; i < a.size(); ++i) {
    const float difference = a[i] - b[i];
    sums[i % kLanes] += difference * difference;
  }
  return add_pairwise(sums);
}

float dot(std::span<const float> a, std::span<const float> b) noexcept {
  KINDRED_DCHECK(a.size() == b.size());
  return HWY_DYNAMIC_DISPATCH(dot)(a, b);
}

void dots(std::span<const float> query, const float* table, std::span<const std::uint32_t> ids,
          std::span<float> scores) noexcept {
  KINDRED_DCHECK(scores.size() == ids.size());
  HWY_DYNAMIC_DISPATCH(dots)(query, table, ids, scores);
}

float squared_distance(std::span<const float> a, std::span<const float> b) noexcept {
  KINDRED_DCHECK(a.size() == b.size());
  return HWY_DYNAMIC_DISPATCH(squared_distance)(a, b);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
