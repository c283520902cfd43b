#include "kindred/linalg/kernels/dot.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

// Runs each test body on every target that this machine has.
class DotOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

std::vector<float> random_floats(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.normal());
  return values;
}

std::uint32_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }

TEST_P(DotOnTarget, EveryLengthAndAlignmentHasTheBitsOfThePlainLoop) {
  const std::vector<float> a = random_floats(80, 1);
  const std::vector<float> b = random_floats(80, 2);
  for (std::size_t length = 0; length <= 67; ++length) {
    for (std::size_t shift = 0; shift <= 5; ++shift) {
      const std::span<const float> x = std::span(a).subspan(shift, length);
      const std::span<const float> y = std::span(b).subspan(5 - shift, length);
      EXPECT_EQ(bits(dot(x, y)), bits(dot_plain(x, y))) << length << " at " << shift;
      EXPECT_EQ(bits(squared_distance(x, y)), bits(squared_distance_plain(x, y))) << length;
    }
  }
}

TEST_P(DotOnTarget, SeveralRowsOfATableHaveTheScoresOfOneByOne) {
  for (std::size_t length = 0; length <= 67; ++length) {
    const std::vector<float> table = random_floats(9 * length, 1 + length);
    const std::vector<float> query = random_floats(length, 2);
    const std::vector<std::uint32_t> ids = {8, 0, 3, 3, 7, 1, 5, 2};
    for (std::size_t count = 0; count <= ids.size(); ++count) {
      std::vector<float> scores(count, 9.0F);
      dots(query, table.data(), std::span(ids).first(count), scores);
      for (std::size_t i = 0; i < count; ++i) {
        const auto row = std::span(table).subspan(ids[i] * length, length);
        EXPECT_EQ(bits(scores[i]), bits(dot_plain(query, row))) << length << " " << i;
      }
    }
  }
}

TEST_P(DotOnTarget, MultiplicationAndAdditionAreNotFused) {
  // (1 + e)^2 - 1 is 2e when the product is rounded first, and 2e + e^2 when it is not.
  const float e = std::numeric_limits<float>::epsilon();
  std::vector<float> a(17, 0.0F);
  std::vector<float> b(17, 0.0F);
  a[0] = -1.0F;
  b[0] = 1.0F;
  a[16] = b[16] = 1.0F + e;
  EXPECT_EQ(dot(a, b), 2.0F * e);
}

TEST_P(DotOnTarget, DenormalsZerosAndNansBehaveAsInThePlainLoop) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const std::vector<float> a(19, tiny * 3.0F);
  const std::vector<float> ones(19, 1.0F);
  EXPECT_EQ(bits(dot(a, ones)), bits(dot_plain(a, ones)));
  EXPECT_GT(dot(a, ones), 0.0F);
  const std::vector<float> minus_zeros(19, -0.0F);
  EXPECT_EQ(bits(dot(minus_zeros, ones)), bits(dot_plain(minus_zeros, ones)));
  for (std::size_t at = 0; at < 19; ++at) {
    std::vector<float> broken = ones;
    broken[at] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(std::isnan(dot(broken, ones))) << at;
    broken[at] = std::numeric_limits<float>::infinity();
    EXPECT_TRUE(std::isinf(dot(broken, ones))) << at;
    EXPECT_TRUE(std::isinf(squared_distance(broken, ones))) << at;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, DotOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

TEST(SimdTarget, NamesAreKnownAndUnknownOnesChangeNothing) {
  const std::vector<std::string_view> names = simd_targets();
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.back(), "scalar");
  EXPECT_FALSE(force_simd_target("mmx"));
  EXPECT_EQ(simd_target(), names.front());
}

}  // namespace
}  // namespace kindred::linalg
