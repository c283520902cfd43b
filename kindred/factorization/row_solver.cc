#include "kindred/factorization/row_solver.h"

#include <algorithm>
#include <cmath>

namespace kindred::factorization {
namespace {

// Solves the symmetric positive definite a x = b in place, by Cholesky.
void solve_in_place(std::vector<double>& a, std::vector<double>& b) {
  const std::size_t d = b.size();
  for (std::size_t j = 0; j < d; ++j) {
    for (std::size_t k = 0; k < j; ++k) a[j * d + j] -= a[j * d + k] * a[j * d + k];
    a[j * d + j] = std::sqrt(a[j * d + j]);
    for (std::size_t i = j + 1; i < d; ++i) {
      for (std::size_t k = 0; k < j; ++k) a[i * d + j] -= a[i * d + k] * a[j * d + k];
      a[i * d + j] /= a[j * d + j];
    }
  }
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * d + k] * b[k];
    b[i] /= a[i * d + i];
  }
  for (std::size_t i = d; i-- > 0;) {
    for (std::size_t k = i + 1; k < d; ++k) b[i] -= a[k * d + i] * b[k];
    b[i] /= a[i * d + i];
  }
}

}  // namespace

double row_regularization(std::size_t positive_count, std::size_t fixed_count,
                          const IalsOptions& options) noexcept {
  return std::pow(static_cast<double>(positive_count) +
                      double{options.unobserved_weight} * static_cast<double>(fixed_count),
                  double{options.regularization_exponent});
}

std::vector<double> gramian(MatrixView vectors, ThreadPool& pool) {
  const std::size_t d = vectors.cols;
  std::vector<double> sums(d * d, 0.0);
  pool.parallel_for(d, [&](std::size_t i, int) {
    for (std::size_t row = 0; row < vectors.rows; ++row) {
      const auto vector = vectors.row(row);
      for (std::size_t j = 0; j < d; ++j) sums[i * d + j] += double{vector[i]} * vector[j];
    }
  });
  return sums;
}

RowSolver::RowSolver(MatrixView fixed, const IalsOptions& options, ThreadPool& pool)
    : fixed_(fixed), options_(options), gramian_(gramian(fixed, pool)) {
  for (double& value : gramian_) value *= options.unobserved_weight;
}

void RowSolver::solve(std::span<const std::uint32_t> positives, std::span<const float> weights,
                      std::span<float> solution) const {
  const std::size_t d = fixed_.cols;
  std::vector<double> a = gramian_;
  std::vector<double> b(d, 0.0);
  for (std::size_t n = 0; n < positives.size(); ++n) {
    const auto y = fixed_.row(positives[n]);
    const double weight = weights.empty() ? 1.0 : weights[n];
    for (std::size_t i = 0; i < d; ++i) {
      b[i] += weight * y[i];
      for (std::size_t j = 0; j <= i; ++j) a[i * d + j] += weight * y[i] * y[j];
    }
  }
  const double regularization =
      options_.regularization * row_regularization(positives.size(), fixed_.rows, options_);
  for (std::size_t i = 0; i < d; ++i) a[i * d + i] += regularization;
  solve_in_place(a, b);
  std::transform(b.begin(), b.end(), solution.begin(),
                 [](double value) { return static_cast<float>(value); });
}

}  // namespace kindred::factorization
