#include "kindred/training/curve_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kindred/training/axis.h"

namespace kindred::training {
namespace {

using testing::HasSubstr;
using testing::Not;
using Numbers = std::vector<double>;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Axis, CoversTheValuesWithRoundTicks) {
  const Axis axis = Axis::covering(Numbers{0.23, 0.71}, 5);
  EXPECT_EQ(axis.scale(), Scale::linear);
  EXPECT_THAT(axis.ticks(),
              testing::Pointwise(testing::DoubleNear(1e-12), {0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}));
  EXPECT_DOUBLE_EQ(axis.position(0.2), 0.0);
  EXPECT_DOUBLE_EQ(axis.position(0.5), 0.5);
  EXPECT_EQ(axis.label(axis.ticks()[1]), "0.3");
  EXPECT_EQ(Axis::covering(Numbers{0.0, 4000.0}, 5).label(2000.0), "2,000");
  EXPECT_EQ(Axis::covering(Numbers{-2.0, 2.0}, 4).label(-0.0), "0");
}

TEST(Axis, CountsInDecadesWhereValuesDo) {
  const Axis axis = Axis::covering(Numbers{0.003, 40.0}, 5);
  EXPECT_EQ(axis.scale(), Scale::logarithmic);
  EXPECT_LE(axis.low(), 0.003);
  EXPECT_GE(axis.high(), 40.0);
  EXPECT_DOUBLE_EQ(axis.position(axis.low()), 0.0);
  EXPECT_DOUBLE_EQ(axis.position(axis.high()), 1.0);
  EXPECT_LE(axis.ticks().size(), 10U);
}

TEST(Axis, OneValueNoneOrNoNumber) {
  const Axis one = Axis::covering(Numbers{5.0}, 5);
  EXPECT_LT(one.low(), 5.0);
  EXPECT_GT(one.high(), 5.0);
  const Axis none = Axis::covering(Numbers{std::nan("")}, 5);
  EXPECT_EQ(none.low(), 0.0);
  EXPECT_EQ(none.high(), 1.0);
  EXPECT_EQ(Axis::of_counts(1, 1, 5).ticks(), Numbers{1.0});
  EXPECT_EQ(Axis::of_counts(1, 9, 4).ticks(), (Numbers{2.0, 4.0, 6.0, 8.0}));
}

TEST(Axis, ShortNumbers) {
  EXPECT_EQ(short_number(0.45432), "0.4543");
  EXPECT_EQ(short_number(-181734.4), "-181,734");
  EXPECT_EQ(short_number(1.23e12), "1.23e+12");
}

TEST(CurveChart, HasAPanelForEachScoreWithBothCurves) {
  std::vector<ScoreRow> rows;
  for (int epoch = 1; epoch <= 5; ++epoch) {
    rows.push_back(
        {epoch, {{"loss", 1.0 / epoch}, {"auc", 0.5 + 0.05 * epoch}, {"val_loss", 1.2 / epoch}}});
  }
  const std::string chart = curve_chart(rows, {.title = "a < b", .best_epoch = 4});
  EXPECT_EQ(count_of(chart, "<polyline"), 3U);
  EXPECT_EQ(count_of(chart, "<circle"), 15U);
  EXPECT_EQ(count_of(chart, "best: epoch 4"), 2U);  // In both panels.
  EXPECT_THAT(chart, HasSubstr("a &lt; b"));
  EXPECT_THAT(chart, HasSubstr("validation 0.24"));
  EXPECT_EQ(chart, curve_chart(rows, {.title = "a < b", .best_epoch = 4}));
}

TEST(CurveChart, LeavesOutWhatIsNoNumber) {
  const std::vector<ScoreRow> rows = {{1, {{"loss", 1.0}}}, {2, {{"loss", std::nan("")}}}};
  const std::string chart = curve_chart(rows, {});
  EXPECT_EQ(count_of(chart, "<circle"), 1U);
  EXPECT_THAT(chart, Not(HasSubstr("nan")));
  EXPECT_THAT(curve_chart({}, {}), HasSubstr("no scores"));
}

}  // namespace
}  // namespace kindred::training
