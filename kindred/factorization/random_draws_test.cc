#include "kindred/factorization/random_draws.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/error.h"
#include "kindred/factorization/lower_factor.h"

namespace kindred::factorization {
namespace {

TEST(RandomDraws, GammaHasItsMeanAndVariance) {
  for (const double shape : {0.3, 1.0, 2.5, 40.0}) {
    Rng rng(1, 0, static_cast<std::uint64_t>(shape * 10.0));
    constexpr int kCount = 200000;
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < kCount; ++i) {
      const double value = draw_gamma(rng, shape);
      ASSERT_GE(value, 0.0);
      sum += value;
      squares += value * value;
    }
    // Mean and variance of a gamma of scale 1 are both its shape; four standard errors.
    const double mean = sum / kCount;
    EXPECT_NEAR(mean, shape, 4.0 * std::sqrt(shape / kCount));
    EXPECT_NEAR(squares / kCount - mean * mean, shape, 0.03 * shape + 0.01);
  }
}

TEST(RandomDraws, WishartAveragesToItsDegreesTimesItsScale) {
  // S^-1 = [2 .5; .5 1], so S = [1 -.5; -.5 2] / 1.75.
  const std::vector<double> scale_inverse = {2.0, 0.5, 0.5, 1.0};
  const std::vector<double> scale = {1.0 / 1.75, -0.5 / 1.75, -0.5 / 1.75, 2.0 / 1.75};
  constexpr int kCount = 20000;
  constexpr double kDegrees = 7.0;
  std::vector<double> sum(4, 0.0);
  for (int i = 0; i < kCount; ++i) {
    Rng rng(3, 0, static_cast<std::uint64_t>(i));
    const auto drawn = draw_wishart(rng, kDegrees, scale_inverse, 2);
    EXPECT_EQ(drawn[1], drawn[2]);
    EXPECT_GT(drawn[0] * drawn[3] - drawn[1] * drawn[2], 0.0);
    for (std::size_t k = 0; k < 4; ++k) sum[k] += drawn[k];
  }
  for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(sum[k] / kCount, kDegrees * scale[k], 0.1);
}

TEST(LowerFactor, SolvesBothWaysAndRefusesWhatIsNotPositiveDefinite) {
  const std::vector<double> matrix = {4.0, 2.0, 2.0, 5.0};
  const LowerFactor factor(matrix, 2);
  EXPECT_DOUBLE_EQ(factor(0, 0), 2.0);
  EXPECT_DOUBLE_EQ(factor(1, 0), 1.0);
  EXPECT_DOUBLE_EQ(factor(1, 1), 2.0);
  std::vector<double> x = {8.0, 14.0};  // A (1, 2.4)' and back.
  factor.solve(x);
  factor.solve_transposed(x);
  EXPECT_NEAR(4.0 * x[0] + 2.0 * x[1], 8.0, 1e-12);
  EXPECT_NEAR(2.0 * x[0] + 5.0 * x[1], 14.0, 1e-12);
  EXPECT_THROW(LowerFactor(std::vector<double>{1.0, 2.0, 2.0, 1.0}, 2), Error);
  EXPECT_THROW(LowerFactor(std::vector<double>{std::nan(""), 0.0, 0.0, 1.0}, 2), Error);
}

}  // namespace
}  // namespace kindred::factorization
