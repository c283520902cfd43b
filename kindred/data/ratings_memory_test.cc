#include "kindred/data/ratings_memory.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/ratings_fixture.h"

namespace kindred::data {
namespace {

class RatingsMemory : public test::RatingsFixture {
 protected:
  static std::uint64_t total(const ReadingEstimate& estimate) {
    std::uint64_t sum = 0;
    for (const MemoryPart& part : estimate.parts) sum += part.bytes;
    return sum;
  }
};

TEST_F(RatingsMemory, CountsTheRatingsOfASmallFile) {
  const auto pairs = estimate_reading(write("1,2\n1,3\n2,2\n"), {});
  EXPECT_EQ(pairs->rating_count, 3U);
  EXPECT_EQ(total(*pairs), 3U * (8 + 8));
  const auto rated = estimate_reading(write("user,item,rating\n1,2,5\n1,3,4\n"), {});
  EXPECT_EQ(total(*rated), 2U * (12 + 8));
  const auto timed = estimate_reading(write("user,item,rating,timestamp\n1,2,5,7\n"), {});
  EXPECT_EQ(total(*timed), 1U * (16 + 8 + 8));
  const auto lists = estimate_reading(write("1 10 11 12\n2 10\n3 10 11 12 13 14 15 16\n"),
                                      {.separator = " ", .item_lists = true});
  EXPECT_EQ(lists->rating_count, 11U);
}

TEST_F(RatingsMemory, TellsTheRestOfALargeFileFromItsBeginning) {
  std::string text = "user,item,rating\n";
  std::size_t rows = 0;
  while (text.size() < 5000000) {
    text += std::to_string(rows / 50) + "," + std::to_string(rows * 7 % 90000) + ",3.5\n";
    ++rows;
  }
  const auto estimate = estimate_reading(write(text), {});
  EXPECT_NEAR(static_cast<double>(estimate->rating_count), static_cast<double>(rows),
              0.1 * static_cast<double>(rows));
}

TEST_F(RatingsMemory, APipeHasNoSizeBeforehand) {
  EXPECT_FALSE(estimate_reading("/dev/null", {}));
  EXPECT_FALSE(estimate_reading("-", {}));
}

}  // namespace
}  // namespace kindred::data
