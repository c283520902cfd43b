#include "kindred/factorization/bayesian.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "kindred/base/error.h"
#include "tests/support/planted_ratings.h"

namespace kindred::factorization {
namespace {

using test::planted_ratings;
using test::PlantedRatings;

// Which kind a user is: a feature that tells much, and one that tells nothing.
SideFeatures some_features(const SparseMatrix& ratings) {
  FeatureBlock noise{.name = "noise", .by_row = {}};
  noise.by_row.cols = 3;
  for (std::uint32_t user = 0; user < ratings.rows; ++user) {
    noise.by_row.append_row(std::vector<std::uint32_t>{user % 3}, std::vector<float>{1.0F});
  }
  FeatureBlock rated{.name = "rated", .by_row = transpose(ratings)};
  for (float& value : rated.by_row.values) value = 0.2F;
  return {.users = {noise}, .items = {rated}};
}

struct Quality {
  double rmse = 0.0;
  double covered = 0.0;  // By the 90% intervals.
};

Quality sample(const PlantedRatings& world, const SideFeatures& features,
               const BayesianOptions& options, ThreadPool& pool) {
  Bayesian sampler(world.known, features, options);
  const std::size_t count = world.hidden.entry_count();
  std::vector<double> sums(count, 0.0);
  std::vector<double> squares(count, 0.0);
  double noise = 0.0;
  while (sampler.sweep() < options.burn_in + options.samples) {
    sampler.run_sweep(pool);
    if (!sampler.is_burnt_in()) continue;
    noise += 1.0 / sampler.state().noise_precision / options.samples;
    std::size_t at = 0;
    for (std::size_t user = 0; user < world.hidden.rows; ++user) {
      for (const std::uint32_t item : world.hidden.row_columns(user)) {
        const double value = sampler.predict(user, item);
        sums[at] += value / options.samples;
        squares[at++] += value * value / options.samples;
      }
    }
  }
  Quality quality;
  for (std::size_t i = 0; i < count; ++i) {
    const double error = double{world.hidden.values[i]} - sums[i];
    const double deviation = std::sqrt(squares[i] - sums[i] * sums[i] + noise);
    quality.rmse += error * error / static_cast<double>(count);
    quality.covered += std::abs(error) <= 1.6449 * deviation ? 1.0 / static_cast<double>(count) : 0;
  }
  quality.rmse = std::sqrt(quality.rmse);
  return quality;
}

TEST(Bayesian, FindsPlantedVectorsAndKnowsHowSureItIs) {
  ThreadPool pool(2);
  const PlantedRatings world = planted_ratings(400, 200, 0.15);
  // More dimensions than there are: what is not needed must fall silent.
  const Quality quality = sample(world, {}, {.dimensions = 6, .burn_in = 40, .samples = 80}, pool);
  EXPECT_LT(quality.rmse, 1.15 * world.noise);
  EXPECT_GT(quality.covered, 0.87);
  EXPECT_LT(quality.covered, 0.93);
}

TEST(Bayesian, FeaturesThatTellNothingDoNoHarm) {
  ThreadPool pool(2);
  const PlantedRatings world = planted_ratings(300, 150, 0.15);
  const BayesianOptions options = {.dimensions = 4, .burn_in = 40, .samples = 60};
  const double without = sample(world, {}, options, pool).rmse;
  EXPECT_LT(sample(world, some_features(world.known), options, pool).rmse, 1.03 * without);
}

// Entry i was rated in period i mod 3, or after everything else moved up by `drift`.
RatingTimes some_times(SparseMatrix& ratings, float drift = 0.0F) {
  RatingTimes times{.periods = {}, .period_count = 3};
  for (std::size_t i = 0; i < ratings.entry_count(); ++i) {
    times.periods.push_back(static_cast<std::uint32_t>(i % 3));
    if (i % 3 == 2) ratings.values[i] += drift;
  }
  return times;
}

TEST(Bayesian, FindsABiasThatCameWithTime) {
  ThreadPool pool(2);
  SparseMatrix ratings = planted_ratings(200, 100, 0.3).known;
  const RatingTimes times = some_times(ratings, 1.0F);
  const BayesianOptions options = {.dimensions = 3};
  Bayesian timeless(ratings, {}, options);
  Bayesian timely(ratings, {}, options, times);
  double before = 0.0;
  double after = 0.0;
  for (int sweep = 0; sweep < 80; ++sweep) {
    timeless.run_sweep(pool);
    timely.run_sweep(pool);
    if (sweep < 40) continue;
    for (std::size_t user = 0; user < 200; ++user) {
      before += timely.predict(user, user % 100, 0) / 8000.0;
      after += timely.predict(user, user % 100, 2) / 8000.0;
    }
  }
  EXPECT_NEAR(after - before, 1.0, 0.1);
  EXPECT_GT(timely.state().noise_precision, 1.3 * timeless.state().noise_precision);
}

TEST(Bayesian, SameBytesForAnyThreadCount) {
  PlantedRatings world = planted_ratings(90, 70, 0.2);
  const RatingTimes times = some_times(world.known);
  const BayesianOptions options = {.dimensions = 5};
  ThreadPool one(1);
  Bayesian reference(world.known, some_features(world.known), options, times);
  for (int sweep = 0; sweep < 5; ++sweep) reference.run_sweep(one);
  for (const int threads : {2, 3, 4}) {
    ThreadPool pool(threads);
    Bayesian sampler(world.known, some_features(world.known), options, times);
    for (int sweep = 0; sweep < 5; ++sweep) sampler.run_sweep(pool);
    EXPECT_EQ(sampler.state().times.users, reference.state().times.users);
    EXPECT_EQ(sampler.state().user_vectors, reference.state().user_vectors);
    EXPECT_EQ(sampler.state().item_vectors, reference.state().item_vectors);
    EXPECT_EQ(sampler.state().noise_precision, reference.state().noise_precision);
  }
}

TEST(Bayesian, ResumesToTheSameBytesAfterAnySweep) {
  ThreadPool pool(2);
  PlantedRatings world = planted_ratings(60, 50, 0.2);
  const RatingTimes times = some_times(world.known);
  const SideFeatures features = some_features(world.known);
  Bayesian whole(world.known, features, {.dimensions = 3}, times);
  std::vector<Bayesian::State> states;
  for (int sweep = 0; sweep < 6; ++sweep) {
    states.push_back(whole.state());
    whole.run_sweep(pool);
  }
  for (const Bayesian::State& state : states) {
    Bayesian resumed(world.known, features, {.dimensions = 3}, times);
    resumed.restore(state);
    while (resumed.sweep() < 6) resumed.run_sweep(pool);
    EXPECT_EQ(resumed.state().user_vectors, whole.state().user_vectors);
    EXPECT_EQ(resumed.state().item_vectors, whole.state().item_vectors);
  }
  Bayesian other(world.known, features, {.dimensions = 4});
  EXPECT_THROW(other.restore(states[0]), Error);
}

TEST(Bayesian, DegenerateRatingsGiveFiniteDraws) {
  ThreadPool pool(2);
  SparseMatrix one;
  one.rows = one.cols = 1;
  one.offsets = {0, 1};
  one.columns = {0};
  one.values = {5.0F};
  SparseMatrix equal = planted_ratings(30, 20, 0.3).known;
  for (float& value : equal.values) value = 4.0F;
  equal.close_row();  // A user without ratings.
  for (const SparseMatrix& ratings : {one, equal}) {
    for (const int dimensions : {1, 40}) {
      Bayesian sampler(ratings, {}, {.dimensions = dimensions});
      for (int sweep = 0; sweep < 10; ++sweep) sampler.run_sweep(pool);
      for (std::size_t user = 0; user < ratings.rows; ++user) {
        EXPECT_TRUE(std::isfinite(sampler.predict(user, 0)));
      }
      EXPECT_TRUE(std::isfinite(sampler.state().noise_precision));
    }
  }
}

TEST(Bayesian, OptionsOutOfRangeAreNamed) {
  const SparseMatrix ratings = planted_ratings(5, 5, 0.8).known;
  const auto message = [&](const BayesianOptions& options) -> std::string {
    try {
      Bayesian(ratings, {}, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message({.dimensions = 0}), "dimensions is 0, not in 1..1024");
  EXPECT_EQ(message({.dimensions = 65537}), "dimensions is 65537, not in 1..1024");
  EXPECT_EQ(message({.burn_in = -1}), "burn-in is -1, not at least 0");
  EXPECT_EQ(message({.samples = 0}), "samples is 0, not at least 1");
  EXPECT_THROW(Bayesian(SparseMatrix(), {}, {}), Error);
}

}  // namespace
}  // namespace kindred::factorization
