#include "kindred/data/positives.h"

#include <gtest/gtest.h>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

Interactions with_values(std::vector<float> values) {
  Interactions interactions;
  interactions.has_values = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    interactions.by_user.columns.push_back(static_cast<std::uint32_t>(i));
  }
  interactions.by_user.rows = 1;
  interactions.by_user.cols = values.size();
  interactions.by_user.offsets = {0, values.size()};
  interactions.by_user.values = std::move(values);
  return interactions;
}

TEST(Positives, TheDefaultComesFromTheScaleOfTheValues) {
  EXPECT_EQ(default_positive_rule(with_values({0.5F, 5.0F})).threshold, 4.0F);
  EXPECT_EQ(default_positive_rule(with_values({1.0F, 4.0F})).threshold, 4.0F);
  EXPECT_EQ(default_positive_rule(with_values({0.0F, 5.0F})).threshold, 4.0F);
  EXPECT_EQ(default_positive_rule(with_values({1.0F, 10.0F})).threshold, 7.0F);
  EXPECT_EQ(default_positive_rule(with_values({1.0F, 1.0F})).threshold, kAboveZero);
  EXPECT_EQ(default_positive_rule(with_values({-1.0F, 1.0F})).threshold, 1.0F);
  EXPECT_EQ(default_positive_rule(with_values({})).threshold, std::nullopt);
  EXPECT_THROW(default_positive_rule(with_values({0.0F, 0.0F})), Error);
  Interactions without = with_values({4.0F, 5.0F});
  without.has_values = false;
  EXPECT_EQ(default_positive_rule(without).threshold, std::nullopt);
  Interactions plays = with_values({0.0F, 1.0F, 2.0F, 5.0F});
  plays.meaning = ValueMeaning::count;
  EXPECT_FALSE(default_positive_rule(plays).accepts(0.0F));
  EXPECT_TRUE(default_positive_rule(plays).accepts(1.0F));
  EXPECT_EQ(describe(default_positive_rule(plays)), "above 0");
}

TEST(Positives, KeepsPairsFromTheThresholdUpAndWeighsThem) {
  const Interactions ratings = with_values({3.0F, 4.0F, 5.0F});
  const SparseMatrix kept =
      positives(ratings.by_user, {.threshold = 4.0F, .weight_per_value = 0.5F});
  EXPECT_EQ(kept.columns, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(kept.values, (std::vector<float>{3.0F, 3.5F}));
  EXPECT_EQ(positives(ratings.by_user, {}).entry_count(), 3U);
  EXPECT_EQ(describe({.threshold = 4.0F}), "rated 4 or more");
}

}  // namespace
}  // namespace kindred::data
