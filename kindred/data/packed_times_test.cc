#include "kindred/data/packed_times.h"

#include <gtest/gtest.h>

namespace kindred::data {
namespace {

TEST(PackedTimes, GiveBackEveryTime) {
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::vector<std::int64_t>> cases = {{},
                                                        {978300760},
                                                        {5, 3, 9, 3},
                                                        {-4294967295, 0},  // The widest that fits,
                                                        {-4294967296, 0, -1},  // and one more.
                                                        {kMin, kMax, 0},
                                                        {kMin, kMin + 4294967295},
                                                        {kMax - 4294967295, kMax}};
  for (const auto& times : cases) {
    const PackedTimes packed(times);
    for (std::size_t i = 0; i < times.size(); ++i) EXPECT_EQ(packed[i], times[i]);
  }
}

}  // namespace
}  // namespace kindred::data
