#include "kindred/evaluation/rating.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kindred::evaluation {
namespace {

TEST(RatingMetrics, HandWorkedExample) {
  // Errors 1, 0, -2, 1: squares 1 + 0 + 4 + 1 = 6 over 4; absolute 4 over 4.
  const std::vector<float> truth = {4.0F, 3.0F, 1.0F, 5.0F};
  const RatingPredictions predictions = {.values = {3.0F, 3.0F, 3.0F, 4.0F},
                                         .centres = {3.0F, 3.0F, 3.0F, 4.0F},
                                         .deviations = {1.0F, 0.1F, 1.0F, 2.0F}};
  const auto metrics = rating_metrics(truth, predictions);
  ASSERT_EQ(metrics.size(), 4U);
  EXPECT_EQ(metrics[0].name, "rmse");
  EXPECT_DOUBLE_EQ(metrics[0].value, std::sqrt(1.5));
  EXPECT_DOUBLE_EQ(metrics[1].value, 1.0);
  // 0.67 deviations hold 0 and 1 of 2; 1.64 hold 1 of 1, 0 and 1 of 2.
  EXPECT_DOUBLE_EQ(metrics[2].value, 0.5);
  EXPECT_DOUBLE_EQ(metrics[3].value, 0.75);
  EXPECT_LT(metrics[0].interval->low, metrics[0].value);
  EXPECT_GT(metrics[0].interval->high, metrics[0].value);
}

TEST(RatingMetrics, WithoutDeviationsThereIsNoCoverageAndOneRatingHasNoInterval) {
  const auto metrics = rating_metrics(std::vector<float>{4.0F},
                                      {.values = {3.5F}, .centres = {3.5F}, .deviations = {}});
  ASSERT_EQ(metrics.size(), 2U);
  EXPECT_DOUBLE_EQ(metrics[0].value, 0.5);
  EXPECT_FALSE(metrics[0].interval.has_value());
}

TEST(RatingMetrics, RunsAverage) {
  const auto run = [](double value) {
    return std::vector<RatingMetric>{{"rmse", "", value, Interval{value - 0.1, value + 0.1}}};
  };
  const auto mean = mean_over_runs({run(1.0), run(2.0)});
  EXPECT_DOUBLE_EQ(mean[0].value, 1.5);
  EXPECT_NEAR(mean[0].interval->high - mean[0].interval->low, 0.2 / std::sqrt(2.0), 1e-12);
}

}  // namespace
}  // namespace kindred::evaluation
