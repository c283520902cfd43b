// The body of find.h for one target; included once per target by find.cc.

#if defined(KINDRED_LINALG_KERNELS_FIND_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_FIND_INL_H_
#undef KINDRED_LINALG_KERNELS_FIND_INL_H_
#else
#define KINDRED_LINALG_KERNELS_FIND_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <span>

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

std::size_t find_at_least(std::span<const float> values, float threshold, std::size_t begin) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto limit = hn::Set(d, threshold);
  const float* data = values.data();
  const std::size_t size = values.size();
  std::size_t i = begin;
  // Four vectors share one branch; which of them hit is only asked when one did.
  for (; i + 4 * lanes <= size; i += 4 * lanes) {
    const auto first = hn::Or(hn::Ge(hn::LoadU(d, data + i), limit),
                              hn::Ge(hn::LoadU(d, data + i + lanes), limit));
    const auto second = hn::Or(hn::Ge(hn::LoadU(d, data + i + 2 * lanes), limit),
                               hn::Ge(hn::LoadU(d, data + i + 3 * lanes), limit));
    if (!hn::AllFalse(d, hn::Or(first, second))) break;
  }
  for (; i + lanes <= size; i += lanes) {
    const auto found = hn::FindFirstTrue(d, hn::Ge(hn::LoadU(d, data + i), limit));
    if (found >= 0) return i + static_cast<std::size_t>(found);
  }
  while (i < size && !(data[i] >= threshold)) ++i;
  return i;
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_FIND_INL_H_
