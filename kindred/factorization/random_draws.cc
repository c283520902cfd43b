#include "kindred/factorization/random_draws.h"

#include <cmath>

#include "kindred/base/check.h"
#include "kindred/factorization/lower_factor.h"

namespace kindred::factorization {

double draw_gamma(Rng& rng, double shape) noexcept {
  KINDRED_DCHECK(shape > 0.0);
  // Below 1 the method does not apply; G(a) is G(a + 1) U^(1/a).
  if (shape < 1.0) {
    const double uniform = 1.0 - rng.uniform();
    return draw_gamma(rng, shape + 1.0) * std::pow(uniform, 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = rng.normal();
    const double root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    const double uniform = 1.0 - rng.uniform();  // Never 0.
    if (std::log(uniform) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double draw_precision(Rng& rng, std::size_t count, double residual_squares) noexcept {
  return draw_gamma(rng, 1.0 + 0.5 * static_cast<double>(count)) / (1.0 + 0.5 * residual_squares);
}

std::vector<double> draw_wishart(Rng& rng, double degrees, std::span<const double> scale_inverse,
                                 std::size_t size) {
  KINDRED_CHECK(scale_inverse.size() == size * size);
  KINDRED_CHECK(degrees > static_cast<double>(size) - 1.0);
  // With S^-1 = C C', the scale is S = C'^-1 C^-1, and X = C'^-1 A A' C^-1.
  const LowerFactor factor(scale_inverse, size);
  std::vector<double> root(size * size, 0.0);  // A by columns, each then C'^-1 A.
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column < row; ++column) root[column * size + row] = rng.normal();
    const double chi_square = 2.0 * draw_gamma(rng, 0.5 * (degrees - static_cast<double>(row)));
    root[row * size + row] = std::sqrt(chi_square);
  }
  for (std::size_t column = 0; column < size; ++column) {
    factor.solve_transposed(std::span(root).subspan(column * size, size));
  }
  std::vector<double> out(size * size, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0.0;
      for (std::size_t k = 0; k < size; ++k) sum += root[k * size + i] * root[k * size + j];
      out[i * size + j] = out[j * size + i] = sum;
    }
  }
  return out;
}

}  // namespace kindred::factorization
