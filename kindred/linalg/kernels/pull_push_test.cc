#include "kindred/linalg/kernels/pull_push.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

class PullPushOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

// Four numbers for each point.
std::vector<float> cloud(std::size_t count, double width, std::size_t components = 3) {
  std::vector<float> points(4 * count, 0.0F);
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng(1, 0, i);
    for (std::size_t c = 0; c < components; ++c) {
      points[4 * i + c] = static_cast<float>(width * rng.normal());
    }
  }
  return points;
}

// Every pair has points of its own, so that what rounds differently does not grow.
TEST_P(PullPushOnTarget, IsThePlainLoop) {
  constexpr std::uint32_t kPairs = 100;
  std::vector<PointPair> pairs;
  for (std::uint32_t i = 0; i < kPairs; ++i) pairs.push_back({2 * i, 2 * i + 1});
  const PushDraws draws{200, 40, 300, 50, 77};
  for (const double width : {1e-6, 0.01, 1.0, 10.0, 1e4}) {
    for (const PullPushForces forces :
         {PullPushForces{1.577F, 0.895F, 0.6F}, PullPushForces{200.0F, 1.6F, 9.0F}}) {
      for (const std::size_t components : {2U, 3U}) {
        std::vector<float> fast = cloud(350, width, components);
        std::vector<float> plain = fast;
        pull_and_push(fast.data(), pairs, draws, forces, 0.5F);
        pull_and_push_plain(plain.data(), pairs, draws, forces, 0.5F);
        for (std::size_t i = 0; i < plain.size(); ++i) {
          EXPECT_NEAR(fast[i], plain[i], 5e-5 * (1.0 + 1e-2 * std::abs(plain[i])))
              << "width " << width << ", point " << i / 4 << ", coordinate " << i % 4;
        }
      }
    }
  }
}

// Of few points many draws are the head or the tail.
TEST_P(PullPushOnTarget, HeadAndTailPushFromWhereTheyWere) {
  for (const std::uint32_t size : {2U, 3U, 17U}) {
    for (std::uint64_t key = 0; key < 20; ++key) {
      std::vector<float> fast = cloud(size, 1.0);
      std::vector<float> plain = fast;
      const std::vector<PointPair> pairs = {{0, 1}};
      const PushDraws draws{0, size, 0, 0, Rng(3, 0, key).next_u64()};
      pull_and_push(fast.data(), pairs, draws, {1.577F, 0.895F, 0.6F}, 1.0F);
      pull_and_push_plain(plain.data(), pairs, draws, {1.577F, 0.895F, 0.6F}, 1.0F);
      for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(fast[i], plain[i], 1e-4) << i;
    }
  }
}

TEST_P(PullPushOnTarget, MovesHeadAndTailAndNoOther) {
  std::vector<float> moved = cloud(64, 1.0);
  const std::vector<float> before = moved;
  const std::vector<PointPair> pairs = {{3, 60}};
  pull_and_push(moved.data(), pairs, {0, 64, 0, 0, 5}, {1.577F, 0.895F, 0.6F}, 1.0F);
  for (std::size_t i = 0; i < moved.size(); ++i) {
    const bool may_move = (i / 4 == 3 || i / 4 == 60) && i % 4 != 3;
    EXPECT_EQ(moved[i] != before[i], may_move) << i;
  }
}

TEST_P(PullPushOnTarget, PointsAtOnePlaceStayThere) {
  std::vector<float> points(4 * 32, 0.0F);
  const std::vector<PointPair> pairs = {{0, 1}, {2, 0}};
  pull_and_push(points.data(), pairs, {0, 16, 16, 16, 5}, {1.577F, 0.895F, 0.6F}, 1.0F);
  EXPECT_EQ(points, std::vector<float>(4 * 32, 0.0F));
}

// Chi-squared over 1,500 draws of each of 97 points: 96 degrees of freedom, one in a million
// of all keys is above 170.
TEST(PushDraws, EveryPointIsAsLikelyAsAnother) {
  for (std::uint64_t key = 0; key < 20; ++key) {
    const PushDraws draws{10, 60, 500, 37, Rng(3, 0, key).next_u64()};
    std::vector<int> counts(537, 0);
    for (std::uint32_t pair = 0; pair < 9700; ++pair) {
      for (std::uint32_t lane = 1; lane < kForceLanes; ++lane) {
        ++counts.at(drawn_point(draws, pair, lane));
      }
    }
    double chi_squared = 0.0;
    int total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const bool is_meant = (i >= 10 && i < 70) || i >= 500;
      EXPECT_TRUE(is_meant || counts[i] == 0) << i;
      if (is_meant) chi_squared += std::pow(counts[i] - 1500.0, 2) / 1500.0;
      total += counts[i];
    }
    EXPECT_EQ(total, 9700 * 15);
    EXPECT_LT(chi_squared, 170.0) << key;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, PullPushOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

}  // namespace
}  // namespace kindred::linalg
