#include "kindred/recommendation/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "kindred/base/error.h"

namespace kindred::recommendation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

data::Table filter_shelf() {
  data::Table table(5);
  table.add({"title", data::TextColumn{"Toy Story", "Am\xC3\xA9lie", "Heat", "", "Star Wars"}});
  table.add({"genres", data::TextColumn{"Animation|Comedy", "Comedy|Romance", "Crime", "",
                                        "Sci-Fi|Adventure"}});
  table.add({"year",
             data::NumberColumn{1995, 2001, 1995, std::numeric_limits<double>::quiet_NaN(), 1977}});
  table.add({"popularity", data::NumberColumn{2077, 300, 940, 3, 2991}});
  return table;
}

std::vector<int> rows(const std::vector<std::string>& conditions) {
  std::vector<int> found;
  const auto flags = matching_rows(filter_shelf(), conditions);
  for (std::size_t row = 0; row < flags.size(); ++row) {
    if (flags[row]) found.push_back(static_cast<int>(row));
  }
  return found;
}

std::string failure(const std::string& condition) {
  try {
    rows({condition});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Filter, TextMatchesWholeCellsAndTheirParts) {
  EXPECT_THAT(rows({"genre=Comedy"}), ElementsAre(0, 1));
  EXPECT_THAT(rows({"genres=comedy"}), ElementsAre(0, 1));
  EXPECT_THAT(rows({"genre = Crime|Sci-Fi"}), ElementsAre(2, 4));
  EXPECT_THAT(rows({"genre!=Comedy"}), ElementsAre(2, 3, 4));
  EXPECT_THAT(rows({"genre=Com"}), ElementsAre());
  EXPECT_THAT(rows({"title=amelie"}), ElementsAre(1));
  EXPECT_THAT(rows({"title~st"}), ElementsAre(0, 4));
}

TEST(Filter, NumbersCompareAndRangesIncludeTheirEnds) {
  EXPECT_THAT(rows({"year=1995"}), ElementsAre(0, 2));
  EXPECT_THAT(rows({"year=1977..1995"}), ElementsAre(0, 2, 4));
  EXPECT_THAT(rows({"year=..1994"}), ElementsAre(4));
  EXPECT_THAT(rows({"year=1996.."}), ElementsAre(1));
  EXPECT_THAT(rows({"year>=1995"}), ElementsAre(0, 1, 2));
  EXPECT_THAT(rows({"year>1995"}), ElementsAre(1));
  EXPECT_THAT(rows({"year<=1977"}), ElementsAre(4));
  EXPECT_THAT(rows({"year<1977"}), ElementsAre());
  EXPECT_THAT(rows({"year!=1995"}), ElementsAre(1, 4));  // A missing year fulfils nothing.
  EXPECT_THAT(rows({"tickets>=900"}), ElementsAre(0, 2, 4));
}

TEST(Filter, SeveralConditionsMustAllHold) {
  EXPECT_THAT(rows({"genre=Comedy", "year<2000"}), ElementsAre(0));
  EXPECT_THAT(rows({}), ElementsAre(0, 1, 2, 3, 4));
}

TEST(Filter, WhatCannotBeReadIsSaid) {
  EXPECT_THAT(failure("director=Mann"), HasSubstr("there are: title, genres, year, popularity"));
  EXPECT_THAT(failure("Comedy"), HasSubstr("not a condition"));
  EXPECT_THAT(failure("=Comedy"), HasSubstr("not a condition"));
  EXPECT_THAT(failure("genre="), HasSubstr("not a condition"));
  EXPECT_THAT(failure("genre!Comedy"), HasSubstr("not a condition"));
  EXPECT_THAT(failure("year>=old"), HasSubstr("'old' is not one"));
  EXPECT_THAT(failure("year=nan"), HasSubstr("'nan' is not one"));
  EXPECT_THAT(failure("year~199"), HasSubstr("~ is for text"));
  EXPECT_THAT(failure("genre>Comedy"), HasSubstr("holds text"));
}

}  // namespace
}  // namespace kindred::recommendation
