#include "kindred/recommendation/attribute_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace kindred::recommendation {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

data::Table movies(std::size_t count) {
  data::Table table(count);
  data::TextColumn genres;
  data::TextColumn country;
  data::NumberColumn year;
  data::NumberColumn score;
  data::NumberColumn popularity;
  for (std::size_t i = 0; i < count; ++i) {
    genres.push_back(i % 3 == 0 ? "Comedy|Drama" : i % 3 == 1 ? "War" : "");
    country.push_back(i % 2 == 0 ? "Norway" : "Chile");
    year.push_back(i == 4 ? std::nan("") : 1950.0 + static_cast<double>(i % 10));
    score.push_back(static_cast<double>(i) / 7.0);
    popularity.push_back(static_cast<double>(i % 5));
  }
  table.add({"genres", genres});
  table.add({"country", country});
  table.add({"year", year});
  table.add({"score", score});
  table.add({"popularity", popularity});
  return table;
}

TEST(AttributeRows, TypesAreThoseOfTheCells) {
  const data::Batch rows = attribute_rows(movies(6));
  EXPECT_EQ(rows.row_count, 6U);
  const data::Tensor& genres = rows.at("genres");
  ASSERT_TRUE(genres.is_ragged());
  EXPECT_THAT(genres.row_offsets, ElementsAre(0, 2, 3, 3, 5, 6, 6));
  EXPECT_EQ(genres.texts()[1], "Drama");
  EXPECT_FALSE(rows.at("country").is_ragged());
  const data::Tensor& year = rows.at("year");
  EXPECT_EQ(year.type(), data::ElementType::int64);
  EXPECT_THAT(year.row_offsets, ElementsAre(0, 1, 2, 3, 4, 4, 5)) << "a missing one is no value";
  EXPECT_EQ(rows.at("score").type(), data::ElementType::float64);
}

TEST(AttributeRows, ColumnsAreProposedForAllButWhatIsLeftOut) {
  const std::vector<std::string> left_out = {"popularity"};
  std::vector<std::string> names;
  for (const auto& column : attribute_columns(movies(400), left_out)) {
    names.push_back(features::name_of(column));
  }
  EXPECT_THAT(names, ElementsAre("genres_indicator", "country_indicator", "year", "year_indicator",
                                 "score"));
  EXPECT_THAT(names, Not(Contains("popularity")));
  EXPECT_TRUE(attribute_columns(data::Table(5), left_out).empty());
}

}  // namespace
}  // namespace kindred::recommendation
