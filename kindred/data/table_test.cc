#include "kindred/data/table.h"

#include <gtest/gtest.h>

#include <limits>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

TEST(Table, KeepsColumnsInOrderAndShowsCellsAsPeopleWriteThem) {
  Table table(2);
  table.add({.name = "title", .values = TextColumn{"Shrek", ""}});
  table.add(
      {.name = "year", .values = NumberColumn{2001, std::numeric_limits<double>::quiet_NaN()}});
  table.add({.name = "age", .values = NumberColumn{25.125, 1e9}});
  ASSERT_EQ(table.columns().size(), 3U);
  EXPECT_EQ(table.columns()[1].name, "year");
  EXPECT_EQ(table.cell(table.at("title"), 0), "Shrek");
  EXPECT_EQ(table.cell(table.at("title"), 1), "");
  EXPECT_EQ(table.cell(table.at("year"), 0), "2001");
  EXPECT_EQ(table.cell(table.at("year"), 1), "");
  EXPECT_EQ(table.cell(table.at("age"), 0), "25.125");
  EXPECT_EQ(table.cell(table.at("age"), 1), "1000000000");
  EXPECT_EQ(table.find("Title"), nullptr);
}

TEST(Table, RefusesWhatWouldNotBeATable) {
  Table table(2);
  table.add({.name = "a", .values = TextColumn{"x", "y"}});
  EXPECT_THROW(table.add({.name = "a", .values = TextColumn{"x", "y"}}), Error);
  EXPECT_THROW(table.add({.name = "b", .values = NumberColumn{1}}), Error);
  try {
    table.at("c");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "no column 'c'; there are: a");
  }
}

}  // namespace
}  // namespace kindred::data
