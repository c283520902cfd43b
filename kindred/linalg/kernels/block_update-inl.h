// c +- T'T over a band of rows: the inner loop of the primal solve and of Cholesky.
//
// A block of kBlockRows x kBlockVectors vectors of c stays in registers while the rows
// of T stream by. With AVX-512's 32 registers that is 8 x 48 results: 24 multiply-adds
// for 11 loads, so the two multiply-add units are the limit and not the load ports.

#if defined(KINDRED_LINALG_KERNELS_BLOCK_UPDATE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_BLOCK_UPDATE_INL_H_
#undef KINDRED_LINALG_KERNELS_BLOCK_UPDATE_INL_H_
#else
#define KINDRED_LINALG_KERNELS_BLOCK_UPDATE_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Never wider than a tile's sixteen lanes.
using FloatTag = hn::CappedTag<float, 16>;
using FloatVector = hn::Vec<FloatTag>;
constexpr std::size_t kFloatLanes = hn::MaxLanes(FloatTag());

constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;
constexpr std::size_t kBlockRows = kManyRegisters ? 8 : 4;
constexpr std::size_t kBlockVectors = 3;

// One matrix that is updated by rows of another (or of itself).
struct Update {
  const float* t;  // depth x columns.
  std::size_t t_stride;
  std::size_t depth;
  float* c;
  std::size_t c_stride;
};

template <bool kSubtract, std::size_t kRows, std::size_t kVectors>
HWY_INLINE void update_block(const Update& update, std::size_t row, std::size_t column) {
  const FloatTag d;
  FloatVector sums[kRows][kVectors];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 3
    for (std::size_t v = 0; v < kVectors; ++v) {
      sums[r][v] = hn::Load(d, update.c + (row + r) * update.c_stride + column + v * kFloatLanes);
    }
  }
  const float* t = update.t;
  for (std::size_t k = 0; k < update.depth; ++k, t += update.t_stride) {
    FloatVector columns[kVectors];
#pragma GCC unroll 3
    for (std::size_t v = 0; v < kVectors; ++v) {
      columns[v] = hn::Load(d, t + column + v * kFloatLanes);
    }
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kRows; ++r) {
      const FloatVector factor = hn::Set(d, t[row + r]);
#pragma GCC unroll 3
      for (std::size_t v = 0; v < kVectors; ++v) {
        sums[r][v] = kSubtract ? hn::NegMulAdd(factor, columns[v], sums[r][v])
                               : hn::MulAdd(factor, columns[v], sums[r][v]);
      }
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 3
    for (std::size_t v = 0; v < kVectors; ++v) {
      hn::Store(sums[r][v], d, update.c + (row + r) * update.c_stride + column + v * kFloatLanes);
    }
  }
}

template <bool kSubtract, std::size_t kRows>
HWY_INLINE void update_rows(const Update& update, std::size_t row, std::size_t column_end) {
  std::size_t column = row / kFloatLanes * kFloatLanes;
  for (; column + kBlockVectors * kFloatLanes <= column_end;
       column += kBlockVectors * kFloatLanes) {
    update_block<kSubtract, kRows, kBlockVectors>(update, row, column);
  }
  if (column + 2 * kFloatLanes <= column_end) {
    update_block<kSubtract, kRows, 2>(update, row, column);
  } else if (column < column_end) {
    update_block<kSubtract, kRows, 1>(update, row, column);
  }
}

// c +- T'T for rows [row_begin, row_end) of c, from the diagonal to column_end, which is
// a multiple of the lanes. Some values below the diagonal change too.
template <bool kSubtract>
HWY_INLINE void update_upper(const Update& update, std::size_t row_begin, std::size_t row_end,
                             std::size_t column_end) {
  std::size_t row = row_begin;
  for (; row + kBlockRows <= row_end; row += kBlockRows) {
    update_rows<kSubtract, kBlockRows>(update, row, column_end);
  }
  if constexpr (kBlockRows > 4) {
    if (row + 4 <= row_end) {
      update_rows<kSubtract, 4>(update, row, column_end);
      row += 4;
    }
  }
  for (; row < row_end; ++row) update_rows<kSubtract, 1>(update, row, column_end);
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_BLOCK_UPDATE_INL_H_
