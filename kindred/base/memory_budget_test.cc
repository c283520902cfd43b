#include "kindred/base/memory_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "kindred/base/error.h"
#include "tests/support/error_of.h"

namespace kindred {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

TEST(MemoryBudget, WithoutALimitEverythingFits) {
  const MemoryBudget budget;
  EXPECT_NO_THROW(budget.take(MemoryBudget::kNoLimit, "all there is"));
}

TEST(MemoryBudget, RefusesWhatPassesTheLimitAndNamesIt) {
  std::uint64_t held = 40 * kMiB;
  MemoryBudget budget(100 * kMiB, [&] { return held; });
  EXPECT_NO_THROW(budget.take(100 * kMiB, "a table"));
  EXPECT_THAT(error_of([&] { budget.take(101 * kMiB, "a table"); }),
              HasSubstr("a table needs 101.0 MiB, the limit is 100.0 MiB"));
  held += 60 * kMiB;  // What was held when the limit was set does not count, this does.
  EXPECT_NO_THROW(budget.take(40 * kMiB, "a table"));
  EXPECT_THAT(error_of([&] { budget.take(41 * kMiB, "the embedding of 'city'"); }),
              AllOf(HasSubstr("the embedding of 'city' needs 41.0 MiB beside 60.0 MiB in use"),
                    HasSubstr("--memory-limit")));
  held -= 60 * kMiB;  // Freed is free.
  EXPECT_NO_THROW(budget.take(100 * kMiB, "a table"));
}

TEST(MemoryBudget, SumsDoNotWrap) {
  std::uint64_t held = 0;
  MemoryBudget budget(100 * kMiB, [&] { return held; });
  held = 90 * kMiB;
  EXPECT_THROW(budget.take(MemoryBudget::kNoLimit - 50 * kMiB, "a table"), Error);
  held = 200 * kMiB;
  EXPECT_THROW(budget.take(kMiB, "a table"), Error);
}

TEST(MemoryBudget, SeesWhatTheProcessHolds) {
  const std::uint64_t before = held_memory_bytes();
  const std::vector<char> filled(64 * kMiB, 'x');
  EXPECT_GE(held_memory_bytes() + kMiB, before + filled.size());
}

TEST(MemoryBudget, SizesAreWordedByTheirMagnitude) {
  EXPECT_EQ(bytes_text(0), "0 bytes");
  EXPECT_EQ(bytes_text(1024), "1,024 bytes");
  EXPECT_EQ(bytes_text(92160), "90.0 KiB");
  EXPECT_EQ(bytes_text(3 * kMiB / 2), "1.5 MiB");
  EXPECT_EQ(bytes_text(std::uint64_t{1} << 33U), "8.0 GiB");
  EXPECT_EQ(bytes_text(std::uint64_t{1} << 41U), "2.0 TiB");
}

}  // namespace
}  // namespace kindred
