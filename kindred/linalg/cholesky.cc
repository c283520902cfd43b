#include "kindred/linalg/cholesky.h"

#include <cmath>
#include <cstddef>
#include <limits>

#include "kindred/base/check.h"

namespace kindred::linalg {

bool solve_positive_definite(std::span<double> a, std::span<double> b) noexcept {
  const std::size_t n = b.size();
  KINDRED_CHECK(a.size() == n * n);
  for (std::size_t i = 0; i < n; ++i) {
    double* row = a.data() + i * n;
    for (std::size_t j = 0; j <= i; ++j) {
      const double* other = a.data() + j * n;
      double sum = row[j];
      for (std::size_t k = 0; k < j; ++k) sum -= row[k] * other[k];
      if (j < i) {
        row[j] = sum / other[j];
      } else {
        if (!(sum > 0.0 && sum <= std::numeric_limits<double>::max())) return false;
        row[i] = std::sqrt(sum);
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return true;
}

}  // namespace kindred::linalg
