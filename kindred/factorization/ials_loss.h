// The objective of iALS (ials.h has it), from its definition and for nearly nothing.
//
// With one side's vectors held fixed, a row of the other adds to the objective
//
//    w'Aw - 2 w'b + sum of c,      A = a G + Y'CY + l (n + a N)^v I,   b = Y'C1,
//
// and a row that was just solved has Aw = b: what is left is (sum of c) - w'b, which its
// solver knows (RowSolver::solve_all returns the sum over all rows). Together with the norms
// of the fixed side that is the objective, and no pair has to be looked at again. The
// unobserved sum is the inner product of the two Gramians, the norms are sums over rows, and
// the observed sum is the rest.
//
// Cost: loss_of() O(|S| d + (|U| + |I|) d^2); loss_at_minimum() O((|U| + |I|) d^2).
// Thread safety: functions of their arguments alone; sums in fixed blocks, in order.

#pragma once

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

// Users or items. Both must outlive it.
struct IalsSide {
  const Matrix& vectors;
  const SparseMatrix& rows;  // The positives of each; cols is the size of the other side.
};

// From the definition, pair by pair.
IalsLoss loss_of(const IalsSide& users, const IalsSide& items, const IalsOptions& options,
                 ThreadPool& pool);

// After `solved` was solved against `fixed`, and `minimum` was the sum that came of it. The
// entries of rows are not looked at, only how many there are.
IalsLoss loss_at_minimum(double minimum, const IalsSide& solved, const IalsSide& fixed,
                         const IalsOptions& options, ThreadPool& pool);

}  // namespace kindred::factorization
