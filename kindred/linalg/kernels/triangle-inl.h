// The bodies of triangle.h for one target; included once per target by triangle.cc.

#if defined(KINDRED_LINALG_KERNELS_TRIANGLE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_TRIANGLE_INL_H_
#undef KINDRED_LINALG_KERNELS_TRIANGLE_INL_H_
#else
#define KINDRED_LINALG_KERNELS_TRIANGLE_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/block_update-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

// A panel's rows of one vector fit into half of the registers.
constexpr std::size_t kPanelRows = kManyRegisters ? 16 : 8;
constexpr std::size_t kOuterRows = 64;
static_assert(kPanelRows % kFloatLanes == 0 && kOuterRows % kPanelRows == 0);

// Factors the square at the head of a panel of `rows` rows, within its own columns.
// Returns `rows` or the row of the pivot that failed.
HWY_INLINE std::size_t factor_square(float* square, std::size_t stride, std::size_t rows,
                                     float* inverse_diagonal) {
  const FloatTag d;
  float pivot = square[0];
  for (std::size_t k = 0; k < rows; ++k) {
    float* pivot_row = square + k * stride;
    if (!(pivot > 0.0F && pivot <= std::numeric_limits<float>::max())) return k;
    const float inverse = 1.0F / std::sqrt(pivot);
    inverse_diagonal[k] = inverse;
    if (k + 1 < rows) {
      // The next pivot ahead of the vectors: the chain from pivot to pivot then never
      // waits for a store.
      const float factor = pivot_row[k + 1] * inverse;
      pivot = pivot_row[stride + k + 1] - factor * factor;
    }
    const std::size_t first = k / kFloatLanes * kFloatLanes;
    const FloatVector inverses = hn::Set(d, inverse);
    for (std::size_t j = first; j < kPanelRows; j += kFloatLanes) {
      hn::Store(hn::Mul(inverses, hn::Load(d, pivot_row + j)), d, pivot_row + j);
    }
    for (std::size_t i = k + 1; i < rows; ++i) {
      const FloatVector factor = hn::Set(d, pivot_row[i]);
      float* row = square + i * stride;
      for (std::size_t j = first; j < kPanelRows; j += kFloatLanes) {
        const FloatVector rest = hn::Load(d, row + j);
        hn::Store(hn::NegMulAdd(factor, hn::Load(d, pivot_row + j), rest), d, row + j);
      }
    }
  }
  return rows;
}

// Solves the panel's other columns: X := inverse(U'_panel) X, a vector of columns at a
// time, with X in registers.
HWY_INLINE void solve_panel(float* panel, std::size_t stride, std::size_t row_index,
                            std::size_t column_begin, std::size_t column_end,
                            const float* inverse_diagonal) {
  const FloatTag d;
  for (std::size_t j = column_begin; j < column_end; j += kFloatLanes) {
    FloatVector x[kPanelRows];
#pragma GCC unroll 16
    for (std::size_t k = 0; k < kPanelRows; ++k) x[k] = hn::Load(d, panel + k * stride + j);
#pragma GCC unroll 16
    for (std::size_t k = 0; k < kPanelRows; ++k) {
      x[k] = hn::Mul(x[k], hn::Set(d, inverse_diagonal[k]));
#pragma GCC unroll 16
      for (std::size_t i = k + 1; i < kPanelRows; ++i) {
        const FloatVector factor = hn::Set(d, panel[k * stride + row_index + i]);
        x[i] = hn::NegMulAdd(factor, x[k], x[i]);
      }
    }
#pragma GCC unroll 16
    for (std::size_t k = 0; k < kPanelRows; ++k) hn::Store(x[k], d, panel + k * stride + j);
  }
}

std::size_t factor_upper(float* a, std::size_t size, std::size_t stride,
                         std::size_t right_hand_sides, std::span<float> inverse_diagonal) {
  const std::size_t column_end = round_up(size + right_hand_sides, kFloatLanes);
  for (std::size_t outer = 0; outer < size; outer += kOuterRows) {
    const std::size_t outer_end = std::min(outer + kOuterRows, size);
    for (std::size_t begin = outer; begin < outer_end; begin += kPanelRows) {
      float* panel = a + begin * stride;
      const std::size_t rows = std::min(kPanelRows, size - begin);
      const std::size_t factored =
          factor_square(panel + begin, stride, rows, inverse_diagonal.data() + begin);
      if (factored < rows) return begin + factored;
      if (rows < kPanelRows) break;
      const std::size_t end = begin + kPanelRows;
      solve_panel(panel, stride, begin, end, column_end, inverse_diagonal.data() + begin);
      update_upper<true>({panel, stride, kPanelRows, a, stride}, end, outer_end, column_end);
    }
    update_upper<true>({a + outer * stride, stride, outer_end - outer, a, stride}, outer_end, size,
                       column_end);
  }
  return size;
}

// The sum of u[j] * x[j] for j in [begin, end).
HWY_INLINE float fused_dot(const float* u, const float* x, std::size_t begin, std::size_t end) {
  const FloatTag d;
  FloatVector sums = hn::Zero(d);
  std::size_t j = begin;
  for (; j + kFloatLanes <= end; j += kFloatLanes) {
    sums = hn::MulAdd(hn::LoadU(d, u + j), hn::LoadU(d, x + j), sums);
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, sums));
  for (; j < end; ++j) sum += u[j] * x[j];
  return sum;
}

void back_substitute(const float* u, std::size_t stride, std::span<const float> inverse_diagonal,
                     std::span<float> x) {
  // In bands: the products with what is known already are independent of each other, so
  // only the band's own small triangle is a chain of dependencies. In it the element
  // that was found last comes last.
  constexpr std::size_t kBand = 8;
  const std::size_t size = x.size();
  for (std::size_t end = size; end > 0;) {
    const std::size_t begin = (end - 1) / kBand * kBand;
    for (std::size_t k = begin; k < end; ++k) {
      x[k] -= fused_dot(u + k * stride, x.data(), end, size);
    }
    for (std::size_t k = end; k-- > begin;) {
      float sum = x[k];
      for (std::size_t j = end; j-- > k + 1;) sum -= u[k * stride + j] * x[j];
      x[k] = sum * inverse_diagonal[k];
    }
    end = begin;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_TRIANGLE_INL_H_
