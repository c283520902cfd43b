#include "kindred/base/rng.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace kindred {
namespace {

// First block of Philox 4x32-10 for counter 0 and key 0, from the known-answer file of
// the Random123 library (kat_vectors, first philox4x32 10 line).
TEST(Rng, MatchesThePublishedKnownAnswer) {
  Rng rng(0);
  const std::array<std::uint32_t, 4> expected = {0x6627E8D5U, 0xE169C58DU, 0xBC57AC4CU,
                                                 0x9B00DBD8U};
  for (const std::uint32_t word : expected) EXPECT_EQ(rng.next_u32(), word);
}

TEST(Rng, KeysGiveDifferentStreams) {
  std::set<std::uint64_t> first_draws;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (std::uint32_t stream = 0; stream < 4; ++stream) {
      for (std::uint64_t row = 0; row < 4; ++row) {
        first_draws.insert(Rng(seed, stream, row).next_u64());
      }
    }
  }
  EXPECT_EQ(first_draws.size(), 64U);
}

TEST(Rng, UniformAndNormalHaveTheirMoments) {
  Rng rng(7);
  constexpr int kCount = 200000;
  double uniform_sum = 0;
  double normal_sum = 0;
  double normal_squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    uniform_sum += u;
    const double z = rng.normal();
    normal_sum += z;
    normal_squares += z * z;
  }
  // Five standard errors.
  EXPECT_NEAR(uniform_sum / kCount, 0.5, 5 * 0.2887 / std::sqrt(kCount));
  EXPECT_NEAR(normal_sum / kCount, 0.0, 5 / std::sqrt(kCount));
  EXPECT_NEAR(normal_squares / kCount, 1.0, 5 * 1.4142 / std::sqrt(kCount));
}

TEST(Rng, BelowIsUnbiasedAndShuffleIsAPermutation) {
  Rng rng(3);
  std::array<int, 3> counts{};
  for (int i = 0; i < 30000; ++i) ++counts[rng.below(3)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 5 * std::sqrt(30000 * 2.0 / 9));
  std::vector<int> values(100);
  std::iota(values.begin(), values.end(), 0);
  std::vector<int> shuffled = values;
  rng.shuffle(std::span(shuffled));
  EXPECT_NE(shuffled, values);
  std::sort(shuffled.begin(), shuffled.end());
  EXPECT_EQ(shuffled, values);
}

}  // namespace
}  // namespace kindred
