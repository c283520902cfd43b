#include "kindred/recommendation/attribute_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "kindred/base/error.h"

namespace kindred::recommendation {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

data::Table shelf() {
  data::Table table(4);
  table.add({"title", data::TextColumn{"a", "b", "c", "d"}});
  table.add({"audience_age", data::NumberColumn{10, 30, 20, 1000}});
  table.add({"popularity", data::NumberColumn{1, 5, 3, kMissing}});
  table.add({"discs", data::NumberColumn{2, 2, 2, 2}});
  table.add({"budget", data::NumberColumn(4, kMissing)});
  return table;
}

TEST(AttributeSpace, StandardisesTheCompleteRows) {
  const std::vector<std::string> names = {"age", "tickets", "discs"};
  const AttributeSpace space = attribute_space(shelf(), names);
  EXPECT_THAT(space.columns, testing::ElementsAre("audience_age", "popularity", "discs"));
  EXPECT_EQ(space.missing_count, 1U);
  EXPECT_FALSE(space.complete[3]);
  // Of 10, 30, 20: mean 20, standard deviation sqrt(200 / 3).
  const float one = 1.2247449F;
  EXPECT_THAT(space.vectors.row(0), testing::ElementsAre(-one, -one, 0.0F));
  EXPECT_THAT(space.vectors.row(1), testing::ElementsAre(one, one, 0.0F));
  EXPECT_THAT(space.vectors.row(2), testing::ElementsAre(0.0F, 0.0F, 0.0F));
  EXPECT_THAT(space.vectors.row(3), testing::ElementsAre(0.0F, 0.0F, 0.0F));
}

TEST(AttributeSpace, WhatIsNoSpaceIsSaid) {
  const auto message = [](const std::vector<std::string>& names) -> std::string {
    try {
      attribute_space(shelf(), names);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message({"height"}), testing::HasSubstr("there are: title, audience_age"));
  EXPECT_THAT(message({"title"}), testing::HasSubstr("holds text"));
  EXPECT_THAT(message({"age", "audience_age"}), testing::HasSubstr("named twice"));
  EXPECT_THAT(message({"budget"}), testing::HasSubstr("no row has a value"));
  EXPECT_THAT(message({}), testing::HasSubstr("no columns"));
}

}  // namespace
}  // namespace kindred::recommendation
