#include "kindred/linalg/kernels/tile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred::linalg {
namespace {

class TileOnTarget : public testing::TestWithParam<std::string_view> {
 protected:
  void SetUp() override { ASSERT_TRUE(force_simd_target(GetParam())); }
  void TearDown() override { force_simd_target(simd_targets().front()); }
};

// A tile of random numbers with four zero rows behind it.
struct RandomTile {
  AlignedBuffer buffer;
  Tile tile;

  RandomTile(std::size_t rows, std::size_t cols)
      : buffer((rows + 4) * tile_stride(cols)), tile{buffer.data(), rows, cols, tile_stride(cols)} {
    Rng rng(rows * 1000 + cols);
    for (std::size_t t = 0; t < rows; ++t) {
      for (std::size_t k = 0; k < cols; ++k) {
        buffer.data()[t * tile.stride + k] = static_cast<float>(rng.normal());
      }
    }
  }
  double at(std::size_t row, std::size_t col) const {
    return double{tile.data[row * tile.stride + col]};
  }
};

// 0, 1, and one either side of every block size.
constexpr std::size_t kSizes[] = {0,  1,  2,  3,  4,  5,  7,  8,  9, 15,
                                  16, 17, 31, 32, 33, 47, 48, 49, 65};

TEST_P(TileOnTarget, GatheredRowsAreScaledAndPadded) {
  const std::size_t table_rows = 11;
  for (const std::size_t cols : kSizes) {
    std::vector<float> table(table_rows * cols);
    Rng rng(cols);
    for (float& value : table) value = static_cast<float>(rng.normal());
    const std::vector<std::uint32_t> ids = {10, 0, 3, 3, 7, 9, 1};
    const std::vector<float> row_scale = {1.0F, 2.0F, -0.5F, 3.0F, 0.0F, 1.5F, 7.0F};
    std::vector<float> column_scale(cols);
    for (float& value : column_scale) value = static_cast<float>(rng.uniform());
    for (const bool scaled : {false, true}) {
      const std::size_t stride = tile_stride(cols);
      AlignedBuffer buffer(ids.size() * stride);
      for (float& value : buffer.first(buffer.size())) value = 99.0F;
      gather_rows({table.data(), cols}, ids, scaled ? std::span(row_scale) : std::span<float>(),
                  scaled ? std::span(column_scale) : std::span<float>(),
                  {buffer.data(), ids.size(), cols, stride});
      for (std::size_t t = 0; t < ids.size(); ++t) {
        for (std::size_t k = 0; k < stride; ++k) {
          const float scale = scaled && k < cols ? row_scale[t] * column_scale[k] : 1.0F;
          const float expected = k < cols ? scale * table[ids[t] * cols + k] : 0.0F;
          EXPECT_EQ(buffer.data()[t * stride + k], expected) << cols << " " << t << " " << k;
        }
      }
    }
  }
}

TEST_P(TileOnTarget, WeightedRowsEqualThePlainLoop) {
  for (const std::size_t rows : {0U, 1U, 2U, 9U}) {
    for (const std::size_t cols : kSizes) {
      const RandomTile random(rows, cols);
      std::vector<float> weights(rows);
      for (std::size_t t = 0; t < rows; ++t) weights[t] = static_cast<float>(t) - 1.5F;
      std::vector<float> sums(random.tile.stride, 1.0F);
      add_weighted_rows(random.tile, weights, sums.data());
      for (std::size_t k = 0; k < cols; ++k) {
        double expected = 1.0;
        for (std::size_t t = 0; t < rows; ++t) expected += weights[t] * random.at(t, k);
        EXPECT_NEAR(sums[k], expected, 1e-4) << rows << " " << cols << " " << k;
      }
    }
  }
}

TEST_P(TileOnTarget, GramOfColumnsEqualsThePlainLoop) {
  for (const std::size_t rows : {0U, 1U, 5U, 64U}) {
    for (const std::size_t cols : kSizes) {
      const RandomTile random(rows, cols);
      const std::size_t stride = tile_stride(cols);
      AlignedBuffer c(cols * stride);
      for (float& value : c.first(c.size())) value = 2.0F;
      add_gram_of_columns(random.tile, c.data(), stride);
      for (std::size_t i = 0; i < cols; ++i) {
        for (std::size_t j = i; j < cols; ++j) {
          double expected = 2.0;
          for (std::size_t t = 0; t < rows; ++t) expected += random.at(t, i) * random.at(t, j);
          EXPECT_NEAR(c.data()[i * stride + j], expected, 1e-4) << rows << " " << i << " " << j;
        }
      }
    }
  }
}

TEST_P(TileOnTarget, GramOfRowsEqualsThePlainLoop) {
  for (const std::size_t rows : kSizes) {
    for (const std::size_t cols : {1U, 15U, 16U, 17U, 50U}) {
      const RandomTile random(rows, cols);
      const std::size_t stride = tile_stride(rows);
      AlignedBuffer k(round_up(rows, 4) * stride);
      gram_of_rows(random.tile, k.data(), stride);
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = i; j < rows; ++j) {
          double expected = 0.0;
          for (std::size_t c = 0; c < cols; ++c) expected += random.at(i, c) * random.at(j, c);
          EXPECT_NEAR(k.data()[i * stride + j], expected, 1e-4) << rows << " " << i << " " << j;
        }
      }
    }
  }
}

TEST_P(TileOnTarget, DenormalsAndNansReachTheResult) {
  RandomTile random(5, 20);
  const float tiny = std::numeric_limits<float>::denorm_min() * 1000.0F;
  for (std::size_t t = 0; t < 5; ++t) random.tile.data[t * random.tile.stride + 3] = tiny;
  std::vector<float> sums(random.tile.stride, 0.0F);
  const std::vector<float> ones(5, 1.0F);
  add_weighted_rows(random.tile, ones, sums.data());
  EXPECT_EQ(sums[3], 5.0F * tiny);
  random.tile.data[2 * random.tile.stride + 7] = std::numeric_limits<float>::quiet_NaN();
  AlignedBuffer c(20 * tile_stride(20));
  add_gram_of_columns(random.tile, c.data(), tile_stride(20));
  EXPECT_TRUE(std::isnan(c.data()[7 * tile_stride(20) + 9]));
  EXPECT_FALSE(std::isnan(c.data()[8 * tile_stride(20) + 9]));
  AlignedBuffer k(8 * tile_stride(5));
  gram_of_rows(random.tile, k.data(), tile_stride(5));
  EXPECT_TRUE(std::isnan(k.data()[1 * tile_stride(5) + 2]));
  EXPECT_FALSE(std::isnan(k.data()[1 * tile_stride(5) + 3]));
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, TileOnTarget, testing::ValuesIn(simd_targets()),
                         [](const auto& target) { return std::string(target.param); });

}  // namespace
}  // namespace kindred::linalg
