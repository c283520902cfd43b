#include "kindred/evaluation/result.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kindred::evaluation {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Ids = std::vector<std::uint32_t>;

TEST(MeanInterval, IsWideForFewValues) {
  const std::vector<double> three = {1.0, 2.0, 3.0};
  EXPECT_NEAR(mean_interval(three).low, 2.0 - 4.3027 / std::sqrt(3.0), 1e-4);
  // 5 to 30 degrees of freedom: 2.5706, 2.2281, 2.0423 in the tables.
  for (const auto& [count, quantile] :
       {std::pair{6, 2.5706}, std::pair{11, 2.2281}, std::pair{31, 2.0423}}) {
    std::vector<double> values(static_cast<std::size_t>(count), 0.0);
    values.front() = 1.0;
    const double n = count;
    const Interval interval = mean_interval(values);
    // One 1 among zeros: a mean of 1/n, whose standard error is 1/n too.
    EXPECT_NEAR(interval.high, (1.0 + quantile) / n, 2e-3 / n) << count;
  }
  EXPECT_EQ(mean_interval(std::vector{0.5}).low, 0.5);
}

TEST(Result, MeanAndNormalInterval) {
  // Mean 0.5; deviations -.2 0 .2: s = sqrt(.08 / 2) = .2; 1.96 x .2 / sqrt(3) = .226317.
  const MetricResult result = summarise(parse_metric("hr@10"), {0.3, 0.5, 0.7});
  EXPECT_DOUBLE_EQ(result.value, 0.5);
  ASSERT_TRUE(result.interval);
  EXPECT_NEAR(result.interval->low, 0.273683, 1e-6);
  EXPECT_NEAR(result.interval->high, 0.726317, 1e-6);
}

TEST(Result, UndefinedPeopleAreLeftOutAndOnePersonHasNoInterval) {
  const MetricResult result = summarise(parse_metric("auc"), {kNan, 0.25, kNan});
  EXPECT_DOUBLE_EQ(result.value, 0.25);
  EXPECT_FALSE(result.interval);
  EXPECT_TRUE(std::isnan(summarise(parse_metric("auc"), {kNan}).value));
  EXPECT_TRUE(std::isnan(summarise(parse_metric("auc"), {}).value));
}

TEST(Result, IntervalsStayWithinZeroAndOne) {
  const MetricResult result = summarise(parse_metric("hr@10"), {1.0, 1.0, 1.0, 0.9});
  ASSERT_TRUE(result.interval);
  EXPECT_LE(result.interval->high, 1.0);
  EXPECT_GE(summarise(parse_metric("hr@10"), {0.0, 0.0, 0.1}).interval->low, 0.0);
}

TEST(Result, SeedsAverageByPerson) {
  const Metric metric = parse_metric("hr@10");
  const std::vector<MetricResult> runs = {summarise(metric, {0.0, 1.0}),
                                          summarise(metric, {1.0, 1.0})};
  const MetricResult mean = mean_over_seeds(runs);
  EXPECT_DOUBLE_EQ(mean.value, 0.75);
  EXPECT_EQ(mean.per_person, (std::vector<double>{0.5, 1.0}));
  ASSERT_TRUE(mean.seed_spread);
  EXPECT_NEAR(*mean.seed_spread, std::sqrt(0.125), 1e-12);  // Of 0.5 and 1.
}

TEST(RankingScores, CoverageAndGiniCountWhoIsListed) {
  const std::vector<Metric> metrics = {parse_metric("coverage@1"), parse_metric("coverage@2"),
                                       parse_metric("gini@2"), parse_metric("recall@2")};
  RankingScores scores(metrics, 2, 4, 2);
  EXPECT_TRUE(scores.needs_lists());
  EXPECT_FALSE(scores.needs_full_ranking());
  EXPECT_EQ(scores.longest_list(), 2U);
  scores.add(0, {.positions = {0}}, Ids{2, 0}, 0);
  scores.add(1, {.positions = {kBeyondList}}, Ids{2, 3}, 1);
  const auto results = scores.results();
  EXPECT_DOUBLE_EQ(results[0].value, 1.0 / 4.0);  // Item 2.
  EXPECT_DOUBLE_EQ(results[1].value, 3.0 / 4.0);  // Items 2, 0, 3.
  // Counts 0 1 1 2: (-3 x 0 - 1 x 1 + 1 x 1 + 3 x 2) / (4 x 4) = 6 / 16.
  EXPECT_DOUBLE_EQ(results[2].value, 0.375);
  EXPECT_FALSE(results[2].interval);
  EXPECT_DOUBLE_EQ(results[3].value, 0.5);
}

}  // namespace
}  // namespace kindred::evaluation
