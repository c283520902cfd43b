#include "kindred/features/encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/support/dense_input.h"
#include "tests/support/error_of.h"

namespace kindred::features {
namespace {

using data::Batch;
using data::TextList;
using test::dense;

std::string error_of(const std::vector<Column>& columns, const Batch& batch) {
  return test::error_of([&] { dense(columns, batch); });
}

Batch homes() {
  Batch batch;
  batch.add("sq_footage", data::column(std::vector<float>{1000, 2000, 3000, 1000, 2000, 3000}));
  batch.add("type", data::column(TextList{"house", "house", "house", "apt", "apt", "apt"}));
  return batch;
}

TEST(Encoder, PutsTheRealEstateTableIntoOneTensor) {
  const Matrix out =
      dense({numeric("sq_footage"), indicator(vocabulary("type", {"house", "apt"}))}, homes());
  EXPECT_EQ(out, Matrix(6, 3,
                        {1000, 1, 0, 2000, 1, 0, 3000, 1, 0,  //
                         1000, 0, 1, 2000, 0, 1, 3000, 0, 1}));
}

TEST(Encoder, OrdersColumnsByNameAndReportsTheLayout) {
  const Encoder encoder({indicator(vocabulary("thal", {"fixed", "normal", "reversible"})),
                         numeric("age"), bucketized(numeric("age"), {18, 25, 30}),
                         embedding(vocabulary("thal", {"fixed", "normal", "reversible"}), 8)});
  const FeatureLayout& layout = encoder.layout();
  std::vector<std::string> names;
  std::vector<std::size_t> offsets;
  for (const FeaturePart& part : layout.parts) {
    names.push_back(part.name);
    offsets.push_back(part.offset);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"age", "age_bucketized", "thal_embedding",
                                             "thal_indicator"}));
  EXPECT_EQ(offsets, (std::vector<std::size_t>{0, 1, 5, 13}));
  EXPECT_EQ(layout.width, 16U);
  EXPECT_EQ(layout.bag_count, 2U);  // The words are looked up once for both columns.
  ASSERT_NE(layout.find("thal_embedding"), nullptr);
  EXPECT_EQ(layout.find("thal"), nullptr);
}

TEST(Encoder, BucketsAreClosedOnTheLeft) {
  Batch batch;
  batch.add("x", data::column(std::vector<double>{-1, 0, 0.5, 1, 2}));
  EXPECT_EQ(dense({bucketized(numeric("x"), {0, 1})}, batch),
            Matrix(5, 3, {1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1}));
}

TEST(Encoder, AValueThatIsMissingIsNeverSilentlyZero) {
  Batch batch;
  batch.add("x", data::column(std::vector<double>{1, std::nan("")}));
  EXPECT_NE(error_of({numeric("x")}, batch).find("column 'x', row 1: the value is missing"),
            std::string::npos);
  NumericColumn filled = numeric("x", {Affine{.scale = 2.0}});
  filled.default_value = {7.0};
  EXPECT_EQ(dense({filled}, batch), Matrix(2, 1, {2, 14}));
  // It is in no bucket.
  EXPECT_EQ(dense({bucketized(numeric("x"), {0})}, batch), Matrix(2, 2, {0, 1, 0, 0}));

  Batch optional;
  optional.add("x", data::ragged(std::vector<std::int64_t>{5}, {0, 0, 1}));
  EXPECT_NE(error_of({numeric("x")}, optional).find("row 0: the value is missing"),
            std::string::npos);
  EXPECT_EQ(dense({filled}, optional), Matrix(2, 1, {14, 10}));
}

TEST(Encoder, NormalizersWorkInOrder) {
  Batch batch;
  batch.add("x", data::column(std::vector<std::int64_t>{0, 9, 99}));
  const Matrix out = dense({numeric("x", {Clip{.low = 0, .high = 9}, Log1p{},
                                          MinMax{.minimum = {0}, .maximum = {std::log(10.0)}}})},
                           batch);
  EXPECT_EQ(out, Matrix(3, 1, {0, 1, 1}));
  EXPECT_EQ(dense({numeric("x", {ZScore{.mean = {3}, .stddev = {0}}})}, batch),
            Matrix(3, 1, {0, 0, 0}));
  EXPECT_NE(error_of({numeric("x", {Affine{.offset = -5}, Log1p{}})}, batch).find("log(1 + -5)"),
            std::string::npos);
}

TEST(Encoder, WordsThatNobodyKnowsAreCountedAndCrossed) {
  Batch batch;
  batch.add("v", data::column(TextList{"zzz", "a", ""}));
  batch.add("i", data::column(std::vector<std::int64_t>{2, 2, 2}));
  const Encoder encoder({indicator(vocabulary("v", {"a", "b"})),
                         indicator(crossed({vocabulary("v", {"a", "b"}), identity("i", 4)}, 100))});
  FeatureBlock block;
  encoder.encode(batch, block);
  const FeaturePart& cross = *encoder.layout().find("i_X_v_indicator");
  const FeaturePart& word = *encoder.layout().find("v_indicator");
  EXPECT_EQ(block.bags[cross.bag].ids, (std::vector<std::int64_t>{73, 14}));
  EXPECT_EQ(block.bags[cross.bag].row_offsets, (std::vector<std::size_t>{0, 1, 2, 2}));
  EXPECT_EQ(block.bags[word.bag].ids, (std::vector<std::int64_t>{0}));
  EXPECT_EQ(block.unknown_counts[word.bag], 1U);  // "" is no word at all.
}

TEST(Encoder, APoolChangesNothing) {
  Batch batch;
  std::vector<std::int64_t> numbers;
  TextList words;
  for (std::int64_t i = 0; i < 999; ++i) {
    numbers.push_back(i % 17);
    words.push_back("word " + std::to_string(i % 31));
  }
  batch.add("n", data::column(numbers));
  batch.add("w", data::column(words));
  const Encoder encoder({numeric("n"), embedding(hashed("w", 50), 4),
                         indicator(crossed({raw("w"), bucketized(numeric("n"), {3, 9})}, 1000)),
                         indicator(crossed({raw("w"), raw("n")}, 7))});
  FeatureBlock alone;
  FeatureBlock together;
  ThreadPool pool(4);
  encoder.encode(batch, alone);
  encoder.encode(batch, together, &pool);
  EXPECT_EQ(alone.dense, together.dense);
  EXPECT_EQ(alone.bags, together.bags);
}

TEST(Encoder, IdsOutOfRangeAreRefusedWhereTheyChooseAVector) {
  Batch batch;
  batch.add("i", data::column(std::vector<std::int64_t>{2, 0}));
  EXPECT_NE(error_of({embedding(identity("i", 2), 2)}, batch)
                .find("column 'i', row 0: the id 2 is not in [0, 2)"),
            std::string::npos);
  EXPECT_EQ(dense({indicator(identity("i", 2))}, batch), Matrix(2, 2, {0, 0, 1, 0}));
}

TEST(Encoder, NamesWhatDoesNotFit) {
  Batch batch = homes();
  EXPECT_NE(error_of({numeric("area")}, batch).find("sq_footage"), std::string::npos);
  EXPECT_NE(error_of({numeric("type")}, batch).find("needs numbers"), std::string::npos);
  EXPECT_NE(error_of({indicator(hashed("sq_footage", 3))}, batch).find("float32"),
            std::string::npos);
  NumericColumn wide{.key = "sq_footage", .shape = {2}};
  EXPECT_NE(error_of({wide}, batch).find("1 values where the column's shape needs 2"),
            std::string::npos);
  EXPECT_NE(error_of({}, batch).find("no feature columns"), std::string::npos);
  EXPECT_NE(error_of({numeric("a"), numeric("a")}, batch).find("two columns have the name 'a'"),
            std::string::npos);
  EXPECT_NE(error_of({numeric("sq_footage", {ZScore{}})}, batch).find("adapt"), std::string::npos);
}

TEST(Encoder, WeightsFollowTheirIds) {
  Batch batch;
  batch.add("w", data::matrix(TextList{"c", "b", "unknown", "", "a", ""}, 3));
  batch.add("weight", data::matrix(std::vector<float>{2, 4, 6, 9, -3, 9}, 3));
  EXPECT_EQ(dense({indicator(weighted(vocabulary("w", {"a", "b", "c"}), "weight"))}, batch),
            Matrix(2, 3, {0, 4, 2, -3, 0, 0}));
  Batch bad;
  bad.add("w", data::column(TextList{"a"}));
  bad.add("weight", data::column(std::vector<float>{std::numeric_limits<float>::quiet_NaN()}));
  EXPECT_NE(error_of({indicator(weighted(vocabulary("w", {"a", "b"}), "weight"))}, bad)
                .find("the weight nan is not a finite number"),
            std::string::npos);
}

TEST(Encoder, SequencesArePooled) {
  Batch batch;
  batch.add("steps", data::ragged(std::vector<float>{1, 5, 3, 4}, {0, 3, 3, 4}));
  const auto pooled = [&](Combiner pooling) {
    return dense({SequenceNumericColumn{.numeric = {.key = "steps"}, .pooling = pooling}}, batch);
  };
  EXPECT_EQ(pooled(Combiner::sum), Matrix(3, 1, {9, 0, 4}));
  EXPECT_EQ(pooled(Combiner::mean), Matrix(3, 1, {3, 0, 4}));
  EXPECT_EQ(pooled(Combiner::last), Matrix(3, 1, {3, 0, 4}));
  EXPECT_EQ(pooled(Combiner::max), Matrix(3, 1, {5, 0, 4}));
}

// A million values in one cell, and none: both are lists.
TEST(Encoder, ListsMayBeEmptyAndVeryLong) {
  constexpr std::size_t kLong = 1'000'000;
  Batch batch;
  batch.add("ids", data::ragged(std::vector<std::int64_t>(kLong, 3), {0, 0, kLong}));
  EXPECT_EQ(dense({indicator(identity("ids", 4))}, batch),
            Matrix(2, 4, {0, 0, 0, 0, 0, 0, 0, static_cast<float>(kLong)}));
  EXPECT_NE(error_of({indicator(crossed({identity("ids", 4), identity("ids", 4)}, 9))}, batch)
                .find("1000000000000 combinations, more than"),
            std::string::npos);
}

TEST(Encoder, SharedTablesAreOne) {
  Batch batch;
  batch.add("watched", data::column(TextList{"heat", "up"}));
  batch.add("liked", data::column(TextList{"up", "none"}));
  std::vector<Column> columns;
  for (EmbeddingColumn& column : shared_embeddings(
           {vocabulary("watched", {"heat", "up"}), vocabulary("liked", {"heat", "up"})}, 2)) {
    columns.emplace_back(std::move(column));
  }
  const Encoder encoder(columns);
  ASSERT_EQ(encoder.layout().tables.size(), 1U);
  EXPECT_EQ(encoder.layout().tables[0].name, "liked_watched_shared_embedding");
  const Matrix out = dense(columns, batch);
  EXPECT_EQ(out.row(0)[0], out.row(1)[2]);  // liked "up" is watched "up".
  EXPECT_EQ(out.row(1)[0], 0.0F);           // "none" is nothing.
}

}  // namespace
}  // namespace kindred::features
