// The body of repulsion.h for one target; included once per target by repulsion.cc.

#if defined(KINDRED_LINALG_KERNELS_REPULSION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_REPULSION_INL_H_
#undef KINDRED_LINALG_KERNELS_REPULSION_INL_H_
#else
#define KINDRED_LINALG_KERNELS_REPULSION_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>

#include "kindred/linalg/kernels/repulsion.h"

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <bool kHasZ>
HWY_INLINE Repulsion repulsion_of(const std::array<float, 3>& point, const Bodies& bodies) {
  const hn::CappedTag<float, 16> d;  // Divides kTileLanes.
  const auto one = hn::Set(d, 1.0F);
  const auto px = hn::Set(d, point[0]);
  const auto py = hn::Set(d, point[1]);
  const auto pz = hn::Set(d, kHasZ ? point[2] : 0.0F);
  auto sum_x = hn::Zero(d);
  auto sum_y = hn::Zero(d);
  auto sum_z = hn::Zero(d);
  auto sum_w = hn::Zero(d);
  for (std::size_t i = 0; i < bodies.count; i += hn::Lanes(d)) {
    const auto x = hn::Sub(px, hn::LoadU(d, bodies.x + i));
    const auto y = hn::Sub(py, hn::LoadU(d, bodies.y + i));
    auto z = hn::Zero(d);
    auto denominator = hn::MulAdd(x, x, hn::MulAdd(y, y, one));
    if constexpr (kHasZ) {
      z = hn::Sub(pz, hn::LoadU(d, bodies.z + i));
      denominator = hn::MulAdd(z, z, denominator);
    }
    const auto w = hn::Div(one, denominator);
    const auto mass_w = hn::Mul(hn::LoadU(d, bodies.mass + i), w);
    const auto push = hn::Mul(mass_w, w);
    sum_w = hn::Add(sum_w, mass_w);
    sum_x = hn::MulAdd(push, x, sum_x);
    sum_y = hn::MulAdd(push, y, sum_y);
    if constexpr (kHasZ) sum_z = hn::MulAdd(push, z, sum_z);
  }
  Repulsion out;
  out.push[0] = hn::GetLane(hn::SumOfLanes(d, sum_x));
  out.push[1] = hn::GetLane(hn::SumOfLanes(d, sum_y));
  if constexpr (kHasZ) out.push[2] = hn::GetLane(hn::SumOfLanes(d, sum_z));
  out.normaliser = hn::GetLane(hn::SumOfLanes(d, sum_w));
  return out;
}

Repulsion student_repulsion(const std::array<float, 3>& point, const Bodies& bodies) {
  return bodies.z == nullptr ? repulsion_of<false>(point, bodies)
                             : repulsion_of<true>(point, bodies);
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_REPULSION_INL_H_
