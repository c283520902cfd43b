#include "kindred/features/adapt.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/features/encoder.h"
#include "kindred/features/quantiles.h"

namespace kindred::features {
namespace {

using data::Dataset;
using data::TextList;

template <typename Kind>
const Kind& category(const Column& column) {
  return std::get<Kind>(std::get<CategoricalColumn>(column).kind);
}

TEST(Adapt, LearnsWordsByFrequency) {
  data::Batch batch;
  batch.add("city", data::column(TextList{"b", "a", "c", "b", "", "a", "b", "d"}));
  VocabularyColumn recipe{.key = "city", .word_count_max = 3};
  const Adapted learned = adapt({CategoricalColumn{.kind = recipe}}, Dataset::from_batch(batch));
  const auto& words = category<VocabularyColumn>(learned.columns[0]);
  EXPECT_EQ(words.words, (TextList{"b", "a", "c"}));
  EXPECT_EQ(words.uses, (std::vector<std::uint64_t>{3, 2, 1}));
  EXPECT_EQ(learned.row_count, 8U);
  ASSERT_EQ(learned.warnings.size(), 1U);
  EXPECT_EQ(learned.warnings[0], "column 'city' keeps the 3 most frequent of 4 words");
}

TEST(Adapt, LearnsInsideCrossesAndEmbeddingsAlike) {
  data::Batch batch;
  batch.add("city", data::column(TextList{"b", "a"}));
  batch.add("age", data::column(std::vector<std::int64_t>{20, 40}));
  const CategoricalColumn city{.kind = VocabularyColumn{.key = "city"}};
  const CategoricalColumn age{.kind =
                                  BucketizedColumn{.source = numeric("age"), .quantile_count = 2}};
  const Adapted learned = adapt({indicator(crossed({city, age}, 10)), embedding(city, 2), age},
                                Dataset::from_batch(batch));
  EXPECT_EQ(category<BucketizedColumn>(learned.columns[2]).boundaries, std::vector<float>{40.0F});
  for (const Column& column : learned.columns) EXPECT_TRUE(is_learned(column));
  EXPECT_EQ(Encoder(learned.columns).layout().width, 10U + 2U + 2U);
}

TEST(Adapt, StatisticsAreOfWhatIsThere) {
  data::Batch batch;
  batch.add("x", data::matrix(std::vector<double>{1, 10, 3, std::nan(""), 5, 30}, 2));
  const NumericColumn recipe{.key = "x", .shape = {2}, .normalizers = {ZScore{}}};
  const Adapted learned = adapt({recipe}, Dataset::from_batch(batch));
  const auto& zscore = std::get<ZScore>(std::get<NumericColumn>(learned.columns[0]).normalizers[0]);
  EXPECT_EQ(zscore.mean, (std::vector<double>{3, 20}));
  EXPECT_DOUBLE_EQ(zscore.stddev[0], std::sqrt(8.0 / 3.0));
  EXPECT_DOUBLE_EQ(zscore.stddev[1], 10.0);
}

TEST(Adapt, AConstantColumnBecomesZeroAndSaysSo) {
  data::Batch batch;
  batch.add("x", data::column(std::vector<double>{.1, .1, .1}));
  const Adapted learned = adapt({numeric("x", {ZScore{}})}, Dataset::from_batch(batch));
  ASSERT_EQ(learned.warnings.size(), 1U);
  EXPECT_NE(learned.warnings[0].find("column 'x' is 0.1 in all training rows"), std::string::npos);
  FeatureBlock block;
  Encoder(learned.columns).encode(batch, block);
  EXPECT_EQ(block.dense, (std::vector<float>{0, 0, 0}));
}

TEST(Adapt, RefusesWhatItCannotLearn) {
  data::Batch batch;
  batch.add("x", data::column(std::vector<double>{std::nan("")}));
  const Dataset rows = Dataset::from_batch(batch);
  EXPECT_THROW(adapt({numeric("x", {ZScore{}})}, rows), Error);
  EXPECT_THROW(adapt({numeric("x", {MinMax{}, ZScore{}})}, rows), Error);
  EXPECT_THROW(adapt({CategoricalColumn{.kind = VocabularyColumn{.key = "x"}}}, rows), Error);
  EXPECT_THROW(adapt({numeric("x")}, rows.repeat()), Error);
  EXPECT_THROW(adapt({numeric("x")}, rows.take(0)), Error);
}

// The block sizes of a dataset are nobody's business.
TEST(Adapt, DependsOnTheRowsAloneNotOnTheirBlocks) {
  std::vector<double> values;
  Rng rng(7);
  for (int i = 0; i < 40000; ++i) values.push_back(rng.normal());
  data::Batch batch;
  batch.add("x", data::column(values));
  const std::vector<Column> recipes = {
      CategoricalColumn{.kind = BucketizedColumn{.source = numeric("x"), .quantile_count = 50}},
      numeric("x", {ZScore{}})};
  const Dataset rows = Dataset::from_batch(batch);
  EXPECT_EQ(adapt(recipes, rows).columns, adapt(recipes, rows.batch(77)).columns);
}

TEST(Quantiles, AreExactWhileTheyFitAndInterpolated) {
  QuantileSummary summary;
  for (const double value : {-1.5, 1.0, 3.4, 0.5, 0.0, 3.0, 1.3, 0.0}) summary.add(value);
  EXPECT_EQ(summary.boundaries(4), (std::vector<double>{-0.75, 0.5, 1.3}));
}

TEST(Quantiles, StayCloseOnLongStreams) {
  QuantileSummary summary;
  Rng rng(3);
  constexpr int kCount = 1'000'000;
  for (int i = 0; i < kCount; ++i) summary.add(rng.uniform());
  const std::vector<double> boundaries = summary.boundaries(100);
  ASSERT_EQ(boundaries.size(), 99U);
  for (std::size_t i = 0; i < boundaries.size(); ++i) {
    // The draws themselves are off by about a tenth of that.
    EXPECT_NEAR(boundaries[i], static_cast<double>(i + 1) / 100.0, 0.003);
  }
}

// Mostly one value, wherever it lies among the others: every part holds something.
TEST(Quantiles, NoPartIsEmpty) {
  for (const std::vector<double>& few : {std::vector<double>{1, 2}, {-1, -2}, {-1, 1}, {1}}) {
    for (const std::size_t parts : {2U, 3U, 4U, 10U, 50U}) {
      QuantileSummary summary;
      std::vector<double> all = few;
      all.resize(100, 0.0);
      for (const double value : all) summary.add(value);
      const std::vector<double> cuts = summary.boundaries(parts);
      ASSERT_FALSE(cuts.empty());
      std::vector<std::size_t> sizes(cuts.size() + 1, 0);
      for (const double value : all) {
        ++sizes[static_cast<std::size_t>(std::ranges::upper_bound(cuts, value) - cuts.begin())];
      }
      for (const std::size_t size : sizes) EXPECT_GT(size, 0U) << parts;
    }
  }
}

TEST(Quantiles, ValuesAreThoseThatWereAdded) {
  QuantileSummary summary;
  for (int i = 1; i <= 1000; ++i) summary.add(i);
  EXPECT_EQ(summary.value_at(0.5), 500.0);
  EXPECT_EQ(summary.value_at(0.0), 1.0);
  EXPECT_EQ(summary.value_at(1.0), 1000.0);
}

TEST(Quantiles, EqualValuesMakeOneBoundary) {
  QuantileSummary summary;
  for (int i = 0; i < 100; ++i) summary.add(i < 90 ? 5.0 : 6.0);
  EXPECT_EQ(summary.boundaries(4).size(), 1U);
}

}  // namespace
}  // namespace kindred::features
