#include "kindred/linalg/cholesky.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "kindred/base/rng.h"

namespace kindred::linalg {
namespace {

TEST(Cholesky, TheSolutionLeavesNoResidual) {
  for (const std::size_t n : {0U, 1U, 2U, 30U}) {
    Rng rng(n);
    std::vector<double> root(n * n);
    for (double& value : root) value = rng.normal();
    std::vector<double> a(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      a[i * n + i] = 0.5;
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t k = 0; k < n; ++k) a[i * n + j] += root[i * n + k] * root[j * n + k];
      }
    }
    std::vector<double> b(n);
    for (double& value : b) value = rng.normal();
    std::vector<double> factored = a;
    std::vector<double> x = b;
    ASSERT_TRUE(solve_positive_definite(factored, x));
    for (std::size_t i = 0; i < n; ++i) {
      double residual = -b[i];
      for (std::size_t j = 0; j < n; ++j) residual += a[i * n + j] * x[j];
      EXPECT_NEAR(residual, 0.0, 1e-11);
    }
  }
}

TEST(Cholesky, RefusesWhatIsNotPositiveDefinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double corner : {1.0, 0.5, nan}) {
    std::vector<double> a = {1.0, 1.0, 1.0, corner};
    std::vector<double> b = {1.0, 1.0};
    EXPECT_FALSE(solve_positive_definite(a, b)) << corner;
  }
}

}  // namespace
}  // namespace kindred::linalg
