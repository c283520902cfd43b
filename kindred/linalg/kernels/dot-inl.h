// The bodies of dot.h for one target; included once per target by dot.cc.

#if defined(KINDRED_LINALG_KERNELS_DOT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_DOT_INL_H_
#undef KINDRED_LINALG_KERNELS_DOT_INL_H_
#else
#define KINDRED_LINALG_KERNELS_DOT_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// As many lanes as the target has, but never more than the sixteen partial sums.
using SumTag = hn::CappedTag<float, 16>;
using SumVector = hn::Vec<SumTag>;

constexpr std::size_t kSums = 16;
constexpr std::size_t kSumLanes = hn::MaxLanes(SumTag());
constexpr std::size_t kSumVectors = kSums / kSumLanes;

struct MultiplyTerm {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    return hn::Mul(a, b);
  }
};

struct SquaredDifferenceTerm {
  template <class V>
  HWY_INLINE V operator()(V a, V b) const {
    const V difference = hn::Sub(a, b);
    return hn::Mul(difference, difference);
  }
};

// Lane i + lane (i + half) for half = 8, 4, 2, 1: the tree of dot_plain.
#if HWY_TARGET == HWY_SCALAR  // One lane: the sixteen sums are sixteen vectors already.
HWY_INLINE float add_lanes(SumTag, SumVector sum) { return hn::GetLane(sum); }
#else
template <class D>
HWY_INLINE float add_lanes(D, hn::Vec<D> sums) {
  if constexpr (hn::MaxLanes(D()) > 4) {
    const hn::Half<D> half;
    return add_lanes(half, hn::Add(hn::LowerHalf(half, sums), hn::UpperHalf(half, sums)));
  } else {
    const auto pairs = hn::Add(sums, hn::Shuffle1032(sums));
    return hn::GetLane(hn::Add(pairs, hn::Shuffle2301(pairs)));
  }
}
#endif

template <class Term>
HWY_INLINE void add_sixteen(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b,
                            SumVector (&sums)[kSumVectors]) {
  const SumTag d;
  for (std::size_t v = 0; v < kSumVectors; ++v) {
    const auto x = hn::LoadU(d, a + v * kSumLanes);
    const auto y = hn::LoadU(d, b + v * kSumLanes);
    sums[v] = hn::Add(sums[v], Term()(x, y));
  }
}

template <class Term>
HWY_INLINE float sum_of_terms(std::span<const float> a, std::span<const float> b) {
  const SumTag d;
  SumVector sums[kSumVectors];
  for (SumVector& sum : sums) sum = hn::Zero(d);
  const std::size_t whole = a.size() / kSums * kSums;
  for (std::size_t i = 0; i < whole; i += kSums) {
    add_sixteen<Term>(a.data() + i, b.data() + i, sums);
  }
  if (whole < a.size()) {
    // Terms of the zero padding are +0, which changes no sum: none is ever -0.
#if HWY_TARGET == HWY_AVX3  // Its masked loads do not touch what they leave out.
    const auto rest = hn::FirstN(d, a.size() - whole);
    sums[0] = hn::Add(sums[0], Term()(hn::MaskedLoad(rest, d, a.data() + whole),
                                      hn::MaskedLoad(rest, d, b.data() + whole)));
#else
    HWY_ALIGN float a_tail[kSums] = {};
    HWY_ALIGN float b_tail[kSums] = {};
    std::copy(a.begin() + static_cast<std::ptrdiff_t>(whole), a.end(), a_tail);
    std::copy(b.begin() + static_cast<std::ptrdiff_t>(whole), b.end(), b_tail);
    add_sixteen<Term>(a_tail, b_tail, sums);
#endif
  }
  for (std::size_t half = kSumVectors / 2; half > 0; half /= 2) {
    for (std::size_t v = 0; v < half; ++v) sums[v] = hn::Add(sums[v], sums[v + half]);
  }
  return add_lanes(d, sums[0]);
}

float dot(std::span<const float> a, std::span<const float> b) {
  return sum_of_terms<MultiplyTerm>(a, b);
}

void dots(std::span<const float> query, const float* table, std::span<const std::uint32_t> ids,
          std::span<float> scores) {
  constexpr std::size_t kAhead = 4;
  const auto row = [&](std::size_t i) {
    return std::span(table + ids[i] * query.size(), query.size());
  };
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i + kAhead < ids.size()) hwy::Prefetch(row(i + kAhead).data());
    scores[i] = sum_of_terms<MultiplyTerm>(query, row(i));
  }
}

float squared_distance(std::span<const float> a, std::span<const float> b) {
  return sum_of_terms<SquaredDifferenceTerm>(a, b);
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_DOT_INL_H_
