#include "kindred/tuning/dimension_prior.h"

#include <gtest/gtest.h>

namespace kindred::tuning {
namespace {

TEST(DimensionPrior, IsTheFourthRootAndEitherSide) {
  const DimensionPrior prior = dimension_prior(500'000);
  EXPECT_NEAR(prior.fourth_root, 26.6, 0.05);
  EXPECT_EQ(prior.start, 25);
  EXPECT_EQ(prior.low, 15);
  EXPECT_EQ(prior.high, 35);
  EXPECT_EQ(describe(prior, 500'000, "items"),
            "500,000 items: fourth root 26.6, start at 25, search 15 to 35");
  EXPECT_EQ(dimension_prior(81).start, 3);
  EXPECT_EQ(dimension_prior(3'706), (DimensionPrior{dimension_prior(3'706).fourth_root, 8, 5, 11}));
  EXPECT_EQ(dimension_prior(0).low, 1);
}

// tabular.md's table of rules: at n = 10,000 they lie between 10 and 278.
TEST(DimensionPrior, KnowsTheOtherRules) {
  const auto rules = dimension_rules(10'000);
  ASSERT_EQ(rules.size(), 4U);
  EXPECT_EQ(rules[0].dimensions, 10);
  EXPECT_EQ(rules[1].dimensions, 60);
  EXPECT_EQ(rules[2].dimensions, 13);
  EXPECT_EQ(rules[3].dimensions, 278);
  EXPECT_EQ(dimension_rules(1'000'000)[3].dimensions, 600);
}

TEST(DimensionPrior, OfAColumnDependsOnWhatCanBeLearned) {
  EXPECT_EQ(column_dimensions(8, 8.0, 1'000'000), 0);
  EXPECT_EQ(column_dimensions(42, 2.0, 32'561), 2);         // Nearly always the same country.
  EXPECT_EQ(column_dimensions(10'000, 8'000.0, 4'000), 4);  // 20 categories' worth of rows.
  EXPECT_EQ(column_dimensions(1'000'000, 500'000.0, 1'000'000'000), 32);
  EXPECT_LT(column_dimensions(9, 9.0, 1'000'000), 9);
}

}  // namespace
}  // namespace kindred::tuning
