// The body of rows.h for one target; included once per target by rows.cc.

#if defined(KINDRED_LINALG_KERNELS_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_ROWS_INL_H_
#undef KINDRED_LINALG_KERNELS_ROWS_INL_H_
#else
#define KINDRED_LINALG_KERNELS_ROWS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <span>

#include "kindred/linalg/matrix.h"

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Calls vectors(i) for whole vectors of elements from i on, then element(i) for the rest.
template <typename Vectors, typename Element>
HWY_INLINE void for_each_lane(std::size_t size, const Vectors& vectors, const Element& element) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) vectors(i);
  for (; i < size; ++i) element(i);
}

void add(std::span<float> sum, std::span<const float> x) {
  const hn::ScalableTag<float> d;
  float* to = sum.data();
  const float* from = x.data();
  for_each_lane(
      sum.size(),
      [&](std::size_t i) {
        hn::StoreU(hn::Add(hn::LoadU(d, to + i), hn::LoadU(d, from + i)), d, to + i);
      },
      [&](std::size_t i) { to[i] += from[i]; });
}

void add_scaled(std::span<float> sum, float factor, std::span<const float> x) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;  // The rest rounds as whole vectors do.
  float* to = sum.data();
  const float* from = x.data();
  const auto factors = hn::Set(d, factor);
  for_each_lane(
      sum.size(),
      [&](std::size_t i) {
        hn::StoreU(hn::MulAdd(factors, hn::LoadU(d, from + i), hn::LoadU(d, to + i)), d, to + i);
      },
      [&](std::size_t i) {
        hn::StoreU(
            hn::MulAdd(hn::Set(one, factor), hn::LoadU(one, from + i), hn::LoadU(one, to + i)), one,
            to + i);
      });
}

void add_rows(std::span<float> sum, MatrixView x) {
  const hn::ScalableTag<float> d;
  // A strip of columns stays in a register for all rows.
  for_each_lane(
      x.cols,
      [&](std::size_t j) {
        auto total = hn::LoadU(d, sum.data() + j);
        const float* from = x.data + j;
        for (std::size_t r = 0; r < x.rows; ++r, from += x.cols) {
          total = hn::Add(total, hn::LoadU(d, from));
        }
        hn::StoreU(total, d, sum.data() + j);
      },
      [&](std::size_t j) {
        float total = sum[j];
        for (std::size_t r = 0; r < x.rows; ++r) total += x.data[r * x.cols + j];
        sum[j] = total;
      });
}

// Floats of a cache line.
inline constexpr std::size_t kLine = 16;

// A vector whose row is missed costs as much as a dozen of those that are there.
inline constexpr std::size_t kGatheredAhead = 12;

void gather_rows(MatrixView x, std::span<const std::int64_t> ids, std::span<float> out) {
  const hn::ScalableTag<float> d;
  const auto row_of = [&](std::size_t i) {
    return x.data + static_cast<std::size_t>(ids[i]) * x.cols;
  };
  float* to = out.data();
  for (std::size_t i = 0; i < ids.size(); ++i, to += x.cols) {
    if (i + kGatheredAhead < ids.size()) {
      const float* later = row_of(i + kGatheredAhead);
      for (std::size_t j = 0; j < x.cols; j += kLine) __builtin_prefetch(later + j);
    }
    const float* from = row_of(i);
    for_each_lane(
        x.cols, [&](std::size_t j) { hn::StoreU(hn::LoadU(d, from + j), d, to + j); },
        [&](std::size_t j) { to[j] = from[j]; });
  }
}

void relu(std::span<const float> x, std::span<float> out) {
  const hn::ScalableTag<float> d;
  const auto zero = hn::Zero(d);
  for_each_lane(
      x.size(),
      [&](std::size_t i) {
        const auto value = hn::LoadU(d, x.data() + i);
        hn::StoreU(hn::IfThenElseZero(hn::Not(hn::Lt(value, zero)), value), d, out.data() + i);
      },
      [&](std::size_t i) { out[i] = x[i] < 0.0F ? 0.0F : x[i]; });
}

void relu_gradient(std::span<const float> y, std::span<const float> g, std::span<float> out) {
  const hn::ScalableTag<float> d;
  const auto zero = hn::Zero(d);
  for_each_lane(
      y.size(),
      [&](std::size_t i) {
        hn::StoreU(hn::IfThenElseZero(hn::Gt(hn::LoadU(d, y.data() + i), zero),
                                      hn::LoadU(d, g.data() + i)),
                   d, out.data() + i);
      },
      [&](std::size_t i) { out[i] = y[i] > 0.0F ? g[i] : 0.0F; });
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_ROWS_INL_H_
