#include "kindred/factorization/cost_model.h"

namespace kindred::factorization {
namespace {

// The kernels' times on one core of an Intel Xeon with AVX-512 (Sapphire Rapids class, at
// about 2.6 GHz, 2 MiB of second-level cache; sgemm 150 GFLOP/s), single-threaded, best
// of five rounds, d = 32..1024 and n = 8..128. docs/design/dual_solve.md has the table.

// Nanoseconds for one multiply-add of each kind.
constexpr double kGramOfColumns = 0.0155;
constexpr double kGramOfRows = 0.0180;
constexpr double kCholesky = 0.0245;
constexpr double kTriangularSolve = 0.05;
constexpr double kRotation = 0.0145;
constexpr double kEigen = 0.50;
// Nanoseconds for one number of a positive's vector: gathered once from beyond the
// caches, and read again for the weighted sum.
constexpr double kGather = 0.12;
// Nanoseconds for one pivot: a root, a division, and the back substitution's chain of
// dependent steps.
constexpr double kPivot = 32.0;
// Nanoseconds for a row, whatever its size.
constexpr double kRow = 150.0;

double cholesky_cost(double size) noexcept {
  return size * kPivot + size * size * size / 6.0 * kCholesky + size * size * kTriangularSolve;
}

}  // namespace

double primal_cost(std::size_t positive_count, std::size_t dimensions) noexcept {
  const auto n = static_cast<double>(positive_count);
  const auto d = static_cast<double>(dimensions);
  return kRow + n * d * kGather + n * d * d / 2.0 * kGramOfColumns + cholesky_cost(d);
}

double dual_cost(std::size_t positive_count, std::size_t dimensions) noexcept {
  const auto n = static_cast<double>(positive_count);
  const auto d = static_cast<double>(dimensions);
  return kRow + n * d * kGather + n * n * d / 2.0 * kGramOfRows + cholesky_cost(n) +
         d * d * kRotation;
}

double eigenbasis_cost(std::size_t fixed_count, std::size_t dimensions) noexcept {
  const auto rows = static_cast<double>(fixed_count);
  const auto d = static_cast<double>(dimensions);
  return rows * d * d * kRotation + d * d * d * kEigen;
}

bool prefers_dual(std::size_t positive_count, std::size_t dimensions, IalsSolver solver) noexcept {
  if (solver != IalsSolver::automatic) return solver == IalsSolver::dual;
  return dual_cost(positive_count, dimensions) < primal_cost(positive_count, dimensions);
}

bool eigenbasis_pays(const SparseMatrix& rows, std::size_t dimensions, IalsSolver solver) noexcept {
  if (solver != IalsSolver::automatic) return solver == IalsSolver::dual;
  double gain = 0.0;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const std::size_t n = rows.row_size(row);
    const double saved = primal_cost(n, dimensions) - dual_cost(n, dimensions);
    if (n > 0 && saved > 0.0) gain += saved;
  }
  return gain > eigenbasis_cost(rows.cols, dimensions);
}

}  // namespace kindred::factorization
