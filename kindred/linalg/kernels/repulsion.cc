#include "kindred/linalg/kernels/repulsion.h"

#include "kindred/base/check.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/repulsion.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/repulsion-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(student_repulsion);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

Repulsion student_repulsion_plain(const std::array<float, 3>& point,
                                  const Bodies& bodies) noexcept {
  std::array<double, 3> push{};
  double normaliser = 0.0;
  for (std::size_t i = 0; i < bodies.count; ++i) {
    const std::array<double, 3> apart = {
        double{point[0]} - bodies.x[i], double{point[1]} - bodies.y[i],
        bodies.z == nullptr ? 0.0 : double{point[2]} - bodies.z[i]};
    const double w = 1.0 / (1.0 + apart[0] * apart[0] + apart[1] * apart[1] + apart[2] * apart[2]);
    normaliser += bodies.mass[i] * w;
    for (std::size_t c = 0; c < 3; ++c) push[c] += bodies.mass[i] * w * w * apart[c];
  }
  Repulsion out;
  for (std::size_t c = 0; c < 3; ++c) out.push[c] = static_cast<float>(push[c]);
  out.normaliser = static_cast<float>(normaliser);
  return out;
}

Repulsion student_repulsion(const std::array<float, 3>& point, const Bodies& bodies) noexcept {
  KINDRED_DCHECK(bodies.count % kTileLanes == 0);
  return HWY_DYNAMIC_DISPATCH(student_repulsion)(point, bodies);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
