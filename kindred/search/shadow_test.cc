#include "kindred/search/shadow.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::search {
namespace {

// Column c varies with 1 / (1 + c).
Matrix fading(std::size_t rows, std::size_t cols) {
  Matrix points(rows, cols);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(6, 0, row);
    for (std::size_t c = 0; c < cols; ++c) {
      points.row(row)[c] = static_cast<float>(rng.normal() / (1.0 + static_cast<double>(c)));
    }
  }
  return points;
}

double length(std::span<const float> vector) {
  double sum = 0.0;
  for (const float value : vector) sum += static_cast<double>(value) * value;
  return std::sqrt(sum);
}

TEST(Shadow, NoTwoAreFartherApartThanTheirVectors) {
  ThreadPool pool(2);
  for (const std::size_t directions : {1U, 4U, 50U}) {
    const Matrix points = fading(600, 50);
    const Shadow shadow = shadow_of(points.view(), directions, pool);
    ASSERT_EQ(shadow.rows.cols(), directions);
    double kept = 0.0;
    double whole = 0.0;
    for (std::size_t i = 0; i < 600; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const double near = linalg::squared_distance(shadow.rows.row(i), shadow.rows.row(j));
        const double far = linalg::squared_distance(points.row(i), points.row(j));
        const double reach = length(points.row(i)) + length(points.row(j));
        EXPECT_LE(near, far + shadow.slack * reach * reach);
        kept += near;
        whole += far;
      }
    }
    // The first column alone has 61 % of the variance, the first four 88 %.
    EXPECT_GT(kept / whole, directions == 1 ? 0.6 : directions == 4 ? 0.85 : 0.999);
  }
}

TEST(Shadow, OfFewDirectionsHasNoMore) {
  ThreadPool pool(1);
  Matrix points(300, 20);
  for (std::size_t row = 0; row < 300; ++row) {
    points.row(row)[3] = static_cast<float>(row);
    points.row(row)[7] = static_cast<float>(row % 7);
  }
  EXPECT_EQ(shadow_of(points.view(), 10, pool).rows.cols(), 2U);
  EXPECT_EQ(shadow_of(Matrix(300, 20).view(), 10, pool).rows.cols(), 0U);
  EXPECT_EQ(shadow_of(fading(5, 20).view(), 10, pool).rows.cols(), 5U);
}

TEST(Shadow, SameForAnyNumberOfThreads) {
  ThreadPool one(1);
  ThreadPool three(3);
  const Matrix points = fading(2000, 30);
  EXPECT_EQ(shadow_of(points.view(), 8, one).rows, shadow_of(points.view(), 8, three).rows);
}

}  // namespace
}  // namespace kindred::search
