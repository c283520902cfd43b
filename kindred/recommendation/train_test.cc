#include "kindred/recommendation/train.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "kindred/base/error.h"
#include "kindred/factorization/fold_in.h"
#include "tests/support/two_tastes.h"

namespace kindred::recommendation {
namespace {

using test::two_tastes;

TrainOptions small_options() {
  TrainOptions options;
  options.ials.dimensions = 4;
  options.ials.epochs = 6;
  options.positive_rule.threshold = 3.0F;
  options.validation_users = 20;
  return options;
}

std::filesystem::path temporary_path(const std::string& name) {
  return std::filesystem::path(testing::TempDir()) / (name + std::to_string(::getpid()));
}

TEST(Train, EveryUserIsSolvedAgainstTheFinalItems) {
  const data::Interactions interactions = two_tastes(100, 30);
  ThreadPool pool(2);
  const TrainOptions options = small_options();
  const TrainResult result = train(interactions, options, {.pool = pool});
  EXPECT_NO_THROW(model::validate(result.model));
  const SparseMatrix positives = data::positives(interactions.by_user, options.positive_rule);
  const factorization::FoldIn fold_in(result.model.items.vectors, options.ials, pool);
  for (std::size_t user = 0; user < positives.rows; ++user) {
    const auto folded = fold_in.solve(positives.row_columns(user), positives.row_values(user));
    const auto stored = result.model.users.vectors.row(user);
    double difference = 0.0;
    double norm = 0.0;
    for (std::size_t i = 0; i < folded.size(); ++i) {
      difference += std::pow(double{folded[i]} - stored[i], 2);
      norm += std::pow(double{stored[i]}, 2);
    }
    EXPECT_LE(std::sqrt(difference), 1e-5 * std::sqrt(norm));
  }
  EXPECT_EQ(result.model.seen, interactions.by_user) << "pairs below the threshold are seen too";
  for (const training::Epoch& record : result.model.history) {
    EXPECT_TRUE(record.validation.has_value());
  }
}

TEST(Train, ResumingAfterAnInterruptionGivesTheSameVectors) {
  const data::Interactions interactions = two_tastes(120, 25);
  ThreadPool pool(2);
  const TrainResult whole = train(interactions, small_options(), {.pool = pool});

  std::atomic<bool> cancelled = false;
  TrainOptions options = small_options();
  const std::filesystem::path path = temporary_path("resume");
  const TrainResult first =
      train(interactions, options,
            {.pool = pool,
             .cancelled = &cancelled,
             .checkpoint = {.path = path},
             .observe = [&](const auto& record) { cancelled = record.epoch == 2; }});
  EXPECT_EQ(first.ended, training::Ended::cancelled);
  EXPECT_EQ(first.model.history.size(), 2U);

  cancelled = false;
  ThreadPool other_pool(4);
  const TrainResult second = train(
      interactions, options, {.pool = other_pool, .checkpoint = {.path = path, .resume = true}});
  EXPECT_EQ(second.resumed_from, 2);
  EXPECT_EQ(second.best_epoch, whole.best_epoch);
  EXPECT_EQ(second.model.items.vectors, whole.model.items.vectors);
  EXPECT_EQ(second.model.users.vectors, whole.model.users.vectors);
  std::filesystem::remove(path);
}

TEST(Train, ACheckpointOfOtherDataIsRefused) {
  ThreadPool pool(1);
  TrainOptions options = small_options();
  training::Run run{.pool = pool, .checkpoint = {.path = temporary_path("other_data")}};
  train(two_tastes(50, 20), options, run);
  run.checkpoint.resume = true;
  EXPECT_THROW(train(two_tastes(51, 20), options, run), Error);
  options.ials.regularization *= 2;
  try {
    train(two_tastes(50, 20), options, run);
    ADD_FAILURE() << "other options were accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("regularization"), std::string::npos) << error.what();
  }
  std::filesystem::remove(run.checkpoint.path);
}

TEST(Train, DataWithoutPositivesIsAnError) {
  ThreadPool pool(1);
  TrainOptions options = small_options();
  options.positive_rule.threshold = 6.0F;
  try {
    train(two_tastes(10, 10), options, {.pool = pool});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("rated 6 or more"), std::string::npos);
  }
  EXPECT_THROW(train(data::Interactions(), small_options(), {.pool = pool}), Error);
}

TEST(Train, ValidationTakesOneUserInTwenty) {
  EXPECT_EQ(default_validation_users(0), 0U);
  EXPECT_EQ(default_validation_users(199), 0U);
  EXPECT_EQ(default_validation_users(6040), 302U);
  EXPECT_EQ(default_validation_users(1000000), 1000U);
}

}  // namespace
}  // namespace kindred::recommendation
