#include "kindred/linalg/blas.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"

namespace kindred::linalg {
namespace {

Matrix random_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Rng rng(seed);
  Matrix matrix(rows, cols);
  for (float& value : matrix.values()) value = static_cast<float>(rng.normal());
  return matrix;
}

Block block_of(Matrix& matrix) {
  return {matrix.values().data(), matrix.rows(), matrix.cols(), matrix.cols()};
}

TEST(Blas, ProductsEqualTheTripleLoop) {
  for (const std::size_t m : {0U, 1U, 5U, 33U}) {
    for (const std::size_t n : {1U, 4U, 19U, 64U}) {
      for (const std::size_t k : {1U, 7U, 128U}) {
        const Matrix a = random_matrix(m, k, 1);
        const Matrix b = random_matrix(k, n, 2);
        Matrix b_transposed(n, k);
        for (std::size_t i = 0; i < k; ++i) {
          for (std::size_t j = 0; j < n; ++j) b_transposed.row(j)[i] = b.row(i)[j];
        }
        Matrix product(m, n);
        Matrix same(m, n);
        multiply(a.view(), b.view(), block_of(product));
        multiply_transposed(a.view(), b_transposed.view(), block_of(same));
        for (std::size_t i = 0; i < m; ++i) {
          for (std::size_t j = 0; j < n; ++j) {
            double sum = 0.0;
            for (std::size_t l = 0; l < k; ++l) sum += double{a.row(i)[l]} * b.row(l)[j];
            EXPECT_NEAR(product.row(i)[j], sum, 1e-4);
            EXPECT_NEAR(same.row(i)[j], sum, 1e-4);
          }
        }
      }
    }
  }
}

TEST(Blas, GramFillsTheUpperTriangleOnly) {
  const Matrix a = random_matrix(40, 9, 3);
  Matrix gram(9, 9);
  gram.row(5)[2] = 17.0F;
  gram_upper(a.view(), block_of(gram));
  EXPECT_EQ(gram.row(5)[2], 17.0F);
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t j = i; j < 9; ++j) {
      double sum = 0.0;
      for (std::size_t row = 0; row < 40; ++row) sum += double{a.row(row)[i]} * a.row(row)[j];
      EXPECT_NEAR(gram.row(i)[j], sum, 1e-4);
    }
  }
}

TEST(Blas, EigenvectorsAreOrthonormalAndRebuildTheMatrix) {
  for (const std::size_t n : {0U, 1U, 2U, 17U, 60U}) {
    const Matrix a = random_matrix(n + 3, n, n);
    std::vector<double> matrix(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i; j < n; ++j) {
        for (std::size_t row = 0; row < a.rows(); ++row) {
          matrix[i * n + j] += double{a.row(row)[i]} * a.row(row)[j];
        }
      }
    }
    std::vector<double> vectors = matrix;
    std::vector<double> values(n);
    symmetric_eigen(vectors, values);
    EXPECT_TRUE(std::ranges::is_sorted(values));
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i; j < n; ++j) {
        double rebuilt = 0.0;
        double product = 0.0;
        for (std::size_t k = 0; k < n; ++k) {
          rebuilt += vectors[k * n + i] * values[k] * vectors[k * n + j];
          product += vectors[i * n + k] * vectors[j * n + k];
        }
        EXPECT_NEAR(rebuilt, matrix[i * n + j], 1e-10 * static_cast<double>(n));
        EXPECT_NEAR(product, i == j ? 1.0 : 0.0, 1e-12);
      }
    }
  }
}

TEST(Blas, EigenRefusesWhatIsNotANumber) {
  std::vector<double> matrix = {1.0, std::numeric_limits<double>::quiet_NaN(), 0.0, 1.0};
  std::vector<double> values(2);
  EXPECT_THROW(symmetric_eigen(matrix, values), Error);
}

TEST(Blas, TheCoreFitsTheProcessor) {
#if defined(__x86_64__)
  if (std::getenv("OPENBLAS_CORETYPE") != nullptr) GTEST_SKIP() << "OPENBLAS_CORETYPE is set";
  if (__builtin_cpu_supports("avx2") != 0) {
    EXPECT_NE(blas_core(), "Prescott");
    EXPECT_NE(blas_core(), "Nehalem");
  }
#endif
  EXPECT_FALSE(blas_version().empty());
}

}  // namespace
}  // namespace kindred::linalg
