// Rows of a rating model against the textbook: double precision, dense loops.

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/factorization/als.h"
#include "kindred/factorization/rating_rows.h"
#include "tests/oracle/ials_oracle.h"
#include "tests/support/planted_ratings.h"

namespace kindred::factorization {
namespace {

Matrix random_rows(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Rng rng(seed, static_cast<std::uint32_t>(cols));
  Matrix out(rows, cols);
  for (float& value : out.values()) value = static_cast<float>(0.5 * rng.normal());
  return out;
}

double rows_error(std::span<const float> actual, const std::vector<double>& expected) {
  double error = 0.0;
  double norm = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += std::pow(double{actual[i]} - expected[i], 2);
    norm += expected[i] * expected[i];
  }
  return std::sqrt(error / norm);
}

// A and b of rating_rows.h, entry by entry.
struct Equations {
  std::vector<double> a;
  std::vector<double> b;
};

Equations equations(const Matrix& fixed, std::span<const float> precision,
                    std::span<const float> pull, std::span<const std::uint32_t> ids,
                    std::span<const float> ratings, double weight) {
  const std::size_t d = fixed.cols();
  Equations out{{precision.begin(), precision.end()}, {pull.begin(), pull.end()}};
  for (std::size_t n = 0; n < ids.size(); ++n) {
    std::vector<double> x(fixed.row(ids[n]).begin(), fixed.row(ids[n]).end());
    const double residual = double{ratings[n]} - x.back();
    x.back() = 1.0;
    for (std::size_t i = 0; i < d; ++i) {
      out.b[i] += weight * x[i] * residual;
      for (std::size_t j = 0; j < d; ++j) out.a[i * d + j] += weight * x[i] * x[j];
    }
  }
  return out;
}

TEST(RatingRowsOracle, EveryLengthOfRowIsSolved) {
  for (const std::size_t d : {2U, 3U, 16U, 17U, 33U}) {
    const Matrix fixed = random_rows(300, d, 1);
    const RatingDesign design(fixed);
    std::vector<float> precision(d * d, 0.0F);
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) precision[i * d + j] = i == j ? 3.0F : 0.05F;
    }
    const Matrix pull = random_rows(1, d, 2);
    RatingRow row(d);
    for (const std::size_t n : {0U, 1U, 5U, 63U, 64U, 65U, 200U}) {
      std::vector<std::uint32_t> ids(n);
      std::iota(ids.begin(), ids.end(), 7U);
      const Matrix ratings = random_rows(1, n, 3);
      row.start(precision, pull.row(0));
      row.add(design, ids, ratings.values(), 1.7F);
      std::vector<float> solution(d);
      row.solve({}, solution);
      const Equations plain =
          equations(fixed, precision, pull.row(0), ids, ratings.values(), double{1.7F});
      EXPECT_LE(rows_error(solution, oracle::eliminate(plain.a, plain.b)), 1e-5)
          << "d " << d << ", n " << n;
    }
  }
}

// Draws must have the mean inverse(A) b and the covariance inverse(A).
TEST(RatingRowsOracle, DrawsHaveThePosteriorsMeanAndCovariance) {
  constexpr std::size_t d = 3;
  const Matrix fixed = random_rows(40, d, 5);
  const RatingDesign design(fixed);
  const std::vector<float> precision = {2.0F, 0.3F, 0.0F, 0.3F, 1.5F, 0.1F, 0.0F, 0.1F, 1.0F};
  const std::vector<float> pull = {0.5F, -0.2F, 0.1F};
  std::vector<std::uint32_t> ids(12);
  std::iota(ids.begin(), ids.end(), 3U);
  const Matrix ratings = random_rows(1, ids.size(), 6);
  constexpr int kCount = 60000;
  std::vector<double> sum(d, 0.0);
  std::vector<double> squares(d * d, 0.0);
  RatingRow row(d);
  for (int i = 0; i < kCount; ++i) {
    Rng rng(11, 0, static_cast<std::uint64_t>(i));
    std::vector<float> noise(d);
    for (float& value : noise) value = static_cast<float>(rng.normal());
    std::vector<float> drawn(d);
    row.start(precision, pull);
    row.add(design, ids, ratings.values(), 0.8F);
    row.solve(noise, drawn);
    for (std::size_t a = 0; a < d; ++a) {
      sum[a] += double{drawn[a]} / kCount;
      for (std::size_t b = 0; b < d; ++b)
        squares[a * d + b] += double{drawn[a]} * drawn[b] / kCount;
    }
  }
  const Equations plain = equations(fixed, precision, pull, ids, ratings.values(), 0.8);
  const auto mean = oracle::eliminate(plain.a, plain.b);
  for (std::size_t a = 0; a < d; ++a) {
    EXPECT_NEAR(sum[a], mean[a], 0.01);
    std::vector<double> unit(d, 0.0);
    unit[a] = 1.0;
    const auto inverse_column = oracle::eliminate(plain.a, unit);
    for (std::size_t b = 0; b < d; ++b) {
      EXPECT_NEAR(squares[a * d + b] - sum[a] * sum[b], inverse_column[b], 0.01);
    }
  }
}

// The objective of als.h over every pair of user and item.
double dense_loss(const SparseMatrix& ratings, const Als& als) {
  const Als::State state = als.state();
  const AlsOptions& options = als.options();
  const SparseMatrix by_item = transpose(ratings);
  const std::size_t d = state.user_vectors.cols() - 1;
  const auto product = [&](std::span<const float> a, std::span<const float> b) {
    double sum = 0.0;
    for (std::size_t k = 0; k < d; ++k) sum += double{a[k]} * double{b[k]};
    return sum;
  };
  double sum = 0.0;
  for (std::size_t user = 0; user < ratings.rows; ++user) {
    std::vector<double> known(ratings.cols, std::nan(""));
    for (std::size_t n = 0; n < ratings.row_size(user); ++n) {
      known[ratings.row_columns(user)[n]] = double{ratings.row_values(user)[n]};
    }
    for (std::size_t item = 0; item < ratings.cols; ++item) {
      const auto p = state.user_vectors.row(user);
      const auto q = state.item_vectors.row(item);
      const double there = std::isnan(known[item]) ? 0.0 : 1.0;
      if (there > 0.0) {
        const double error = (known[item] - als.scale().mean) / als.unit() - double{p[d]} -
                             double{q[d]} - product(p, q);
        sum += error * error;
      }
      const double w = double{options.implicit_weight};
      sum += w * std::pow(there - product(p, state.item_table.row(item)), 2);
      sum += w * std::pow(there - product(state.user_table.row(user), q), 2);
    }
  }
  const auto penalty = [&](const SparseMatrix& rows, const Matrix& vectors, const Matrix& table) {
    double total = 0.0;
    for (std::size_t row = 0; row < rows.rows; ++row) {
      double norm = 0.0;
      for (const float value : vectors.row(row)) norm += double{value} * double{value};
      for (const float value : table.row(row)) norm += double{value} * double{value};
      total += double{options.regularization} *
               static_cast<double>(std::max<std::size_t>(1, rows.row_size(row))) * norm;
    }
    return total;
  };
  return sum + penalty(ratings, state.user_vectors, state.user_table) +
         penalty(by_item, state.item_vectors, state.item_table);
}

TEST(AlsOracle, LossEqualsTheDenseSum) {
  ThreadPool pool(2);
  const SparseMatrix ratings = test::planted_ratings(70, 50, 0.2).known;
  Als als(ratings, {.dimensions = 6, .regularization_exponent = 1.0F});
  for (int epoch = 0; epoch < 3; ++epoch) {
    const double expected = dense_loss(ratings, als);
    EXPECT_NEAR(als.loss(pool), expected, 1e-5 * expected);
    als.run_epoch(pool);
  }
}

}  // namespace
}  // namespace kindred::factorization
