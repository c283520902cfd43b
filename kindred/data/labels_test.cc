#include "kindred/data/labels.h"

#include <gtest/gtest.h>

#include <limits>

namespace kindred::data {
namespace {

Labels of(Column column) {
  Table table(column.size());
  table.add(std::move(column));
  return labels_of(table, table.columns()[0]);
}

TEST(Labels, NumbersAreSortedAsNumbers) {
  const Labels labels = of({"digit", TextColumn{"10", "2", "", "2", "-1"}});
  EXPECT_EQ(labels.names, (std::vector<std::string>{"-1", "2", "10"}));
  EXPECT_EQ(labels.of_row, (std::vector<std::uint32_t>{2, 1, kNoLabel, 1, 0}));
}

TEST(Labels, TextIsSortedAsText) {
  const Labels labels = of({"genre", TextColumn{"b", "10", "a", "9"}});
  EXPECT_EQ(labels.names, (std::vector<std::string>{"10", "9", "a", "b"}));
  EXPECT_EQ(labels.of_row, (std::vector<std::uint32_t>{3, 0, 2, 1}));
}

TEST(Labels, AColumnOfNumbers) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Labels labels = of({"year", NumberColumn{2001, 1999, nan, 1999}});
  EXPECT_EQ(labels.names, (std::vector<std::string>{"1999", "2001"}));
  EXPECT_EQ(labels.of_row, (std::vector<std::uint32_t>{1, 0, kNoLabel, 0}));
}

TEST(Labels, NobodyLabelled) { EXPECT_EQ(of({"empty", TextColumn{"", ""}}).class_count(), 0U); }

}  // namespace
}  // namespace kindred::data
