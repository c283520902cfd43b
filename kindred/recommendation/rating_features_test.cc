#include "kindred/recommendation/rating_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace kindred::recommendation {
namespace {

data::Table table() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  data::Table table(6);
  table.add({"title", data::TextColumn{"A", "B", "C", "D", "E", "F"}});
  table.add(
      {"genres", data::TextColumn{"Comedy|Drama", "Drama", "", "Comedy", "Drama|Comedy", "Drama"}});
  table.add({"year", data::NumberColumn{1990, 1995, nan, 2000, 2005, 2010}});
  table.add({"constant", data::NumberColumn{1, 1, 1, 1, 1, nan}});
  return table;
}

double squared_length(const SparseMatrix& matrix, std::size_t row) {
  double sum = 0.0;
  for (const float value : matrix.row_values(row)) sum += double{value} * double{value};
  return sum;
}

TEST(RatingFeatures, TakesWhatRowsCanShareAndLeavesOutNamesAndConstants) {
  const auto blocks = attribute_features(table());
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].name, "genres");
  EXPECT_EQ(blocks[0].by_row.cols, 2U);
  EXPECT_EQ(blocks[0].by_row.row_size(0), 2U);
  EXPECT_EQ(blocks[0].by_row.row_size(2), 0U);
  EXPECT_EQ(blocks[1].name, "year");
  EXPECT_EQ(blocks[1].by_row.row_size(2), 0U) << "a missing year says nothing";
  EXPECT_EQ(blocks[1].by_row.row_columns(0)[0], 0U);
  for (const auto& block : blocks) {
    EXPECT_NO_THROW(validate(block.by_row, "block"));
    for (std::size_t row = 0; row < 6; ++row) {
      const double expected = block.by_row.row_size(row) == 0 ? 0.0 : 1.0;
      EXPECT_NEAR(squared_length(block.by_row, row), expected, 1e-6);
    }
  }
}

TEST(RatingFeatures, ImplicitSetsHaveTheLengthOne) {
  SparseMatrix pairs;
  pairs.cols = 5;
  pairs.append_row(std::vector<std::uint32_t>{0, 1, 2, 4}, std::vector<float>{5, 1, 2, 3});
  pairs.append_row({}, {});
  const auto block = implicit_features(pairs);
  EXPECT_EQ(block.by_row.columns, pairs.columns);
  EXPECT_NEAR(squared_length(block.by_row, 0), 1.0, 1e-6);
  EXPECT_EQ(block.by_row.row_size(1), 0U);
}

TEST(RatingFeatures, NoColumnsNoBlocks) { EXPECT_TRUE(attribute_features(data::Table(3)).empty()); }

}  // namespace
}  // namespace kindred::recommendation
