#include "kindred/tuning/data_parts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/tuning/halving.h"

namespace kindred::tuning {
namespace {

TEST(DataParts, AreNestedAndGrowToTheWhole) {
  const auto ninth = rows_of_part(1000, 1, 5);
  const auto third = rows_of_part(1000, 3, 5);
  EXPECT_EQ(ninth.size(), 112U);
  EXPECT_EQ(third.size(), 334U);
  EXPECT_EQ(rows_of_part(1000, 9, 5).size(), 1000U);
  EXPECT_TRUE(std::ranges::includes(third, ninth));
  EXPECT_TRUE(std::ranges::is_sorted(third));
  EXPECT_NE(ninth, rows_of_part(1000, 1, 6));
  EXPECT_EQ(rows_of_part(1, 1, 5).size(), 1U);
}

TEST(DataParts, AreWhereHalvingCompares) {
  StoppingOptions options;
  options.steps_min = kDataParts.front();
  const std::vector<Curve> better(3, Curve{{1, 3, 9}, {0.9, 0.9, 0.9}});
  for (const int part : kDataParts) {
    EXPECT_FALSE(should_go_on({{part}, {0.1}}, better, options)) << part;
  }
}

TEST(DataParts, AreNamed) {
  EXPECT_EQ(parse_trial_steps("parts"), TrialSteps::parts);
  EXPECT_THROW(parse_trial_steps("rows"), Error);
}

}  // namespace
}  // namespace kindred::tuning
