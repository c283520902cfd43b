#include "kindred/evaluation/share_interval.h"

#include <gtest/gtest.h>

#include "kindred/evaluation/metrics.h"

namespace kindred::evaluation {
namespace {

// statsmodels 0.14, proportion_confint(k, n, method="wilson").
TEST(ShareInterval, IsWilsons) {
  EXPECT_NEAR(share_interval(1.0, 73).low, 0.95000, 1e-4);
  EXPECT_EQ(share_interval(1.0, 73).high, 1.0);
  EXPECT_EQ(share_interval(0.0, 73).low, 0.0);
  EXPECT_NEAR(share_interval(0.0, 73).high, 0.05000, 1e-4);
  EXPECT_NEAR(share_interval(0.5, 10).low, 0.236593, 1e-5);
  EXPECT_NEAR(share_interval(0.5, 10).high, 0.763407, 1e-5);
  EXPECT_NEAR(share_interval(0.3, 1e6).low, 0.3 - 1.96 * 0.000458258, 1e-5);
}

// People who are hit or missed make a share: all hits are no certainty.
TEST(ShareInterval, IsThatOfMetricsThatAreHitOrMiss) {
  const MetricResult all = summarise(parse_metric("hr@10"), {1.0, 1.0, 1.0, 1.0});
  EXPECT_LT(all.interval->low, 0.6);
  EXPECT_EQ(all.interval->high, 1.0);
  const MetricResult none = summarise(parse_metric("hr@10"), {0.0, 0.0, 0.0, 0.0});
  EXPECT_EQ(none.interval->low, 0.0);
  EXPECT_GT(none.interval->high, 0.4);
}

}  // namespace
}  // namespace kindred::evaluation
