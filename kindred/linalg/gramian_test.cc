#include "kindred/linalg/gramian.h"

#include <gtest/gtest.h>

#include "kindred/base/rng.h"

namespace kindred::linalg {
namespace {

Matrix random_table(std::size_t rows, std::size_t cols) {
  Rng rng(rows + cols);
  Matrix table(rows, cols);
  for (float& value : table.values()) value = static_cast<float>(rng.normal());
  return table;
}

TEST(Gramian, EqualsThePlainSumsOnEitherSideOfABlockAndAWave) {
  ThreadPool pool(2);
  for (const std::size_t rows : {0U, 1U, 511U, 512U, 513U, 8200U}) {
    const Matrix table = random_table(rows, 7);
    const std::vector<double> sums = gramian(table, pool);
    ASSERT_EQ(sums.size(), 49U);
    for (std::size_t i = 0; i < 7; ++i) {
      for (std::size_t j = 0; j < 7; ++j) {
        double expected = 0.0;
        for (std::size_t row = 0; row < rows; ++row) {
          expected += double{table.row(row)[i]} * table.row(row)[j];
        }
        EXPECT_NEAR(sums[i * 7 + j], expected, 1e-6 * static_cast<double>(rows + 1));
      }
    }
  }
}

TEST(Gramian, SameBytesForAnyThreadCount) {
  const Matrix table = random_table(9000, 33);
  ThreadPool one(1);
  const std::vector<double> expected = gramian(table, one);
  for (const int threads : {2, 4}) {
    ThreadPool pool(threads);
    EXPECT_EQ(gramian(table, pool), expected);
  }
}

}  // namespace
}  // namespace kindred::linalg
