#include "kindred/linalg/kernels/find.h"

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/find.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/find-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(find_at_least);
HWY_EXPORT(find_at_least_of_each);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

std::size_t find_at_least_plain(std::span<const float> values, float threshold,
                                std::size_t begin) noexcept {
  std::size_t i = begin;
  while (i < values.size() && !(values[i] >= threshold)) ++i;
  return i;
}

std::size_t find_at_least(std::span<const float> values, float threshold,
                          std::size_t begin) noexcept {
  KINDRED_DCHECK(begin <= values.size());
  return HWY_DYNAMIC_DISPATCH(find_at_least)(values, threshold, begin);
}

std::size_t find_at_least_plain(std::span<const float> values, std::span<const float> limits,
                                float shift, std::size_t begin) noexcept {
  std::size_t i = begin;
  while (i < values.size() && !(values[i] >= limits[i] + shift)) ++i;
  return i;
}

std::size_t find_at_least(std::span<const float> values, std::span<const float> limits, float shift,
                          std::size_t begin) noexcept {
  KINDRED_DCHECK(begin <= values.size() && limits.size() == values.size());
  return HWY_DYNAMIC_DISPATCH(find_at_least_of_each)(values, limits, shift, begin);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
