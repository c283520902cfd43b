#include "kindred/base/huge_pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace kindred {
namespace {

TEST(HugePages, AVectorIsAsLongAsAskedForAndFilled) {
  for (const std::size_t count : {0U, 1U, 1000U, 1U << 20U, (1U << 21U) + 17U}) {
    const auto values = huge_vector<float>(count, 0.5F);
    EXPECT_EQ(values.size(), count);
    EXPECT_EQ(values.capacity(), count);
    EXPECT_TRUE(std::ranges::all_of(values, [](float value) { return value == 0.5F; })) << count;
  }
}

TEST(HugePages, ValuesAreZeroWhereNothingIsSaid) {
  const auto values = huge_vector<std::uint32_t>(3U << 20U);
  EXPECT_EQ(std::ranges::count(values, 0U), 3 << 20);
}

TEST(HugePages, AskingTwiceChangesNothing) {
  auto values = huge_vector<std::uint8_t>(9U << 20U, std::uint8_t{7});
  ask_for_huge_pages(values.data(), values.size());
  EXPECT_EQ(std::ranges::count(values, 7), 9 << 20);
}

}  // namespace
}  // namespace kindred
