#include "kindred/linalg/kernels/tile.h"

#include "kindred/base/check.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/tile.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/tile-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(gather_rows);
HWY_EXPORT(add_weighted_rows);
HWY_EXPORT(add_gram_of_columns);
HWY_EXPORT(gram_of_rows);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

void gather_rows(GatherSource table, std::span<const std::uint32_t> ids,
                 std::span<const float> row_scale, std::span<const float> column_scale,
                 Tile tile) noexcept {
  KINDRED_DCHECK(tile.rows == ids.size());
  KINDRED_DCHECK(row_scale.empty() || row_scale.size() == tile.rows);
  KINDRED_DCHECK(column_scale.empty() || column_scale.size() >= tile.cols);
  HWY_DYNAMIC_DISPATCH(gather_rows)(table, ids, row_scale, column_scale, tile);
}

void add_weighted_rows(Tile tile, std::span<const float> weights, float* sums) noexcept {
  KINDRED_DCHECK(weights.size() == tile.rows);
  HWY_DYNAMIC_DISPATCH(add_weighted_rows)(tile, weights, sums);
}

void add_gram_of_columns(Tile tile, float* c, std::size_t c_stride) noexcept {
  KINDRED_DCHECK(c_stride % kTileLanes == 0 && c_stride >= tile.cols);
  HWY_DYNAMIC_DISPATCH(add_gram_of_columns)(tile, c, c_stride);
}

void gram_of_rows(Tile tile, float* k, std::size_t k_stride) noexcept {
  KINDRED_DCHECK(k_stride >= round_up(tile.rows, 4));
  HWY_DYNAMIC_DISPATCH(gram_of_rows)(tile, k, k_stride);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
