#include "kindred/recommendation/train_rating.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <string>

#include "kindred/base/error.h"
#include "kindred/recommendation/rating_predictor.h"
#include "tests/support/planted_ratings.h"
#include "tests/support/temporary_folder.h"

namespace kindred::recommendation {
namespace {

data::Interactions planted(std::size_t users, std::size_t items) {
  data::Interactions out;
  out.has_values = true;
  out.by_user = test::planted_ratings(users, items, 0.3).known;
  for (std::size_t i = 0; i < users; ++i) out.users.insert("u" + std::to_string(i));
  for (std::size_t i = 0; i < items; ++i) out.items.insert("i" + std::to_string(i));
  return out;
}

RatingTrainOptions als_options() {
  RatingTrainOptions options;
  options.model.als = {.dimensions = 5, .epochs = 6};
  return options;
}

RatingTrainOptions bayesian_options(int kept = 8) {
  RatingTrainOptions options;
  options.model.kind = RatingModelKind::bayesian;
  options.model.bayesian = {.dimensions = 4, .burn_in = 10, .samples = 20};
  options.kept_draws = kept;
  return options;
}

class TrainRatings : public ::testing::Test {
 protected:
  RatingTrainResult train(const RatingTrainOptions& options, int threads = 2,
                          const training::CheckpointPolicy& checkpoint = {},
                          const std::atomic<bool>* cancelled = nullptr) {
    ThreadPool pool(threads);
    return train_ratings(data_, users_, items_, options,
                         {.pool = pool, .cancelled = cancelled, .checkpoint = checkpoint});
  }

  data::Interactions data_ = planted(80, 50);
  data::Table users_{80};
  data::Table items_{50};
  test::TemporaryFolder folder_;
};

TEST_F(TrainRatings, KeepsAsManyDrawsAsWereAskedFor) {
  EXPECT_EQ(train(als_options()).model.draws.size(), 1U);
  for (const int kept : {1, 8, 20}) {
    EXPECT_EQ(train(bayesian_options(kept)).model.draws.size(), static_cast<std::size_t>(kept));
  }
  EXPECT_EQ(train(bayesian_options(32)).model.draws.size(), 20U) << "there are 20 samples";
  const auto mean = train(bayesian_options(0)).model;
  EXPECT_EQ(mean.draws.size(), 1U);
  EXPECT_EQ(mean.user_variances.rows(), 80U);
  EXPECT_NO_THROW(model::validate(mean, 80, 50));
}

TEST_F(TrainRatings, ResumesToTheSameModelAfterAnyStop) {
  for (std::size_t i = 0; i < data_.by_user.entry_count(); ++i) {
    data_.timestamps.push_back(static_cast<std::int64_t>(i * 7919 % 1000));
  }
  std::vector<RatingTrainOptions> all = {als_options(), bayesian_options(), bayesian_options(0)};
  all.push_back(bayesian_options());
  all.back().model.period_count = 4;
  for (std::size_t which = 0; which < all.size(); ++which) {
    const RatingTrainResult whole = train(all[which], 1);
    for (const int stop : {1, 3, 12, 25}) {
      if (stop >= static_cast<int>(whole.history.size())) continue;
      const std::filesystem::path path =
          folder_ / ("c" + std::to_string(which) + "." + std::to_string(stop));
      std::atomic<bool> cancelled = false;
      ThreadPool pool(2);
      const auto first =
          train_ratings(data_, users_, items_, all[which],
                        {.pool = pool,
                         .cancelled = &cancelled,
                         .checkpoint = {.path = path},
                         .observe = [&](const auto& record) { cancelled = record.epoch == stop; }});
      EXPECT_EQ(first.ended, training::Ended::cancelled);
      const RatingTrainResult second = train(all[which], 3, {.path = path, .resume = true});
      EXPECT_EQ(second.model.draws, whole.model.draws) << which << " after " << stop;
      EXPECT_EQ(second.model.item_variances, whole.model.item_variances);
      EXPECT_EQ(second.history.size(), whole.history.size());
    }
  }
}

TEST_F(TrainRatings, ACheckpointOfAnotherTrainingIsRefused) {
  RatingTrainOptions options = bayesian_options();
  const std::atomic<bool> cancelled = true;
  train(options, 2, {.path = folder_ / "checkpoint"}, &cancelled);
  const training::CheckpointPolicy resumed{.path = folder_ / "checkpoint", .resume = true};
  options.model.bayesian.samples = 21;
  try {
    train(options, 2, resumed);
    ADD_FAILURE() << "other options were accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("samples"));
  }
  options.model.bayesian.samples = 20;
  data_.by_user.values[0] += 1.0F;
  try {
    train(options, 2, resumed);
    ADD_FAILURE() << "other data were accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("the training data differ"));
  }
}

TEST_F(TrainRatings, PeriodsNeedTimes) {
  RatingTrainOptions options = bayesian_options();
  options.model.period_count = 3;
  EXPECT_THROW(train(options), Error);
}

TEST_F(TrainRatings, PairsWithoutRatingsAreRefused) {
  data_.has_values = false;
  EXPECT_THROW(train(als_options()), Error);
}

TEST_F(TrainRatings, FoldingInAKnownUserGivesTheStoredVectorOfAls) {
  const auto model = train(als_options()).model;
  const RatingPredictor predictor(model);
  for (std::uint32_t user = 0; user < 80; ++user) {
    const Rater folded =
        predictor.fold_in(data_.by_user.row_columns(user), data_.by_user.row_values(user));
    const Rater known = predictor.known(user);
    double difference = 0.0;
    double norm = 0.0;
    for (std::size_t k = 0; k < known.vectors.cols(); ++k) {
      difference += std::pow(double{folded.vectors.row(0)[k]} - known.vectors.row(0)[k], 2);
      norm += std::pow(double{known.vectors.row(0)[k]}, 2);
    }
    EXPECT_LE(std::sqrt(difference), 1e-4 * std::sqrt(norm) + 1e-6) << "user " << user;
  }
}

TEST_F(TrainRatings, ANewPersonIsPredictedAsTheKnownOneAndWithMoreDoubtTheLessIsKnown) {
  const auto model = train(bayesian_options(20)).model;
  const RatingPredictor predictor(model);
  double difference = 0.0;
  double noise = 0.0;
  double doubt = 0.0;  // How much more there is about somebody of whom nothing is known.
  for (std::uint32_t user = 0; user < 80; ++user) {
    const auto items = data_.by_user.row_columns(user);
    const Rater folded = predictor.fold_in(items, data_.by_user.row_values(user));
    const Rater nobody = predictor.fold_in({}, {});
    const PredictedRating known = predictor.predict(predictor.known(user), 7);
    const PredictedRating found = predictor.predict(folded, 7);
    difference += std::pow(double{known.centre} - double{found.centre}, 2) / 80.0;
    noise += std::pow(double{*known.deviation}, 2) / 80.0;
    doubt += double{*predictor.predict(nobody, 7).deviation} - double{*found.deviation};
  }
  EXPECT_GT(doubt, 0.0);
  EXPECT_LT(std::sqrt(difference), 0.5 * std::sqrt(noise));
}

TEST_F(TrainRatings, PredictionsStayOnTheScale) {
  for (const auto& options : {als_options(), bayesian_options(), bayesian_options(0)}) {
    const auto model = train(options).model;
    const RatingPredictor predictor(model);
    for (std::uint32_t user = 0; user < 80; ++user) {
      const Rater rater = predictor.known(user);
      for (std::uint32_t item = 0; item < 50; ++item) {
        const PredictedRating predicted = predictor.predict(rater, item);
        EXPECT_GE(predicted.rating, model.scale.low);
        EXPECT_LE(predicted.rating, model.scale.high);
        EXPECT_EQ(predicted.deviation.has_value(), options.model.kind == RatingModelKind::bayesian);
        const double chance = predictor.chance_of_at_least(predicted, 4.0F);
        EXPECT_TRUE(chance >= 0.0 && chance <= 1.0);
      }
    }
  }
}

// The mean and variances are a poorer account of the draws, but not another one.
TEST_F(TrainRatings, MeanAndVariancesStandForTheDraws) {
  const auto draws = train(bayesian_options(20)).model;
  const auto mean = train(bayesian_options(0)).model;
  double difference = 0.0;
  for (std::uint32_t user = 0; user < 80; ++user) {
    const auto a = RatingPredictor(draws).predict(RatingPredictor(draws).known(user), 3);
    const auto b = RatingPredictor(mean).predict(RatingPredictor(mean).known(user), 3);
    difference += std::abs(double{a.centre} - double{b.centre}) / 80.0;
    EXPECT_GT(*b.deviation, 0.5F * *a.deviation);
  }
  EXPECT_LT(difference, 0.4);
}

}  // namespace
}  // namespace kindred::recommendation
