#include "kindred/recommendation/rating_ranker.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/sample_model.h"

namespace kindred::recommendation {
namespace {

// Six items; the rating model's biases order them 5, 4, ... for everybody.
model::Model with_ratings() {
  model::Model model = test::sample_model(2, 6, 2);
  model.positive_rule.threshold = 4.0F;
  model.seen = {};
  model.seen.cols = 6;
  model.seen.append_row(std::vector<std::uint32_t>{0, 1, 2, 3, 4}, std::vector<float>(5, 3.0F));
  model.seen.append_row(std::vector<std::uint32_t>{1}, std::vector<float>{5.0F});
  model::RatingModel ratings;
  ratings.als.dimensions = 1;
  ratings.scale = {.mean = 3.0, .low = 1.0F, .high = 5.0F};
  ratings.typical_error = 0.5;
  model::RatingDraw draw{.users = Matrix(2, 2),
                         .items = Matrix(6, 2),
                         .noise_precision = 0.0,
                         .prior_precision = Matrix(2, 2),
                         .prior_mean = Matrix(1, 2),
                         .rated = {}};
  for (std::size_t item = 0; item < 6; ++item) {
    draw.items.row(item)[1] = 0.5F * static_cast<float>(item) - 1.0F;
  }
  ratings.draws = {std::move(draw)};
  model.ratings = std::move(ratings);
  return model;
}

std::vector<std::uint32_t> ids(const RecommendationList& list) {
  std::vector<std::uint32_t> out;
  for (const Recommendation& chosen : list.items) out.push_back(chosen.item);
  return out;
}

TEST(RatingRanker, ByRateIsThePredictedRatingOfWhatSomebodyHasRated) {
  const model::Model model = with_ratings();
  const RatingRanker ranker(model, {});
  const Rater rater = ranker.predictor().known(1);
  EXPECT_EQ(ids(ranker.by_rate(rater, model.seen.row_columns(1), 3)),
            (std::vector<std::uint32_t>{4, 3, 2}))
      << "nobody has rated item 5";
  EXPECT_EQ(ranker.by_rate(rater, model.seen.row_columns(1), 100).items.size(), 4U);
  std::vector<bool> allowed(6, true);
  allowed[4] = false;
  EXPECT_EQ(ids(RatingRanker(model, allowed).by_rate(rater, {}, 2)),
            (std::vector<std::uint32_t>{3, 2}));
}

TEST(RatingRanker, ByBothPutsTheHighlyRatedFirstAmongThoseWatchedAlike) {
  const model::Model model = with_ratings();
  const RatingRanker ranker(model, {});
  const Rater rater = ranker.predictor().known(0);
  RecommendationList watched;
  for (std::uint32_t item = 0; item < 6; ++item) watched.items.push_back({item, item + 1, 0.5F});
  EXPECT_EQ(ids(ranker.by_both(watched, rater, 3)), (std::vector<std::uint32_t>{5, 4, 3}));
  // Somebody who will hardly watch it is not shown it for its stars.
  watched.items[5].score = 0.01F;
  EXPECT_EQ(ids(ranker.by_both(watched, rater, 2)), (std::vector<std::uint32_t>{4, 3}));
}

TEST(RatingRanker, AListByPopularityStaysAsItIs) {
  const model::Model model = with_ratings();
  const RatingRanker ranker(model, {});
  RecommendationList popular;
  popular.by_popularity = true;
  popular.items = {{0, 1, 0.9F}, {5, 2, 0.1F}};
  const auto list = ranker.by_both(popular, ranker.predictor().known(0), 1);
  EXPECT_TRUE(list.by_popularity);
  EXPECT_EQ(ids(list), std::vector<std::uint32_t>{0});
}

TEST(RatingRanker, HighIsWhatCountsAsLikedOrThreeQuartersUpTheScale) {
  const factorization::RatingScale stars = {.mean = 3.5, .low = 1.0F, .high = 5.0F};
  EXPECT_EQ(high_rating({}, stars), 4.0F);
  EXPECT_EQ(high_rating({.threshold = 3.0F, .weight_per_value = 0.0F}, stars), 3.0F);
}

}  // namespace
}  // namespace kindred::recommendation
