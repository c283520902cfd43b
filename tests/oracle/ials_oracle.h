// iALS as in the textbook: double precision, dense loops, nothing clever.
//
// The oracle of kindred/factorization: a row's normal equations formed entry by entry
// and solved by Gauss-Jordan elimination, and the loss summed over every pair of user
// and item. O(N d^2 + d^3) a row and O(|U| |I| d) a loss: for small data only.

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::oracle {

// l (n + a N)^v.
inline double ridge(std::size_t positive_count, std::size_t fixed_count,
                    const factorization::IalsOptions& options) {
  const double frequency = static_cast<double>(positive_count) +
                           double{options.unobserved_weight} * static_cast<double>(fixed_count);
  return double{options.regularization} *
         std::pow(frequency, double{options.regularization_exponent});
}

// Solves a x = b (a is n x n) by elimination with pivoting.
inline std::vector<double> eliminate(std::vector<double> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < n; ++i) {
      if (std::abs(a[i * n + k]) > std::abs(a[pivot * n + k])) pivot = i;
    }
    for (std::size_t j = 0; j < n; ++j) std::swap(a[k * n + j], a[pivot * n + j]);
    std::swap(b[k], b[pivot]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double factor = a[i * n + k] / a[k * n + k];
      for (std::size_t j = k; j < n; ++j) a[i * n + j] -= factor * a[k * n + j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t i = 0; i < n; ++i) b[i] /= a[i * n + i];
  return b;
}

// The vector that solves one row against the fixed side; zeros without positives.
inline std::vector<double> solve_row(MatrixView fixed, std::span<const std::uint32_t> positives,
                                     std::span<const float> weights,
                                     const factorization::IalsOptions& options) {
  const std::size_t d = fixed.cols;
  if (positives.empty()) return std::vector<double>(d, 0.0);
  std::vector<double> a(d * d, 0.0);
  std::vector<double> b(d, 0.0);
  const auto add = [&](std::span<const float> y, double weight) {
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) a[i * d + j] += weight * double{y[i]} * double{y[j]};
    }
  };
  for (std::size_t row = 0; row < fixed.rows; ++row) {
    add(fixed.row(row), double{options.unobserved_weight});
  }
  for (std::size_t n = 0; n < positives.size(); ++n) {
    const double weight = weights.empty() ? 1.0 : double{weights[n]};
    const auto y = fixed.row(positives[n]);
    add(y, weight);
    for (std::size_t i = 0; i < d; ++i) b[i] += weight * double{y[i]};
  }
  for (std::size_t i = 0; i < d; ++i) {
    a[i * d + i] += ridge(positives.size(), fixed.rows, options);
  }
  return eliminate(std::move(a), std::move(b));
}

// The objective, summed over all pairs.
inline double loss(const SparseMatrix& positives, const Matrix& users, const Matrix& items,
                   const factorization::IalsOptions& options) {
  double sum = 0.0;
  std::vector<double> item_counts(positives.cols, 0.0);
  for (std::size_t user = 0; user < positives.rows; ++user) {
    std::vector<double> weights(positives.cols, 0.0);
    for (std::size_t i = 0; i < positives.row_size(user); ++i) {
      weights[positives.row_columns(user)[i]] = double{positives.row_values(user)[i]};
      item_counts[positives.row_columns(user)[i]] += 1.0;
    }
    for (std::size_t item = 0; item < positives.cols; ++item) {
      double score = 0.0;
      for (std::size_t k = 0; k < users.cols(); ++k) {
        score += double{users.row(user)[k]} * double{items.row(item)[k]};
      }
      sum += weights[item] * (score - 1.0) * (score - 1.0);
      sum += double{options.unobserved_weight} * score * score;
    }
    for (const float value : users.row(user)) {
      sum +=
          ridge(positives.row_size(user), positives.cols, options) * double{value} * double{value};
    }
  }
  for (std::size_t item = 0; item < positives.cols; ++item) {
    for (const float value : items.row(item)) {
      sum += ridge(static_cast<std::size_t>(item_counts[item]), positives.rows, options) *
             double{value} * double{value};
    }
  }
  return sum;
}

}  // namespace kindred::oracle
