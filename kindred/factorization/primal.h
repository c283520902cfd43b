// The primal solve: a row's d x d normal equations, by Cholesky.
//
//    (a G + Y' C Y + l (n + a N)^v I) w = Y' C 1
//
// with Y the n vectors of the row's positives and C their weights. The vectors are
// gathered once, 64 at a time, scaled by the roots of the weights, and added to a G
// from cache; n d^2 + d^3/3. A row of more than kSegmentRows * 2 positives is summed in
// segments of kSegmentRows that are added in order, so that several threads can share
// it and the sum is the same whether they do or not.
//
// Single precision throughout. A matrix that is too near to singular for that is solved
// again in double precision, and one that is singular even so is an Error.
//
// Thread safety: pure, given a scratch of one's own.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kindred/factorization/fixed_side.h"
#include "kindred/linalg/aligned_buffer.h"

namespace kindred::factorization {

inline constexpr std::size_t kSegmentRows = 1024;

constexpr bool is_heavy(std::size_t positive_count) noexcept {
  return positive_count > 2 * kSegmentRows;
}

// The sums over some positives of a row: Y'CY and Y'C1.
struct NormalSums {
  linalg::AlignedBuffer matrix;           // d x matrix_stride(d), upper triangle.
  linalg::AlignedBuffer right_hand_side;  // tile_stride(d).

  explicit NormalSums(std::size_t dimensions);
};

class PrimalScratch {
 public:
  explicit PrimalScratch(std::size_t dimensions);

  NormalSums sums;                      // Of the whole row.
  linalg::AlignedBuffer tile;           // Gathered vectors.
  std::vector<float> roots;             // Of the weights of the gathered vectors.
  std::vector<float> inverse_diagonal;  // Of the factor.
};

// Adds the positives to the sums. Requires: as for solve_primal().
void add_positives(const FixedSide& fixed, RowPositives row, PrimalScratch& scratch,
                   NormalSums& sums);

// Writes the row's vector (d floats) to `solution`; zeros when there are no positives.
// Returns what the row's terms of the objective come to there (ials_loss.h).
// Requires: the scratch is for d dimensions; ids are below N; weights are > 0.
double solve_primal(const FixedSide& fixed, RowPositives row, PrimalScratch& scratch,
                    std::span<float> solution);

// The same, for a heavy row whose segments have been summed already, in order.
double solve_primal(const FixedSide& fixed, RowPositives row, std::span<const NormalSums> segments,
                    PrimalScratch& scratch, std::span<float> solution);

// inverse(a G + Y'CY + l (n + a N)^v I) applied to `vector` in place; for explanations.
void apply_inverse(const FixedSide& fixed, RowPositives row, PrimalScratch& scratch,
                   std::span<float> vector);

}  // namespace kindred::factorization
