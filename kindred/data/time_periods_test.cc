#include "kindred/data/time_periods.h"

#include <gtest/gtest.h>

namespace kindred::data {
namespace {

TEST(TimePeriods, HoldAboutAsManyRatingsEach) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < 100; ++i) times.push_back(i * i);
  const TimePeriods periods(times, 4);
  EXPECT_EQ(periods.count(), 4U);
  std::vector<int> counts(4);
  for (const std::uint32_t period : periods.periods(times)) ++counts[period];
  EXPECT_EQ(counts, (std::vector<int>{25, 25, 25, 25}));
  EXPECT_EQ(periods.period(-5), 0U);
  EXPECT_EQ(periods.period(1000000), 3U);
}

TEST(TimePeriods, OneMomentIsOnePeriod) {
  const std::vector<std::int64_t> times = {7, 7, 7, 7};
  const TimePeriods periods(times, 3);
  EXPECT_EQ(periods.count(), 1U);
  EXPECT_EQ(periods.period(8), 0U);
}

}  // namespace
}  // namespace kindred::data
