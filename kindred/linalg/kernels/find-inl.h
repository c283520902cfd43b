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

// The first index from `begin` to `size` that hits; `vector_hits(i)` are those of a vector at i.
template <class VectorHits, class Hits>
HWY_INLINE std::size_t find_first(std::size_t begin, std::size_t size,
                                  const VectorHits& vector_hits, const Hits& hits) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = begin;
  // Four vectors share one branch; which of them hit is only asked when one did.
  for (; i + 4 * lanes <= size; i += 4 * lanes) {
    const auto first = hn::Or(vector_hits(i), vector_hits(i + lanes));
    const auto second = hn::Or(vector_hits(i + 2 * lanes), vector_hits(i + 3 * lanes));
    if (!hn::AllFalse(d, hn::Or(first, second))) break;
  }
  for (; i + lanes <= size; i += lanes) {
    const auto found = hn::FindFirstTrue(d, vector_hits(i));
    if (found >= 0) return i + static_cast<std::size_t>(found);
  }
  while (i < size && !hits(i)) ++i;
  return i;
}

std::size_t find_at_least(std::span<const float> values, float threshold, std::size_t begin) {
  const hn::ScalableTag<float> d;
  const auto limit = hn::Set(d, threshold);
  const float* data = values.data();
  return find_first(
      begin, values.size(),
      [&](std::size_t i) HWY_ATTR { return hn::Ge(hn::LoadU(d, data + i), limit); },
      [&](std::size_t i) { return data[i] >= threshold; });
}

std::size_t find_at_least_of_each(std::span<const float> values, std::span<const float> limits,
                                  float shift, std::size_t begin) {
  const hn::ScalableTag<float> d;
  const auto shifts = hn::Set(d, shift);
  const float* data = values.data();
  const float* limit = limits.data();
  return find_first(
      begin, values.size(),
      [&](std::size_t i) HWY_ATTR {
        return hn::Ge(hn::LoadU(d, data + i), hn::Add(hn::LoadU(d, limit + i), shifts));
      },
      [&](std::size_t i) { return data[i] >= limit[i] + shift; });
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_FIND_INL_H_
