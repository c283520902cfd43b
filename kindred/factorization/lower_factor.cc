#include "kindred/factorization/lower_factor.h"

#include <cmath>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::factorization {

LowerFactor::LowerFactor(std::span<const double> matrix, std::size_t size)
    : size_(size), values_(size * size, 0.0) {
  KINDRED_CHECK(matrix.size() == size * size);
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      double sum = matrix[row * size + column];
      for (std::size_t k = 0; k < column; ++k) {
        sum -= values_[row * size + k] * values_[column * size + k];
      }
      if (column < row) {
        values_[row * size + column] = sum / values_[column * size + column];
      } else if (std::isfinite(sum) && sum > 0.0) {
        values_[row * size + row] = std::sqrt(sum);
      } else {
        throw Error(ErrorCode::invalid_argument,
                    "a covariance is not positive definite; are the ratings finite and of "
                    "moderate size?");
      }
    }
  }
}

void LowerFactor::solve(std::span<double> x) const noexcept {
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= values_[i * size_ + k] * x[k];
    x[i] /= values_[i * size_ + i];
  }
}

void LowerFactor::solve_transposed(std::span<double> x) const noexcept {
  for (std::size_t i = size_; i-- > 0;) {
    for (std::size_t k = i + 1; k < size_; ++k) x[i] -= values_[k * size_ + i] * x[k];
    x[i] /= values_[i * size_ + i];
  }
}

}  // namespace kindred::factorization
