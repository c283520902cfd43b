// Work on a tile: some rows of a table gathered next to each other, in cache.
//
// A least-squares row of iALS touches n scattered vectors. They are gathered once,
// scaled on the way, and all sums are taken from the tile: T'T for the primal solve,
// T T' for the dual one, T'w for right-hand sides. The two products keep a block of
// results in registers (8 x 48 and 4 x 4 with AVX-512) and reach most of the peak
// already for a few dozen rows, where a general matrix product still spends its time on
// packing.
//
// A tile is row-major with stride tile_stride(cols) and zeros from cols to the stride.
// Results may differ between SIMD targets in the last bits, never between runs.
//
// Thread safety: pure functions of disjoint memory.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindred::linalg {

// A tile, not owned. data must be aligned to 64 bytes.
struct Tile {
  float* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;
};

// Where gather_rows() reads: a row-major table.
struct GatherSource {
  const float* data = nullptr;
  std::size_t stride = 0;
};

// tile[t][k] = table[ids[t]][k] * row_scale[t] * column_scale[k]; an empty scale is all 1.
// Requires: tile.rows == ids.size(); scales are empty or as long as the tile.
void gather_rows(GatherSource table, std::span<const std::uint32_t> ids,
                 std::span<const float> row_scale, std::span<const float> column_scale,
                 Tile tile) noexcept;

// sums[k] += sum over t of weights[t] * tile[t][k].
// Requires: weights has a value for each row, sums at least tile.stride values.
void add_weighted_rows(Tile tile, std::span<const float> weights, float* sums) noexcept;

// The upper triangle of c += T'T, for the cols x cols matrix c with c_stride; values
// below the diagonal are overwritten with anything finite.
// Requires: c_stride is a multiple of 16, at least cols; c is aligned to 64 bytes.
void add_gram_of_columns(Tile tile, float* c, std::size_t c_stride) noexcept;

// The upper triangle of k = T T', for the rows x rows matrix k with k_stride; values
// below the diagonal are overwritten with anything finite.
// Requires: the tile has zero rows up to the next multiple of 4 after its last one, k
// has room for as many rows, and k_stride is at least that multiple.
void gram_of_rows(Tile tile, float* k, std::size_t k_stride) noexcept;

}  // namespace kindred::linalg
