// Solves rows of iALS exactly, each by the cheaper of two ways.
//
// One RowSolver serves a half-epoch (all rows of one side), or any number of single
// rows (fold-in). Which of the primal and the dual solve a row takes depends only on
// its number of positives, so results never depend on the thread count.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/fixed_side.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

class RowSolver {
 public:
  // Looks at `fixed` (N x d), which must outlive *this. Without the eigenbasis every
  // row takes the primal solve.
  RowSolver(MatrixView fixed, const IalsOptions& options, bool with_eigenbasis, ThreadPool& pool);

  // Writes the row's vector to `solution` (d floats); zeros when there are no positives.
  // Requires: ids are distinct and below N; weights are empty (all 1) or finite and > 0.
  void solve(RowPositives row, std::span<float> solution) const;

  // Solves every row of `rows` (M x N) into `solutions` (M x d): heavy rows first, shared
  // by all threads, then the others, longest first. Returns the sum, in order, of what the
  // rows' terms of the objective come to at their minimum (ials_loss.h).
  double solve_all(const SparseMatrix& rows, Matrix& solutions, ThreadPool& pool) const;

  // What each positive adds to the score <w, target>; the shares add up to it.
  // Requires: target has d values.
  std::vector<float> shares(RowPositives row, std::span<const float> target) const;

 private:
  bool takes_dual(std::size_t positive_count) const noexcept;

  FixedSide fixed_;
};

}  // namespace kindred::factorization
