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
HWY_EXPORT(solve_upper);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

std::size_t factor_upper(float* a, std::size_t size, std::size_t stride,
                         std::span<float> inverse_diagonal) noexcept {
  KINDRED_DCHECK(stride % kTileLanes == 0 && stride >= size && inverse_diagonal.size() == size);
  return HWY_DYNAMIC_DISPATCH(factor_upper)(a, size, stride, inverse_diagonal);
}

void solve_upper(const float* u, std::size_t stride, std::span<const float> inverse_diagonal,
                 std::span<float> x) noexcept {
  KINDRED_DCHECK(x.size() == inverse_diagonal.size());
  HWY_DYNAMIC_DISPATCH(solve_upper)(u, stride, inverse_diagonal, x);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
