// The dual solve: a row's n x n kernel equations, in the Gramian's eigenbasis.
//
// With Z = C^1/2 R D^-1/2, the row's n rotated vectors scaled on both sides
// (fixed_side.h defines R and D), the push-through identity gives
//
//    v = D^-1/2 Z' inverse(I + Z Z') C^1/2 1        w = E'v
//
// exactly the primal solution, for n^2 d + n^3/3 + 2 d^2 instead of n d^2 + d^3/3. The
// matrix I + Z Z' has no eigenvalue below 1, so single precision is enough.
//
// Solutions come out in the eigenbasis; rotate_back() turns a block of them with one
// matrix product, since one row alone would be bound by memory.
//
// Thread safety: pure, given a scratch of one's own.
// Source: docs/design/dual_solve.md.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "kindred/factorization/fixed_side.h"
#include "kindred/factorization/primal.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/blas.h"

namespace kindred::factorization {

class DualScratch {
 public:
  explicit DualScratch(std::size_t dimensions);

  linalg::AlignedBuffer tile;           // Z, and zero rows up to a multiple of four.
  linalg::AlignedBuffer kernel;         // I + Z Z', then its factor.
  linalg::AlignedBuffer sums;           // Z'x.
  std::vector<float> inverse_diagonal;  // Of the factor.
  std::vector<float> roots;             // C^1/2.
  std::vector<float> coefficients;      // The solution x of the n x n system.
  std::vector<float> scale;             // D^-1/2 for scale_for positives.
  std::size_t scale_for = 0;            // 0: none yet.
};

// Writes v (d floats, in the eigenbasis) to `rotated`; zeros when there are no
// positives. Returns what the row's terms of the objective come to there (ials_loss.h): with
// x the solution of the kernel equations it is 1'C^1/2 x. Nothing if the kernel matrix is not
// finite or not positive definite.
// Requires: fixed.has_eigenbasis(); ids are below N; weights are > 0.
std::optional<double> solve_dual(const FixedSide& fixed, RowPositives row, DualScratch& scratch,
                                 std::span<float> rotated);

// solutions = rotated E, row by row. Requires: both have d columns and as many rows.
void rotate_back(const FixedSide& fixed, linalg::ConstBlock rotated, linalg::Block solutions);

// What each positive adds to the score <w, target>: c_i <A^-1 target, y_i>, with A the
// matrix of the primal solve. The algebra of this file turns that into C^1/2 x, where x
// solves (I + Z Z') x = Z D^-1/2 E target. False where solve_dual() returns nothing.
// Requires: as for solve_dual(); target has d values, shares has one for each positive.
bool dual_shares(const FixedSide& fixed, RowPositives row, std::span<const float> target,
                 DualScratch& scratch, std::span<float> shares);

}  // namespace kindred::factorization
