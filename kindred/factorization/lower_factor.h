// The lower Cholesky factor of a small symmetric matrix, A = C C', in double precision.
//
// For the few matrices of a sampler that are as large as one vector: their priors. The
// equations of rows, of which there are millions, go through linalg/kernels/triangle.h.
//
// Cost: size^3 / 3 to factor, size^2 a solve. Thread safety: const members from any
// number of threads.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kindred::factorization {

class LowerFactor {
 public:
  // `matrix` is size x size, row-major; its lower triangle is read.
  // Throws Error(invalid_argument) unless it is positive definite and finite.
  LowerFactor(std::span<const double> matrix, std::size_t size);

  std::size_t size() const noexcept { return size_; }
  double operator()(std::size_t row, std::size_t column) const noexcept {
    return values_[row * size_ + column];
  }

  // x := C^-1 x and x := C'^-1 x. Requires: x.size() == size().
  void solve(std::span<double> x) const noexcept;
  void solve_transposed(std::span<double> x) const noexcept;

 private:
  std::size_t size_;
  std::vector<double> values_;  // size x size, row-major; zeros above the diagonal.
};

}  // namespace kindred::factorization
