#include "kindred/linalg/kernels/repulsion.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

class RepulsionOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

TEST_P(RepulsionOnTarget, IsThePlainLoop) {
  for (const std::size_t count : {0U, 16U, 32U, 48U, 1024U}) {
    std::vector<std::vector<float>> values(4, std::vector<float>(count));
    Rng rng(1, 0, count);
    for (auto& array : values) {
      for (float& value : array) value = static_cast<float>(3.0 * rng.normal());
    }
    for (float& mass : values[3]) mass = static_cast<float>(rng.below(5));
    for (const bool has_z : {false, true}) {
      const Bodies bodies{values[0].data(), values[1].data(), has_z ? values[2].data() : nullptr,
                          values[3].data(), count};
      const std::array<float, 3> point = {0.5F, -1.0F, 2.0F};
      const Repulsion fast = student_repulsion(point, bodies);
      const Repulsion plain = student_repulsion_plain(point, bodies);
      const float tolerance = 1e-5F * (1.0F + plain.normaliser);
      EXPECT_NEAR(fast.normaliser, plain.normaliser, tolerance) << count;
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(fast.push[c], plain.push[c], tolerance) << count << ", coordinate " << c;
      }
      EXPECT_TRUE(has_z || fast.push[2] == 0.0F);
    }
  }
}

// A point does not push itself, but counts once in the normaliser.
TEST_P(RepulsionOnTarget, OnePlaceAndPadding) {
  std::vector<float> place(16, 7.0F);
  std::vector<float> mass(16, 0.0F);
  mass[0] = 1.0F;
  const Repulsion found = student_repulsion(
      {7.0F, 7.0F, 7.0F}, {place.data(), place.data(), place.data(), mass.data(), 16});
  EXPECT_EQ(found.normaliser, 1.0F);
  EXPECT_EQ(found.push, (std::array<float, 3>{0.0F, 0.0F, 0.0F}));
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, RepulsionOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

}  // namespace
}  // namespace kindred::linalg
