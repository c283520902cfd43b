#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/data/npy.h"
#include "kindred/insight/axis_meaning.h"
#include "kindred/insight/clusters.h"
#include "kindred/insight/spread.h"
#include "kindred/insight/sub_clusters.h"
#include "kindred/insight/suspects.h"
#include "tests/support/mnist.h"

namespace kindred::insight {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(LabelSpreads, AreRootMeanSquaresWidestFirst) {
  const Matrix points(6, 2, {0, 0, 2, 0, 10, 0, 10, 6, 10, 3, 50, 50});
  const data::Labels labels{{0, 0, 1, 1, 1, data::kNoLabel}, {"tight", "wide", "nobody"}};
  ThreadPool pool(2);
  const auto graph = search::neighbor_graph(points, {.neighbors = 1}, pool);
  const auto spreads = label_spreads(points, labels, &graph, pool);
  ASSERT_EQ(spreads.size(), 2U);
  EXPECT_EQ(spreads[0].label, 1U);
  EXPECT_DOUBLE_EQ(spreads[0].rms, std::sqrt(6.0));
  EXPECT_DOUBLE_EQ(*spreads[0].nearest, 3.0);
  EXPECT_DOUBLE_EQ(spreads[1].rms, 1.0);
  EXPECT_EQ(spreads[1].count, 2U);
  EXPECT_FALSE(label_spreads(points, labels, nullptr, pool)[0].nearest.has_value());
}

TEST(Outliers, AreFarForTheirLabel) {
  Matrix points(41, 1);
  data::Labels labels{{}, {"dense", "thin"}};
  for (std::size_t row = 0; row < 40; ++row) {
    const bool thin = row >= 20;
    points.row(row)[0] = static_cast<float>(thin ? 1000.0 + 10.0 * static_cast<double>(row)
                                                 : static_cast<double>(row));
    labels.of_row.push_back(thin ? 1 : 0);
  }
  points.row(40)[0] = 30.0F;  // Ten from the dense: ordinary for the thin, odd for its label.
  labels.of_row.push_back(0);
  ThreadPool pool(1);
  const auto graph = search::neighbor_graph(points, {.neighbors = 2}, pool);
  const auto found = outliers(graph, labels, 3);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].row, 40U);
  EXPECT_GT(found[0].ratio, 5.0);
  EXPECT_EQ(outliers(graph, {}, 100).size(), 41U);
}

TEST(Suspects, AreThoseWhoseLabelIsNotTheMostProbable) {
  const Matrix probabilities(5, 3,
                             {0.9F, 0.1F, 0.0F, 0.2F, 0.7F, 0.1F, 0.05F, 0.05F, 0.9F,  //
                              0.4F, 0.3F, 0.3F, 0.1F, 0.8F, 0.1F});
  const data::Labels labels{{0, 0, 1, 0, data::kNoLabel}, {"a", "b", "c"}};
  const auto found = suspects(probabilities, labels, SuspectOrder::given_probability);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].row, 2U);
  EXPECT_EQ(found[0].suggested, 2U);
  EXPECT_EQ(found[1].row, 1U);
  EXPECT_EQ(found[1].suggested, 1U);
  // Nobody was given "c", so nothing is confidently "c".
  EXPECT_FALSE(found[0].is_confident);
  EXPECT_TRUE(found[1].is_confident);
  const auto table = confusions(found);
  ASSERT_EQ(table.size(), 2U);
  EXPECT_EQ(table[0].given, 0U);
  EXPECT_EQ(table[0].count, 1U);
}

TEST(Suspects, RefusesWhatIsNoProbability) {
  const data::Labels labels{{0, 1}, {"a", "b"}};
  EXPECT_THROW(suspects(Matrix(2, 3), labels, SuspectOrder::margin), Error);
  EXPECT_THROW(suspects(Matrix(2, 2, {0, 1, -1, 2}), labels, SuspectOrder::margin), Error);
  EXPECT_THROW(suspects(Matrix(2, 2, {0, 1, std::nanf(""), 0}), labels, SuspectOrder::margin),
               Error);
}

TEST(Suspects, VotesOfNeighboursFindAWrongLabelInACloud) {
  Matrix points(60, 2);
  data::Labels labels{{}, {"left", "right"}};
  for (std::size_t row = 0; row < 60; ++row) {
    Rng rng(1, 0, row);
    points.row(row)[0] = static_cast<float>(rng.normal() + (row % 2 == 0 ? -9.0 : 9.0));
    points.row(row)[1] = static_cast<float>(rng.normal());
    labels.of_row.push_back(static_cast<std::uint32_t>(row % 2));
  }
  labels.of_row[13] = 0;
  ThreadPool pool(2);
  const Matrix votes = vote_probabilities(search::neighbor_graph(points, {}, pool), labels);
  for (std::size_t row = 0; row < 60; ++row) {
    EXPECT_NEAR(votes.row(row)[0] + votes.row(row)[1], 1.0F, 1e-5F);
  }
  const auto found = suspects(votes, labels, SuspectOrder::margin);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].row, 13U);
  EXPECT_EQ(found[0].suggested, 1U);
}

data::Table films() {
  data::Table table(12);
  data::TextColumn genres;
  data::TextColumn titles;
  data::NumberColumn years;
  for (int row = 0; row < 12; ++row) {
    genres.push_back(row < 4 ? "Horror|Drama" : row == 11 ? "" : "Drama");
    titles.push_back("film " + std::to_string(row));
    years.push_back(row < 4 ? 1950 + row : row == 5 ? kNan : 1990 + row);
  }
  table.add({"genres", genres});
  table.add({"title", titles});
  table.add({"year", years});
  return table;
}

TEST(OverRepresented, SaysWhatTheRowsHaveMoreOf) {
  const std::vector<std::uint32_t> rows = {0, 1, 2, 3};
  const auto found = over_represented(films(), rows, {});
  ASSERT_EQ(found.size(), 2U);
  // All eleven known films are dramas and titles are names: horror and age remain.
  const auto& horror = found[0].column == "genres" ? found[0] : found[1];
  const auto& year = found[0].column == "year" ? found[0] : found[1];
  EXPECT_EQ(horror.value, "Horror");
  EXPECT_DOUBLE_EQ(horror.here, 1.0);
  EXPECT_DOUBLE_EQ(horror.overall, 4.0 / 11.0);
  // Hypergeometric: (4 - 16/11) / sqrt(4 x 4/11 x 7/11 x 7/10).
  EXPECT_NEAR(horror.score, 3.1623, 1e-4);
  EXPECT_EQ(year.column, "year");
  EXPECT_LT(year.score, -3.0);
  EXPECT_DOUBLE_EQ(year.here, 1951.5);
}

TEST(DescribeClusters, TheMedoidIsNearestToTheMean) {
  const Matrix points(5, 1, {0, 1, 5, 100, 102});
  const std::vector<std::uint32_t> cluster_of = {0, 0, 0, 1, data::kNoLabel};
  const auto clusters = describe_clusters(points, data::Table(5), cluster_of, {.typical = 2});
  ASSERT_EQ(clusters.size(), 2U);
  EXPECT_EQ(clusters[0].rows, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(clusters[0].typical, (std::vector<std::uint32_t>{1, 0}));
  EXPECT_EQ(clusters[1].medoid(), 3U);
}

TEST(SubClusters, FindsTheKindsOfALabel) {
  Matrix points(90, 2);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < 90; ++row) {
    Rng rng(3, 0, row);
    points.row(row)[0] = static_cast<float>(rng.normal() + (row % 3 == 0 ? 20.0 : 0.0));
    points.row(row)[1] = static_cast<float>(rng.normal());
    if (row % 3 != 1) rows.push_back(row);
  }
  ThreadPool pool(2);
  const auto kinds = sub_clusters(points, rows, {}, pool);
  ASSERT_EQ(kinds.size(), 2U);
  EXPECT_EQ(kinds[0].rows.size(), 30U);
  EXPECT_NEAR(kinds[0].rms, std::sqrt(2.0), 0.3);
  EXPECT_EQ(std::ranges::count(kinds[0].rows, kinds[0].medoid), 1);
  EXPECT_EQ(sub_clusters(points, {}, {}, pool).size(), 0U);
  EXPECT_EQ(sub_clusters(points, std::vector<std::uint32_t>{7}, {}, pool)[0].medoid, 7U);
  EXPECT_EQ(sub_clusters(points, rows, {.clusters = 4}, pool).size(), 4U);
}

TEST(AxisColumns, CorrelationsStrongestFirst) {
  const std::vector<float> places = {0, 1, 2, 3, 4, 5};
  data::Table table(6);
  table.add({"half", data::NumberColumn{1, 0, 2, 1, 3, 1}});
  table.add({"against", data::NumberColumn{10, 8, 6, kNan, 2, 0}});
  table.add({"constant", data::NumberColumn{1, 1, 1, 1, 1, 1}});
  table.add({"side", data::TextColumn{"low", "low", "low", "high", "high", "high"}});
  const auto columns = axis_columns(places, table);
  ASSERT_EQ(columns.size(), 3U);
  EXPECT_EQ(columns[0].column, "against");
  EXPECT_NEAR(columns[0].correlation, -1.0, 1e-12);
  EXPECT_EQ(columns[0].rows, 5U);
  EXPECT_EQ(columns[1].column, "side");
  EXPECT_NEAR(columns[1].correlation, std::sqrt(13.5 / 17.5), 1e-12);
  EXPECT_EQ(columns[2].column, "half");
}

TEST(AxisEnds, AreTheSmallestAndTheLargest) {
  const std::vector<float> places = {3, std::nanf(""), 1, 2, 1};
  const AxisEnds ends = axis_ends(places, 2);
  EXPECT_EQ(ends.low, (std::vector<std::uint32_t>{2, 4}));
  EXPECT_EQ(ends.high, (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(axis_ends(places, 100).low.size(), 4U);
}

// Rows that fewer than three of five people would label as they are (mnist_mturk.json).
const std::set<std::uint32_t>& wrong_digits() {
  static const std::set<std::uint32_t> rows = {947,  1621, 1901, 2130, 2462, 2597, 2654, 3520,
                                               3558, 5937, 6651, 6783, 8527, 9679, 9729};
  return rows;
}

std::size_t wrong_among_first(const std::vector<Suspect>& found, std::size_t count) {
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(count, found.size()));
  return static_cast<std::size_t>(std::count_if(found.begin(), end, [](const Suspect& suspect) {
    return wrong_digits().contains(suspect.row);
  }));
}

TEST(Digits, ReferenceProbabilitiesFindElevenErrorsInFiftyAndAllInAHundred) {
  const auto digits = test::mnist(10000);
  const auto path = test::data_file("labelerrors/mnist_test_set_pyx.npy");
  if (!digits || !path) GTEST_SKIP() << test::missing_data("mnist and labelerrors");
  const data::Tensor tensor = data::read_npy(*path);
  Matrix probabilities(10000, 10);
  const auto& values = std::get<std::vector<double>>(tensor.values);
  std::ranges::transform(values, probabilities.values().begin(),
                         [](double value) { return static_cast<float>(value); });
  const auto found = suspects(probabilities, digits->labels, SuspectOrder::given_probability);
  EXPECT_EQ(wrong_among_first(found, 50), 11U);
  EXPECT_EQ(wrong_among_first(found, 100), 15U);
}

TEST(Digits, NeighboursByPixelsFindFourErrorsInFifty) {
  const auto digits = test::mnist(10000);
  if (!digits) GTEST_SKIP() << test::missing_data("mnist");
  ThreadPool pool(2);
  const auto graph = search::neighbor_graph(digits->images, {}, pool);
  const auto found =
      suspects(vote_probabilities(graph, digits->labels), digits->labels, SuspectOrder::margin);
  EXPECT_GE(wrong_among_first(found, 50), 4U);
  EXPECT_GE(wrong_among_first(found, 100), 9U);
}

// numpy: sqrt(((x - x.mean(0)) ** 2).sum(1).mean()) of the rows of each digit.
TEST(Digits, SpreadOfTheFivesAndTheOnes) {
  const auto digits = test::mnist(10000);
  if (!digits) GTEST_SKIP() << test::missing_data("mnist");
  ThreadPool pool(2);
  const auto spreads = label_spreads(digits->images, digits->labels, nullptr, pool);
  const auto of = [&](std::uint32_t label) {
    return std::ranges::find(spreads, label, &LabelSpread::label)->rms;
  };
  EXPECT_NEAR(of(5), 6.88, 0.02);
  EXPECT_NEAR(of(1), 4.72, 0.02);
  EXPECT_EQ(spreads.back().label, 1U);
}

// Nobody can speak for a label that one row has, or fewer than would be a majority.
TEST(Suspects, LabelsThatTooFewRowsHaveAreNotJudged) {
  data::Labels labels{{0, 0, 0, 1, 2, 2}, {"a", "b", "c"}};
  EXPECT_EQ(judgeable_labels(labels, 3), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(judgeable_labels(labels, 5), (std::vector<bool>{true, false, false}));
  const Matrix probabilities(6, 3,
                             {0.9F, 0, 0, 0.9F, 0, 0, 0.1F, 0, 0.9F,  //
                              0.9F, 0, 0, 0.9F, 0, 0, 0, 0, 0.9F});
  const auto found =
      suspects(probabilities, labels, SuspectOrder::margin, judgeable_labels(labels, 3));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].row + found[1].row, 2U + 4U);
  EXPECT_EQ(suspects(probabilities, labels, SuspectOrder::margin).size(), 3U);
}

}  // namespace
}  // namespace kindred::insight
