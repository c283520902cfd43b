#include "kindred/factorization/als.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "kindred/base/error.h"
#include "tests/support/planted_ratings.h"

namespace kindred::factorization {
namespace {

using test::planted_ratings;

TEST(Als, LossFallsAtEveryHalfEpochOfPlainAls) {
  ThreadPool pool(2);
  const SparseMatrix ratings = planted_ratings(120, 90, 0.2).known;
  for (const float exponent : {0.0F, 1.0F}) {
    Als als(ratings, {.dimensions = 7, .regularization_exponent = exponent, .implicit_weight = 0});
    double last = als.loss(pool);
    for (int epoch = 0; epoch < 4; ++epoch) {
      als.solve_users(pool);
      const double after_users = als.loss(pool);
      EXPECT_LT(after_users, last);
      als.solve_items(pool);
      last = als.loss(pool);
      EXPECT_LT(last, after_users);
    }
  }
}

TEST(Als, LossFallsAtEveryEpochWithImplicitFeatures) {
  ThreadPool pool(2);
  const SparseMatrix ratings = planted_ratings(120, 90, 0.2).known;
  Als als(ratings, {.dimensions = 7});
  double last = als.loss(pool);
  for (int epoch = 0; epoch < 6; ++epoch) {
    als.run_epoch(pool);
    const double loss = als.loss(pool);
    EXPECT_LT(loss, last);
    last = loss;
  }
}

TEST(Als, FindsPlantedVectors) {
  ThreadPool pool(2);
  const test::PlantedRatings world = planted_ratings(400, 200, 0.2, 0.4);
  Als als(world.known, {.dimensions = 3,
                        .regularization = 0.03F,
                        .regularization_exponent = 1.0F,
                        .implicit_weight = 0.0F});
  for (int epoch = 0; epoch < 15; ++epoch) als.run_epoch(pool);
  double squares = 0.0;
  std::size_t at = 0;
  for (std::size_t user = 0; user < world.hidden.rows; ++user) {
    for (const std::uint32_t item : world.hidden.row_columns(user)) {
      squares += std::pow(double{world.hidden.values[at++]} - double{als.predict(user, item)}, 2);
    }
  }
  EXPECT_LT(std::sqrt(squares / static_cast<double>(at)), 1.3 * world.noise);
}

TEST(Als, SameBytesForAnyThreadCountAndAfterAResume) {
  const SparseMatrix ratings = planted_ratings(80, 60, 0.2).known;
  ThreadPool one(1);
  Als whole(ratings, {.dimensions = 9});
  for (int epoch = 0; epoch < 4; ++epoch) whole.run_epoch(one);
  for (const int threads : {2, 4}) {
    ThreadPool pool(threads);
    Als first(ratings, {.dimensions = 9});
    first.run_epoch(pool);
    Als second(ratings, {.dimensions = 9});
    second.restore(first.state());
    while (second.epoch() < 4) second.run_epoch(pool);
    EXPECT_EQ(second.user_vectors(), whole.user_vectors());
    EXPECT_EQ(second.item_vectors(), whole.item_vectors());
  }
  EXPECT_THROW(Als(ratings, {.dimensions = 8}).restore(whole.state()), Error);
}

// Ratings of any unit and any zero: the same tastes are found, and predictions follow the unit.
TEST(Als, IsTheSameInAnyUnit) {
  const SparseMatrix ratings = planted_ratings(60, 50, 0.3).known;
  ThreadPool pool(2);
  Als plain(ratings, {.dimensions = 5});
  for (int epoch = 0; epoch < 6; ++epoch) plain.run_epoch(pool);
  for (const auto& [factor, shift] : {std::pair(20.0, 0.0), std::pair(-5.0, 2.5),
                                      std::pair(0.2, 3.0), std::pair(1000.0, -500.0)}) {
    SparseMatrix other = ratings;
    for (float& value : other.values) value = static_cast<float>(factor * double{value} + shift);
    Als als(other, {.dimensions = 5});
    EXPECT_NEAR(als.unit(), std::abs(factor) * plain.unit(), 1e-4 * als.unit());
    if (factor < 0.0) continue;  // Turned round, other vectors are as good.
    for (int epoch = 0; epoch < 6; ++epoch) als.run_epoch(pool);
    for (std::size_t user = 0; user < 60; user += 7) {
      for (std::size_t item = 0; item < 50; item += 3) {
        const double expected = factor * double{plain.predict(user, item)} + shift;
        EXPECT_NEAR(als.predict(user, item), expected, 2e-3 * factor) << factor;
      }
    }
  }
}

TEST(RatingUnit, IsOneForStarsAndStraysDoNotMoveIt) {
  SparseMatrix ratings;
  for (int i = 0; i < 500; ++i) ratings.values.push_back(static_cast<float>(1 + i % 5));
  EXPECT_EQ(rating_unit(ratings), 1.0);
  for (const float stray : {0.0F, 99.0F, -1e6F}) ratings.values.push_back(stray);
  EXPECT_EQ(rating_unit(ratings), 1.0);
  ratings.values.assign(10, 3.0F);
  EXPECT_EQ(rating_unit(ratings), 1.0);
  ratings.values.push_back(7.0F);
  EXPECT_GT(rating_unit(ratings), 0.0);
}

TEST(Als, OneRatingAndEqualRatingsTrain) {
  ThreadPool pool(1);
  SparseMatrix one;
  one.rows = one.cols = 1;
  one.offsets = {0, 1};
  one.columns = {0};
  one.values = {4.0F};
  Als als(one, {.dimensions = 12});
  als.run_epoch(pool);
  EXPECT_NEAR(als.predict(0, 0), 4.0F, 1e-3F);
}

TEST(Als, OptionsOutOfRangeAreNamed) {
  const SparseMatrix ratings = planted_ratings(5, 5, 0.8).known;
  const auto message = [&](const AlsOptions& options) -> std::string {
    try {
      Als(ratings, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(message({.dimensions = 0}), "dimensions is 0, not in 1..4096");
  EXPECT_EQ(message({.regularization = 0.0F}), "regularization is 0, not a number above 0");
  EXPECT_EQ(message({.regularization = nan}), "regularization is nan, not a number above 0");
  EXPECT_NE(message({.regularization_exponent = 2.0F}), "");
  EXPECT_NE(message({.implicit_weight = -1.0F}), "");
  EXPECT_NE(message({.epochs = 0}), "");
  EXPECT_THROW(Als(SparseMatrix(), {}), Error);
}

}  // namespace
}  // namespace kindred::factorization
