#include "kindred/projection/pca.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"
#include "tests/support/mnist.h"

namespace kindred::projection {
namespace {

// Points around (100, -50, 7, ...) with standard deviations 1, 1/2, 1/3, ...
Matrix stretched(std::size_t rows, std::size_t cols) {
  Matrix points(rows, cols);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(3, 0, row);
    for (std::size_t i = 0; i < cols; ++i) {
      points.row(row)[i] =
          static_cast<float>(rng.normal() / static_cast<double>(i + 1) + (i == 0 ? 100.0 : -50.0));
    }
  }
  return points;
}

TEST(Pca, FindsTheDirectionsOfTheLargestVariance) {
  ThreadPool pool(2);
  const Matrix points = stretched(5000, 4);
  const Pca pca = fit_pca(points, 4, pool);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(pca.variances[i], 1.0 / static_cast<double>((i + 1) * (i + 1)), 0.05) << i;
    EXPECT_GT(pca.axes.row(i)[i], 0.99F) << i;
  }
  EXPECT_NEAR(pca.explained_total(), 1.0, 1e-9);
  const Matrix map = pca.transform(points, pool);
  double mean = 0.0;
  for (std::size_t row = 0; row < map.rows(); ++row) mean += map.row(row)[0];
  EXPECT_NEAR(mean / 5000.0, 0.0, 1e-4);
}

TEST(Pca, AxesAreOrthonormalWithTheirLargestCoefficientPositive) {
  ThreadPool pool(2);
  const Pca pca = fit_pca(stretched(300, 20), 20, pool);
  for (std::size_t a = 0; a < 20; ++a) {
    for (std::size_t b = 0; b < 20; ++b) {
      EXPECT_NEAR(linalg::dot(pca.axes.row(a), pca.axes.row(b)), a == b ? 1.0F : 0.0F, 1e-5F);
    }
    float largest = 0.0F;
    for (const float value : pca.axes.row(a)) {
      if (std::abs(value) > std::abs(largest)) largest = value;
    }
    EXPECT_GT(largest, 0.0F);
  }
}

TEST(Pca, FewRowsOfManyColumnsGiveTheSameMap) {
  ThreadPool pool(2);
  const Matrix wide = stretched(12, 40);
  const Pca pca = fit_pca(wide, 100, pool);
  ASSERT_EQ(pca.component_count(), 12U);
  EXPECT_EQ(pca.variances[11], 0.0);  // Twelve centred points span eleven dimensions.
  EXPECT_NEAR(pca.explained_total(), 1.0, 1e-6);
  // All components together keep every distance.
  const Matrix map = pca.transform(wide, pool);
  for (std::size_t row = 1; row < 12; ++row) {
    EXPECT_NEAR(linalg::squared_distance(map.row(0), map.row(row)),
                linalg::squared_distance(wide.row(0), wide.row(row)), 1e-3F);
  }
}

TEST(Pca, SameBytesForAnyNumberOfThreads) {
  const Matrix points = stretched(1500, 30);
  ThreadPool one(1);
  const Pca first = fit_pca(points, 5, one);
  for (const int threads : {2, 4}) {
    ThreadPool pool(threads);
    const Pca pca = fit_pca(points, 5, pool);
    EXPECT_EQ(pca.axes, first.axes);
    EXPECT_EQ(pca.variances, first.variances);
    EXPECT_EQ(pca.transform(points, pool), first.transform(points, one));
  }
}

TEST(Pca, OneRowHasNoVarianceAndNanIsNamed) {
  ThreadPool pool(1);
  const Pca one = fit_pca(Matrix(1, 3, {1, 2, 3}), 2, pool);
  EXPECT_EQ(one.variance_total, 0.0);
  EXPECT_EQ(one.explained_total(), 0.0);
  Matrix broken(4, 2);
  broken.row(2)[1] = std::numeric_limits<float>::quiet_NaN();
  try {
    fit_pca(broken, 1, pool);
    FAIL() << "accepted NaN";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("row 2 holds nan in column 1"), std::string::npos);
  }
  EXPECT_THROW(fit_pca(Matrix(), 2, pool), Error);
}

// 10.05 + 7.54 + 6.14 %: numpy.linalg.eigh of the covariance of the 10,000 test digits.
TEST(Pca, DigitsKeep23Point7PercentInThreeComponents) {
  const auto digits = test::mnist(10000);
  if (!digits) GTEST_SKIP() << test::missing_data("mnist");
  ThreadPool pool(2);
  const Pca pca = fit_pca(digits->images, 50, pool);
  const auto share = [&](std::size_t count) {
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) sum += pca.explained(i);
    return 100.0 * sum;
  };
  EXPECT_NEAR(share(1), 10.05, 0.01);
  EXPECT_NEAR(share(3), 23.73, 0.02);
  EXPECT_NEAR(share(10), 49.7, 0.1);
  EXPECT_NEAR(share(50), 83.2, 0.1);
}

}  // namespace
}  // namespace kindred::projection
