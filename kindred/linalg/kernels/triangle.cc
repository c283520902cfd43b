#include "kindred/linalg/kernels/triangle.h"

#include "kindred/base/check.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/triangle.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/triangle-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(factor_upper);
HWY_EXPORT(back_substitute);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

std::size_t factor_upper(float* a, std::size_t size, std::size_t stride,
                         std::size_t right_hand_sides, std::span<float> inverse_diagonal) noexcept {
  KINDRED_DCHECK(stride % kTileLanes == 0 && stride >= size + right_hand_sides);
  KINDRED_DCHECK(right_hand_sides <= 1 && inverse_diagonal.size() == size);
  return HWY_DYNAMIC_DISPATCH(factor_upper)(a, size, stride, right_hand_sides, inverse_diagonal);
}

void back_substitute(const float* u, std::size_t stride, std::span<const float> inverse_diagonal,
                     std::span<float> x) noexcept {
  KINDRED_DCHECK(x.size() == inverse_diagonal.size());
  HWY_DYNAMIC_DISPATCH(back_substitute)(u, stride, inverse_diagonal, x);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
