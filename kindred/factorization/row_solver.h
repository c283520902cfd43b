// Solves one row of iALS: the vector that fits one person's positives, the rest fixed.
//
//    (a G + Y' C Y + l (n + a N)^v I) w = Y' C 1
//
// with Y the n vectors of the row's positives, C their weights on the diagonal, N the
// number of fixed vectors and G their Gramian. O(n d^2 + d^3 / 3) a row.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"

namespace kindred::factorization {

// (n + a N)^v, which the regularization l multiplies.
double row_regularization(std::size_t positive_count, std::size_t fixed_count,
                          const IalsOptions& options) noexcept;

// vectors' vectors, d x d, in fixed blocks of rows added in order.
std::vector<double> gramian(MatrixView vectors, ThreadPool& pool);

class RowSolver {
 public:
  // Looks at `fixed` (N x d), which must outlive *this.
  RowSolver(MatrixView fixed, const IalsOptions& options, ThreadPool& pool);

  // Writes the row's vector to `solution` (d floats); zeros when there are no positives.
  void solve(std::span<const std::uint32_t> positives, std::span<const float> weights,
             std::span<float> solution) const;

 private:
  MatrixView fixed_;
  IalsOptions options_;
  std::vector<double> gramian_;  // a G, d x d.
};

}  // namespace kindred::factorization
