#include "kindred/linalg/kernels/find.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class FindOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

TEST_P(FindOnTarget, OneHitAtEveryPlaceOfEveryLength) {
  for (std::size_t length = 0; length <= 131; ++length) {
    std::vector<float> values(length, 1.0F);
    EXPECT_EQ(find_at_least(values, 2.0F, 0), length);
    for (std::size_t hit = 0; hit < length; ++hit) {
      values[hit] = 2.0F;
      for (const std::size_t begin : {std::size_t{0}, hit / 2, hit, hit + 1}) {
        EXPECT_EQ(find_at_least(values, 2.0F, begin), find_at_least_plain(values, 2.0F, begin))
            << "hit " << hit << " of " << length << " from " << begin;
      }
      values[hit] = 1.0F;
    }
  }
}

TEST_P(FindOnTarget, TheFirstOfSeveralHits) {
  std::vector<float> values(100, -1.0F);
  values[37] = values[38] = values[70] = 0.0F;
  EXPECT_EQ(find_at_least(values, 0.0F, 0), 37U);
  EXPECT_EQ(find_at_least(values, 0.0F, 38), 38U);
  EXPECT_EQ(find_at_least(values, 0.0F, 39), 70U);
  EXPECT_EQ(find_at_least(values, -kInfinity, 5), 5U);
}

TEST_P(FindOnTarget, NanIsNeverLargeEnough) {
  std::vector<float> values(50, kNan);
  EXPECT_EQ(find_at_least(values, -kInfinity, 0), 50U);
  values[40] = kInfinity;
  EXPECT_EQ(find_at_least(values, kInfinity, 0), 40U);
  EXPECT_EQ(find_at_least(values, kNan, 0), 50U);
}

TEST_P(FindOnTarget, ALimitForEachValue) {
  for (std::size_t length = 0; length <= 131; ++length) {
    std::vector<float> values(length);
    std::vector<float> limits(length);
    for (std::size_t i = 0; i < length; ++i) {
      values[i] = static_cast<float>(i % 7);
      limits[i] = static_cast<float>(i % 7) + 0.5F;
    }
    EXPECT_EQ(find_at_least(values, limits, 0.0F, 0), length);
    EXPECT_EQ(find_at_least(values, limits, -0.5F, length / 2), length / 2);
    for (std::size_t hit = 0; hit < length; ++hit) {
      limits[hit] -= 1.0F;
      for (const std::size_t begin : {std::size_t{0}, hit / 2, hit, hit + 1}) {
        for (const float shift : {0.0F, 0.25F, 0.5F, 1.0F, -kInfinity, kNan}) {
          EXPECT_EQ(find_at_least(values, limits, shift, begin),
                    find_at_least_plain(values, limits, shift, begin))
              << "hit " << hit << " of " << length << " from " << begin << " by " << shift;
        }
      }
      limits[hit] += 1.0F;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, FindOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

}  // namespace
}  // namespace kindred::linalg
