// Data and options on which training must not stumble, and what comes out of it.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/data/split.h"
#include "kindred/factorization/ials.h"
#include "kindred/recommendation/recommender.h"
#include "kindred/recommendation/train.h"
#include "tests/support/error_of.h"
#include "tests/support/ratings_fixture.h"
#include "tests/support/two_tastes.h"

namespace kindred {
namespace {

using factorization::IalsOptions;
using factorization::IalsSolver;

class TrainingFaults : public test::RatingsFixture {
 protected:
  recommendation::TrainResult train(const data::Interactions& interactions, const IalsOptions& ials,
                                    float threshold = 0.0F) {
    recommendation::TrainOptions options;
    options.ials = ials;
    options.positive_rule.threshold = threshold;
    return recommendation::train(interactions, options, {.pool = pool_});
  }
  std::string error_of_training(const data::Interactions& interactions, const IalsOptions& ials) {
    return test::error_of([&] { train(interactions, ials); });
  }
  recommendation::RecommendationList list_for(const model::Model& model, std::uint32_t user,
                                              std::size_t k) {
    return recommendation::Recommender(model, {})
        .for_users(std::vector<std::uint32_t>{user}, k, pool_)
        .front();
  }
};

void expect_finite(const model::Model& model) {
  EXPECT_NO_THROW(model::validate(model));  // Every value of every vector is finite.
}

TEST_F(TrainingFaults, RatingsThatAreAllEqualTrain) {
  const data::Ratings ratings = read("user,item,rating\na,x,5\na,y,5\nb,x,5\nb,z,5\n");
  const auto result = train(ratings.interactions, {.dimensions = 4, .epochs = 4}, 4.0F);
  expect_finite(result.model);
  const auto list = list_for(result.model, 0, 10);
  ASSERT_EQ(list.items.size(), 1U);
  EXPECT_EQ(result.model.items.labels.label(list.items[0].item), "z");
  EXPECT_TRUE(std::isfinite(list.items[0].score));
}

TEST_F(TrainingFaults, AnItemThatNobodyLikedIsNeverRecommended) {
  // Item w is only ever rated below the threshold, so nothing is known of who would like it.
  const data::Ratings ratings =
      read("user,item,rating\na,x,5\na,w,1\nb,x,4\nb,y,5\nc,y,5\nc,z,4\nd,w,2\nd,z,5\n");
  const auto result = train(ratings.interactions, {.dimensions = 3, .epochs = 5}, 4.0F);
  expect_finite(result.model);
  const auto item = result.model.items.labels.find("w");
  ASSERT_TRUE(item.has_value());
  EXPECT_FALSE(embedding::is_learned(result.model.items.vectors.row(*item)));
  for (std::uint32_t user = 0; user < result.model.users.size(); ++user) {
    for (const auto& found : list_for(result.model, user, 100).items) {
      EXPECT_NE(found.item, *item) << "user " << user;
      EXPECT_FALSE(std::isnan(found.score));
    }
  }
}

TEST_F(TrainingFaults, OneRatingIsEnoughToTrainAndLeavesNothingToRecommend) {
  const data::Ratings ratings = read("a,x,5\n");
  const auto result = train(ratings.interactions, {.dimensions = 8, .epochs = 2});
  expect_finite(result.model);
  EXPECT_TRUE(list_for(result.model, 0, 10).items.empty());
}

TEST_F(TrainingFaults, SingularEquationsGiveFiniteVectorsOrSaySo) {
  // Everybody watched the same two movies: rank one, and ridges down to far below the rounding.
  std::string text;
  for (int user = 0; user < 40; ++user) text += fmt::format("u{0},x,1\nu{0},y,1\n", user);
  const data::Ratings ratings = read(text);
  for (const IalsSolver solver : {IalsSolver::automatic, IalsSolver::primal, IalsSolver::dual}) {
    for (const float regularization : {1e-3F, 1e-10F, 1e-30F}) {
      for (const float unobserved : {0.0F, 0.1F}) {
        const IalsOptions ials = {.dimensions = 16,
                                  .epochs = 3,
                                  .unobserved_weight = unobserved,
                                  .regularization = regularization,
                                  .solver = solver};
        try {
          expect_finite(train(ratings.interactions, ials).model);
        } catch (const Error& error) {
          EXPECT_LT(regularization, 1e-3F);
          EXPECT_THAT(error.what(), testing::HasSubstr("raise the regularization"));
        }
      }
    }
  }
}

TEST_F(TrainingFaults, OptionsOutOfRangeAreRefusedByName) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const data::Interactions data = test::two_tastes(10, 10);
  for (const float bad : {0.0F, -1.0F, nan, infinity}) {
    EXPECT_THAT(error_of_training(data, {.regularization = bad}),
                testing::HasSubstr("regularization is"));
    EXPECT_THAT(error_of_training(data, {.init_stddev = bad}), testing::HasSubstr("init"));
  }
  for (const float bad : {-0.1F, nan, infinity}) {
    EXPECT_THAT(error_of_training(data, {.unobserved_weight = bad}),
                testing::HasSubstr("unobserved weight is"));
    EXPECT_THAT(error_of_training(data, {.regularization_exponent = bad}),
                testing::HasSubstr("regularization exponent is"));
  }
  EXPECT_THAT(error_of_training(data, {.epochs = 0}), testing::HasSubstr("epochs is 0"));
}

TEST_F(TrainingFaults, WeightsBeyondAllMeasureAreAnErrorOrFinite) {
  const data::Interactions data = test::two_tastes(30, 20);
  for (const float weight : {1e10F, 1e30F, std::numeric_limits<float>::max()}) {
    try {
      expect_finite(train(data, {.dimensions = 4, .epochs = 2, .unobserved_weight = weight}).model);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("finite"));
    }
  }
}

TEST_F(TrainingFaults, DimensionsFromOneToMoreThanThereAreUsersAndItems) {
  const data::Interactions data = test::two_tastes(12, 9);
  for (const int dimensions : {1, 9, 12, 13, 100}) {
    const auto result = train(data, {.dimensions = dimensions, .epochs = 3});
    expect_finite(result.model);
    EXPECT_EQ(result.model.items.dimensions(), static_cast<std::size_t>(dimensions));
  }
  for (const int dimensions : {-1, 0, 65537}) {
    EXPECT_THAT(error_of_training(data, {.dimensions = dimensions}),
                testing::HasSubstr(fmt::format("dimensions is {}", dimensions)));
  }
}

TEST_F(TrainingFaults, AskingForMoreThanThereIsGivesAllThereIs) {
  const data::Interactions data = test::two_tastes(20, 15);
  const auto result = train(data, {.dimensions = 4, .epochs = 3});
  for (std::uint32_t user = 0; user < 20; ++user) {
    const std::size_t unseen = 15 - data.by_user.row_size(user);
    for (const std::size_t k : {std::size_t{15}, std::size_t{1} << 31U}) {
      EXPECT_EQ(list_for(result.model, user, k).items.size(), unseen);
    }
  }
  const recommendation::Recommender nothing(result.model, {.allowed = std::vector<bool>(15)});
  EXPECT_EQ(nothing.candidate_count(), 0U);
  EXPECT_TRUE(nothing.for_users(std::vector<std::uint32_t>{0}, 5, pool_).front().items.empty());
}

// A pair that the file holds three times must not be learned from and asked for at once.
TEST_F(TrainingFaults, DuplicatedPairsDoNotLeakAcrossASplit) {
  std::string text = "user,item,rating,timestamp\n";
  for (int copy = 0; copy < 3; ++copy) {
    for (int user = 0; user < 30; ++user) {
      for (int item = 0; item < 8; ++item) {
        text += fmt::format("u{},i{},5,{}\n", user, (user + item) % 20, 100 * copy + item);
      }
    }
  }
  const data::Ratings ratings = read(text);
  EXPECT_EQ(ratings.summary.duplicate_count, 2U * 30U * 8U);
  const data::PositiveRule rule;
  const std::vector<data::Split> splits = {
      data::split_leave_one_out(ratings.interactions, rule, 1),
      data::split_ratio(ratings.interactions, rule, 0.3, 1),
      data::split_temporal(ratings.interactions, rule, 0.3),
      data::split_strong(ratings.interactions, rule, {.held_out_count = 10}),
  };
  for (const data::Split& split : splits) {
    EXPECT_GT(split.targets.entry_count(), 0U) << split.description;
    for (std::size_t person = 0; person < split.person_count(); ++person) {
      for (const std::uint32_t target : split.targets.row_columns(person)) {
        EXPECT_FALSE(std::ranges::binary_search(split.seen(person), target))
            << split.description << ", person " << split.labels[person];
      }
    }
  }
}

}  // namespace
}  // namespace kindred
