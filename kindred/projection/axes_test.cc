#include "kindred/projection/axes.h"

#include <gtest/gtest.h>

#include <limits>

#include "kindred/base/error.h"

namespace kindred::projection {
namespace {

TEST(GroupAxis, EndsAreOneAndTheMiddleIsZero) {
  const Matrix points(5, 2, {0, 0, 2, 0, 10, 4, 12, 4, 6, 2});
  const std::vector<std::uint32_t> left = {0, 1};
  const std::vector<std::uint32_t> right = {2, 3};
  const std::vector<float> places = group_axis(points, right, left);
  EXPECT_FLOAT_EQ(places[4], 0.0F);
  EXPECT_FLOAT_EQ(0.5F * (places[0] + places[1]), -1.0F);
  EXPECT_FLOAT_EQ(0.5F * (places[2] + places[3]), 1.0F);
}

TEST(GroupAxis, RefusesWhatGivesNoDirection) {
  const Matrix points(2, 1, {1, 1});
  const std::vector<std::uint32_t> a = {0};
  const std::vector<std::uint32_t> b = {1};
  const std::vector<std::uint32_t> beyond = {7};
  EXPECT_THROW(group_axis(points, a, b), Error);
  EXPECT_THROW(group_axis(points, {}, b), Error);
  EXPECT_THROW(group_axis(points, a, beyond), Error);
}

TEST(AttributeAxes, StandardisesAndSaysWhoIsIncomplete) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  data::Table table(4);
  table.add({"age", data::NumberColumn{10, 20, 30, nan}});
  table.add({"year", data::NumberColumn{2000, 2000, 2000, 2000}});
  table.add({"title", data::TextColumn{"a", "b", "c", "d"}});
  const AttributeAxes axes = attribute_axes(table, {"age", "year"});
  EXPECT_EQ(axes.means, (std::vector<double>{20, 2000}));
  EXPECT_NEAR(axes.coordinates.row(2)[0], 1.2247F, 1e-4F);
  EXPECT_EQ(axes.coordinates.row(2)[1], 0.0F);
  EXPECT_EQ(axes.is_complete, (std::vector<bool>{true, true, true, false}));
  EXPECT_EQ(axes.coordinates.row(3)[0], 0.0F);
  EXPECT_THROW(attribute_axes(table, {"title"}), Error);
  EXPECT_THROW(attribute_axes(table, {"nowhere"}), Error);
}

}  // namespace
}  // namespace kindred::projection
