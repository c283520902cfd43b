#include "kindred/recommendation/row_predictions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/recommendation/train_rating.h"
#include "tests/support/planted_ratings.h"

namespace kindred::recommendation {
namespace {

constexpr std::size_t kUsers = 40;
constexpr std::size_t kItems = 30;

model::Model trained(RatingModelKind kind) {
  data::Interactions ratings;
  ratings.has_values = true;
  ratings.by_user = test::planted_ratings(kUsers, kItems, 0.3).known;
  for (std::size_t i = 0; i < kUsers; ++i) ratings.users.insert("u" + std::to_string(i));
  for (std::size_t i = 0; i < kItems; ++i) ratings.items.insert("i" + std::to_string(i));
  RatingTrainOptions options;
  options.model.kind = kind;
  options.model.als = {.dimensions = 3, .epochs = 4};
  options.model.bayesian = {.dimensions = 3, .burn_in = 5, .samples = 10};
  ThreadPool pool(2);
  model::Model model;
  model.users.labels = ratings.users;
  model.items.labels = ratings.items;
  model.ratings =
      train_ratings(ratings, data::Table(kUsers), data::Table(kItems), options, {.pool = pool})
          .model;
  return model;
}

// Random rows with repeats and strangers: each is answered in its place, as if it were alone.
TEST(PredictRows, AnswersEveryRowInOrder) {
  for (const auto kind : {RatingModelKind::als, RatingModelKind::bayesian}) {
    const model::Model model = trained(kind);
    const RatingPredictor predictor(*model.ratings);
    Rng rng(3);
    for (const std::size_t count : {0U, 1U, 2U, 300U}) {
      data::Interactions pairs;
      std::vector<data::RatingsRow> rows;
      for (std::size_t i = 0; i < count; ++i) {
        const auto user = pairs.users.insert("u" + std::to_string(rng.below(kUsers + 5)));
        rows.push_back({user, pairs.items.insert("i" + std::to_string(rng.below(kItems + 5)))});
      }
      for (const int threads : {1, 3}) {
        ThreadPool pool(threads);
        const auto predicted = predict_rows(model, predictor, pairs, rows, pool);
        ASSERT_EQ(predicted.size(), count);
        for (std::size_t row = 0; row < count; ++row) {
          const auto user = model.users.labels.find(pairs.users.label(rows[row].user));
          const auto item = model.items.labels.find(pairs.items.label(rows[row].item));
          EXPECT_EQ(predicted[row].user, user);
          EXPECT_EQ(predicted[row].item, item);
          const Rater rater = user ? predictor.known(*user) : predictor.fold_in({}, {});
          const PredictedRating alone =
              item ? predictor.predict(rater, *item) : predictor.predict_unknown(rater);
          EXPECT_EQ(predicted[row].predicted.rating, alone.rating);
          EXPECT_EQ(predicted[row].predicted.deviation, alone.deviation);
          EXPECT_EQ(std::string(note_of(predicted[row])).empty(), user && item);
        }
      }
    }
  }
}

TEST(PredictRows, StrangersGetTheTypicalRating) {
  const model::Model als = trained(RatingModelKind::als);
  const RatingPredictor predictor(*als.ratings);
  const auto& draw = als.ratings->draws.front();
  const Rater stranger = predictor.fold_in({}, {});
  EXPECT_FLOAT_EQ(predictor.predict(stranger, 7).centre,
                  static_cast<float>(als.ratings->scale.mean) + draw.items.row(7).back());
  EXPECT_FLOAT_EQ(predictor.predict_unknown(predictor.known(5)).centre,
                  static_cast<float>(als.ratings->scale.mean) + draw.users.row(5).back());
  EXPECT_FLOAT_EQ(predictor.predict_unknown(stranger).centre,
                  static_cast<float>(als.ratings->scale.mean));
  const model::Model bayesian = trained(RatingModelKind::bayesian);
  const RatingPredictor unsure(*bayesian.ratings);
  const PredictedRating typical = unsure.predict_unknown(unsure.fold_in({}, {}));
  EXPECT_NEAR(typical.centre, bayesian.ratings->scale.mean, 0.5);
  EXPECT_GT(typical.deviation.value_or(0.0F), 0.0F);
}

TEST(PredictRows, RatingsBeyondTheScaleAreRefused) {
  const model::Model model = trained(RatingModelKind::als);
  const RatingPredictor predictor(*model.ratings);
  const std::vector<std::uint32_t> item = {3};
  for (const float rating : {1e38F, -50.0F, 1e4F}) {
    EXPECT_THROW(predictor.fold_in(item, std::vector<float>{rating}), Error) << rating;
  }
}

}  // namespace
}  // namespace kindred::recommendation
