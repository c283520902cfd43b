#include "kindred/linalg/kernels/rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

constexpr std::size_t kLengthMax = 2 * 16 + 3;

std::vector<float> draws(std::size_t count, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.normal());
  return values;
}

class RowsOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

TEST_P(RowsOnTarget, SumsEqualThePlainLoopsAtEveryLengthAndOffset) {
  for (std::size_t length = 0; length <= kLengthMax; ++length) {
    for (const std::size_t offset : {0U, 1U, 3U}) {
      const std::vector<float> x = draws(length + offset, 1);
      std::vector<float> sum = draws(length + offset, 2);
      std::vector<float> expected = sum;
      const auto rest = std::span(x).subspan(offset);
      add_scaled_plain(std::span(expected).subspan(offset), 1.0F, rest);
      add(std::span(sum).subspan(offset), rest);
      EXPECT_EQ(sum, expected) << length;
      add_scaled_plain(std::span(expected).subspan(offset), 0.37F, rest);
      add_scaled(std::span(sum).subspan(offset), 0.37F, rest);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        EXPECT_NEAR(sum[i], expected[i], 1e-6) << length << " at " << i;
      }
    }
  }
}

TEST_P(RowsOnTarget, AnElementDoesNotDependOnItsPlace) {
  const std::vector<float> x(kLengthMax, 0.7F);
  std::vector<float> sum(kLengthMax, 0.1F);
  add_scaled(sum, 1.3F, x);
  for (const float value : sum) EXPECT_EQ(value, sum.front());
}

TEST_P(RowsOnTarget, RowsAreAddedInTheirOrder) {
  for (std::size_t cols = 0; cols <= kLengthMax; ++cols) {
    const std::vector<float> x = draws(5 * cols, 3);
    std::vector<float> sum = draws(cols, 4);
    std::vector<float> expected = sum;
    for (std::size_t r = 0; r < 5; ++r) {
      for (std::size_t j = 0; j < cols; ++j) expected[j] += x[r * cols + j];
    }
    add_rows(sum, {x.data(), 5, cols});
    EXPECT_EQ(sum, expected) << cols;
  }
}

TEST_P(RowsOnTarget, GatheredRowsAreThoseOfTheIds) {
  for (std::size_t cols = 0; cols <= kLengthMax; ++cols) {
    constexpr std::size_t kRows = 50;
    const std::vector<float> x = draws(kRows * cols, 7);
    for (const std::size_t count : {0U, 1U, 12U, 13U, 40U}) {
      Rng rng(count);
      std::vector<std::int64_t> ids(count);
      for (std::int64_t& id : ids) id = static_cast<std::int64_t>(rng.below(kRows));
      std::vector<float> out(count * cols);
      gather_rows({x.data(), kRows, cols}, ids, out);
      for (std::size_t i = 0; i < out.size(); ++i) {
        EXPECT_EQ(out[i], x[static_cast<std::size_t>(ids[i / cols]) * cols + i % cols]);
      }
    }
  }
}

TEST_P(RowsOnTarget, ReluKeepsNanAndCutsTheRest) {
  for (std::size_t length = 0; length <= kLengthMax; ++length) {
    std::vector<float> x = draws(length, 5);
    if (length > 4) {
      x[1] = -0.0F;
      x[2] = std::numeric_limits<float>::infinity();
      x[3] = -std::numeric_limits<float>::denorm_min();
    }
    std::vector<float> out(length);
    std::vector<float> expected(length);
    relu(x, out);
    relu_plain(x, expected);
    EXPECT_EQ(out, expected) << length;
    const std::vector<float> g = draws(length, 6);
    std::vector<float> gradient(length);
    relu_gradient(out, g, gradient);
    relu_gradient_plain(out, g, expected);
    EXPECT_EQ(gradient, expected) << length;
  }
  const std::vector<float> nan(kLengthMax, std::numeric_limits<float>::quiet_NaN());
  std::vector<float> out(kLengthMax);
  relu(nan, out);
  for (const float value : out) EXPECT_TRUE(std::isnan(value));
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, RowsOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

}  // namespace
}  // namespace kindred::linalg
