// The bodies of tile.h for one target; included once per target by tile.cc.

#if defined(KINDRED_LINALG_KERNELS_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_TILE_INL_H_
#undef KINDRED_LINALG_KERNELS_TILE_INL_H_
#else
#define KINDRED_LINALG_KERNELS_TILE_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/block_update-inl.h"
#include "kindred/linalg/kernels/tile.h"

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

// How many rows ahead the gather asks for memory: about the latency of the last-level
// cache divided by the time to copy a row.
constexpr std::size_t kPrefetchRows = 4;
constexpr std::size_t kCacheLineFloats = 16;

void gather_rows(GatherSource table, std::span<const std::uint32_t> ids,
                 std::span<const float> row_scale, std::span<const float> column_scale, Tile tile) {
  const FloatTag d;
  const std::size_t whole = tile.cols / kFloatLanes * kFloatLanes;
  for (std::size_t t = 0; t < ids.size(); ++t) {
    if (t + kPrefetchRows < ids.size()) {
      const float* later = table.data + std::size_t{ids[t + kPrefetchRows]} * table.stride;
      for (std::size_t k = 0; k < tile.cols; k += kCacheLineFloats) hwy::Prefetch(later + k);
    }
    const float* from = table.data + std::size_t{ids[t]} * table.stride;
    float* to = tile.data + t * tile.stride;
    const float scale = row_scale.empty() ? 1.0F : row_scale[t];
    const FloatVector scales = hn::Set(d, scale);
    if (column_scale.empty()) {
      for (std::size_t k = 0; k < whole; k += kFloatLanes) {
        hn::Store(hn::Mul(scales, hn::LoadU(d, from + k)), d, to + k);
      }
      for (std::size_t k = whole; k < tile.cols; ++k) to[k] = scale * from[k];
    } else {
      for (std::size_t k = 0; k < whole; k += kFloatLanes) {
        const FloatVector scaled = hn::Mul(scales, hn::LoadU(d, column_scale.data() + k));
        hn::Store(hn::Mul(scaled, hn::LoadU(d, from + k)), d, to + k);
      }
      for (std::size_t k = whole; k < tile.cols; ++k) to[k] = scale * column_scale[k] * from[k];
    }
    std::fill(to + tile.cols, to + tile.stride, 0.0F);
  }
}

void add_weighted_rows(Tile tile, std::span<const float> weights, float* sums) {
  const FloatTag d;
  constexpr std::size_t kVectors = 4;
  static_assert(kTileLanes % kFloatLanes == 0);
  const auto add = [&](std::size_t k, auto vectors) HWY_ATTR {
    constexpr std::size_t count = decltype(vectors)::value;
    FloatVector partial[count];
    for (std::size_t v = 0; v < count; ++v) {
      partial[v] = hn::LoadU(d, sums + k + v * kFloatLanes);
    }
    for (std::size_t t = 0; t < tile.rows; ++t) {
      const FloatVector weight = hn::Set(d, weights[t]);
      const float* row = tile.data + t * tile.stride + k;
      for (std::size_t v = 0; v < count; ++v) {
        partial[v] = hn::MulAdd(weight, hn::Load(d, row + v * kFloatLanes), partial[v]);
      }
    }
    for (std::size_t v = 0; v < count; ++v) {
      hn::StoreU(partial[v], d, sums + k + v * kFloatLanes);
    }
  };
  std::size_t k = 0;
  for (; k + kVectors * kFloatLanes <= tile.stride; k += kVectors * kFloatLanes) {
    add(k, std::integral_constant<std::size_t, kVectors>());
  }
  for (; k < tile.stride; k += kFloatLanes) add(k, std::integral_constant<std::size_t, 1>());
}

void add_gram_of_columns(Tile tile, float* c, std::size_t c_stride) {
  const Update update = {tile.data, tile.stride, tile.rows, c, c_stride};
  update_upper<false>(update, 0, tile.cols, round_up(tile.cols, kFloatLanes));
}

// Writes the sums of the lanes of four vectors to out[0..3].
#if HWY_TARGET == HWY_SCALAR
HWY_INLINE void store_lane_sums(const FloatVector (&sums)[4], float* out) {
  for (std::size_t i = 0; i < 4; ++i) out[i] = hn::GetLane(sums[i]);
}
#else
template <class D>
HWY_INLINE void store_four(D d, hn::Vec<D> sums, float* out) {
  if constexpr (hn::MaxLanes(D()) > 4) {
    const hn::Half<D> half;
    store_four(half, hn::Add(hn::LowerHalf(half, sums), hn::UpperHalf(half, sums)), out);
  } else {
    hn::StoreU(sums, d, out);
  }
}

// Two rounds of interleaving transpose and add at once: after them each block of four
// lanes holds the four sums over its own lanes.
HWY_INLINE void store_lane_sums(const FloatVector (&sums)[4], float* out) {
  const FloatTag d;
  const auto fold = [d](FloatVector a, FloatVector b) HWY_ATTR {
    return hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  };
  store_four(d, fold(fold(sums[0], sums[2]), fold(sums[1], sums[3])), out);
}
#endif

// Inner products of kRows rows with the four rows from `column` on.
template <std::size_t kRows>
HWY_INLINE void inner_products(Tile tile, std::size_t row, std::size_t column, float* k,
                               std::size_t k_stride) {
  const FloatTag d;
  FloatVector sums[kRows][4];
#pragma GCC unroll 4
  for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (std::size_t c = 0; c < 4; ++c) sums[r][c] = hn::Zero(d);
  }
  const float* left = tile.data + row * tile.stride;
  const float* right = tile.data + column * tile.stride;
  const std::size_t depth = round_up(tile.cols, kFloatLanes);
  for (std::size_t i = 0; i < depth; i += kFloatLanes) {
    FloatVector columns[4];
#pragma GCC unroll 4
    for (std::size_t c = 0; c < 4; ++c) columns[c] = hn::Load(d, right + c * tile.stride + i);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kRows; ++r) {
      const FloatVector factor = hn::Load(d, left + r * tile.stride + i);
#pragma GCC unroll 4
      for (std::size_t c = 0; c < 4; ++c) {
        sums[r][c] = hn::MulAdd(factor, columns[c], sums[r][c]);
      }
    }
  }
#pragma GCC unroll 4
  for (std::size_t r = 0; r < kRows; ++r) {
    store_lane_sums(sums[r], k + (row + r) * k_stride + column);
  }
}

void gram_of_rows(Tile tile, float* k, std::size_t k_stride) {
  constexpr std::size_t kRows = kManyRegisters ? 4 : 2;
  const std::size_t end = round_up(tile.rows, 4);
  for (std::size_t row = 0; row < end; row += kRows) {
    for (std::size_t column = row / 4 * 4; column < end; column += 4) {
      inner_products<kRows>(tile, row, column, k, k_stride);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_TILE_INL_H_
