// What can be wrong with columns and with what they read, and what becomes of it. The page
// docs/guide/faults.md says the same in words.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kindred/base/rng.h"
#include "kindred/data/csv_dataset.h"
#include "kindred/features/adapt.h"
#include "kindred/features/column_json.h"
#include "kindred/features/encoder.h"
#include "kindred/features/numeric_encoding.h"
#include "kindred/features/pooling.h"
#include "kindred/features/table_recipe.h"
#include "tests/support/dense_input.h"
#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace kindred::features {
namespace {

using data::Batch;
using data::TextList;
using test::dense;
using test::error_of;
using ::testing::HasSubstr;

std::vector<float> numbers(const Matrix& matrix) {
  return {matrix.values().begin(), matrix.values().end()};
}

Batch one_feature(std::string name, data::Tensor tensor) {
  Batch batch;
  batch.add(std::move(name), std::move(tensor));
  return batch;
}

TEST(ColumnFaults, WordsMustDifferAndTheEmptyWordIsOne) {
  EXPECT_THAT(error_of([] {
                vocabulary("city", {"Oslo", "Rome", "Oslo"});
              }),
              HasSubstr("column 'city': the word 'Oslo' is twice in the vocabulary"));
  // In a list every value counts; a dense "" is an empty cell.
  const Batch lists = one_feature("city", data::ragged(TextList{"", "Rome"}, {0, 1, 2}));
  EXPECT_EQ(numbers(dense({indicator(vocabulary("city", {"Rome", ""}))}, lists)),
            (std::vector<float>{0, 1, 1, 0}));
}

TEST(ColumnFaults, VocabulariesMayBeLong) {
  constexpr std::size_t kWordCount = 300'000;
  TextList words;
  for (std::size_t i = 0; i < kWordCount; ++i) words.push_back("w" + std::to_string(i));
  const Encoder encoder({embedding(vocabulary("w", words), 2)});
  FeatureBlock block;
  encoder.encode(one_feature("w", data::column(TextList{"w0", "w299999", "w300000"})), block);
  EXPECT_EQ(block.bags[0].ids, (std::vector<std::int64_t>{0, kWordCount - 1}));
}

TEST(ColumnFaults, BoundariesAscendAndAValueOnOneGoesRight) {
  const auto refused = [](std::vector<float> boundaries) {
    return error_of([&] { bucketized(numeric("age"), boundaries); });
  };
  EXPECT_THAT(refused({2, 1}), HasSubstr("must ascend strictly, but 2 comes before 1"));
  EXPECT_THAT(refused({1, 1}), HasSubstr("must ascend strictly"));
  EXPECT_THAT(refused({1, NAN}), HasSubstr("boundary 2 is not a number"));
  EXPECT_THAT(refused({}), HasSubstr("needs boundaries"));
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    Rng rng(3, 0, trial);
    std::vector<float> boundaries = {static_cast<float>(rng.normal())};
    for (std::uint64_t i = rng.below(9); i > 0; --i) {
      boundaries.push_back(boundaries.back() + 1e-3F + static_cast<float>(rng.uniform()));
    }
    for (std::size_t i = 0; i < boundaries.size(); ++i) {
      const float here = boundaries[i];
      const float infinity = std::numeric_limits<float>::infinity();
      ASSERT_EQ(bucket_of(boundaries, here), i + 1);
      ASSERT_EQ(bucket_of(boundaries, std::nextafter(here, -infinity)), i);
    }
  }
}

TEST(ColumnFaults, BucketCountsAreAtLeastOne) {
  for (const std::int64_t count : {std::int64_t{0}, std::int64_t{-1}}) {
    EXPECT_THAT(error_of([&] { hashed("x", count); }), HasSubstr("at least one is needed"));
    EXPECT_THAT(error_of([&] { identity("x", count); }), HasSubstr("at least one is needed"));
    EXPECT_THAT(error_of([&] {
                  crossed({raw("x"), raw("y")}, count);
                }),
                HasSubstr("at least one is needed"));
  }
  const Batch batch = one_feature("x", data::column(TextList{"a", "b"}));
  EXPECT_EQ(numbers(dense({indicator(hashed("x", 1))}, batch)), (std::vector<float>{1, 1}));
  // Ids are 64 bits: nothing is cut off, and nothing of that size is allocated.
  const Encoder encoder({Column(hashed("x", std::int64_t{1} << 40U))});
  FeatureBlock block;
  encoder.encode(batch, block);
  EXPECT_EQ(block.bags[0].ids[0],
            static_cast<std::int64_t>(fingerprint64("a") % (std::uint64_t{1} << 40U)));
}

TEST(ColumnFaults, SizesThatCannotBeAreRefusedByName) {
  const std::string hashed_city = R"({"kind":"hashed","key":"city","buckets":)";
  for (const char* size : {"4611686018427387904", "9223372036854775807", "4294967296"}) {
    for (const std::string& text :
         {R"({"kind":"indicator","of":)" + hashed_city + size + "}}",
          R"({"kind":"embedding","of":)" + hashed_city + size + "}}",
          R"({"kind":"embedding","dimensions":)" + std::string(size) + R"(,"of":)" + hashed_city +
              "10}}",
          R"({"kind":"embedding","of":{"kind":"identity","key":"city","buckets":)" +
              std::string(size) + "}}",
          R"({"kind":"embedding","of":{"kind":"vocabulary","key":"city","words":["a"],)" +
              std::string(R"("oov_buckets":)") + size + "}}",
          R"({"kind":"indicator","of":{"kind":"bucketized","key":"city","quantiles":)" +
              std::string(size) + "}}",
          R"({"kind":"numeric","key":"city","shape":[)" + std::string(size) + ",4]}"}) {
      const std::string message = error_of([&] { column_from_json(Json::parse(text)); });
      EXPECT_THAT(message, testing::AnyOf(HasSubstr("'city'"), HasSubstr(size))) << text;
    }
  }
  // Each is possible, both together are not.
  EXPECT_THAT(error_of([] { Encoder({embedding(hashed("x", std::int64_t{1} << 31U), 4)}); }),
              HasSubstr("column 'x_embedding': 2147483648 buckets of 4 dimensions are more than"));
  NumericColumn picture = numeric("p");
  picture.shape = {std::size_t{1} << 32U, std::size_t{1} << 32U};
  EXPECT_THAT(error_of([&] { check_column(picture); }), HasSubstr("more than 16777216 elements"));
  for (const char* wrong : {"-1", "1.5", "18446744073709551616", "null", "\"8\""}) {
    EXPECT_THAT(error_of([&] {
                  column_from_json(
                      Json::parse(R"({"kind":"indicator","of":)" + hashed_city + wrong + "}}"));
                }),
                testing::AnyOf(HasSubstr("'buckets' is "), HasSubstr("JSON")));
  }
}

TEST(ColumnFaults, WhatWasLearnedFitsTogether) {
  EXPECT_THAT(error_of([] {
                check_column(CategoricalColumn{
                    .kind = VocabularyColumn{.key = "w", .words = {"a", "b"}, .uses = {1}}});
              }),
              HasSubstr("column 'w': uses of 1 words, but there are 2"));
  EXPECT_THAT(error_of([] {
                check_column(CategoricalColumn{.kind = BucketizedColumn{.source = numeric("x"),
                                                                        .boundaries = {1, 2, 3},
                                                                        .quantile_count = 3}});
              }),
              HasSubstr("column 'x': 3 boundaries make more buckets than its 3 quantiles"));
  EXPECT_THAT(error_of([] {
                check_column(CategoricalColumn{
                    .kind = VocabularyColumn{.key = "w", .words = {"a"}, .default_id = 1}});
              }),
              HasSubstr("the default id 1 is not in [0, 1)"));
}

TEST(ColumnFaults, QuantilesAreNoMoreThanValues) {
  const Batch batch = one_feature("x", data::column(std::vector<float>{1, 2, 3, 4, 5}));
  const Adapted learned =
      adapt({CategoricalColumn{
                .kind = BucketizedColumn{.source = numeric("x"), .quantile_count = 50'000}}},
            data::Dataset::from_batch(batch));
  const auto& column = std::get<CategoricalColumn>(learned.columns[0]);
  EXPECT_LE(std::get<BucketizedColumn>(column.kind).boundaries.size(), 4U);
  EXPECT_EQ(learned.warnings.size(), 1U);
}

TEST(ColumnFaults, CrossesOfMoreThanAllNumbersDoNotOverflow) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  Batch batch;
  std::vector<CategoricalColumn> keys;
  for (const char* name : {"a", "b", "c", "d"}) {
    batch.add(name, data::column(std::vector<std::int64_t>{kLargest - 1, 0, -7}));
    keys.push_back(identity(name, kLargest));
  }
  const Encoder encoder({Column(crossed(std::move(keys), 1000))});
  FeatureBlock block;
  encoder.encode(batch, block);
  ASSERT_EQ(block.bags[0].ids.size(), 3U);
  for (const std::int64_t id : block.bags[0].ids) EXPECT_TRUE(id >= 0 && id < 1000);
}

TEST(ColumnFaults, ACrossOfTooManyCombinationsIsRefused) {
  std::vector<std::int64_t> many(2000, 1);
  Batch batch;
  for (const char* name : {"a", "b"}) {
    batch.add(name, data::ragged(many, {0, many.size()}));
  }
  const std::vector<Column> columns = {Column(crossed({raw("a"), raw("b")}, 10))};
  EXPECT_THAT(error_of([&] { dense(columns, batch); }), HasSubstr("4000000 combinations"));
}

TEST(ColumnFaults, UnknownWordsAreCountedAndLearnNothing) {
  const Batch batch = one_feature("w", data::column(TextList{"a", "new", "newer"}));
  const Encoder encoder({embedding(vocabulary("w", {"a", "b"}), 2)});
  FeatureBlock block;
  encoder.encode(batch, block);
  EXPECT_EQ(block.unknown_counts, (std::vector<std::size_t>{2}));
  const Matrix out = dense({embedding(vocabulary("w", {"a", "b"}), 2)}, batch);
  EXPECT_EQ(out.row(1)[0], 0.0F);
  EXPECT_EQ(out.row(2)[1], 0.0F);
  VocabularyColumn with_default{.key = "w", .words = {"a", "b"}, .default_id = 1};
  EXPECT_EQ(numbers(dense({indicator({.kind = with_default})}, batch)),
            (std::vector<float>{1, 0, 0, 1, 0, 1}));
  with_default.default_id = -100;  // As the reference systems have it: no id, like any negative.
  EXPECT_EQ(numbers(dense({indicator({.kind = with_default})}, batch)),
            (std::vector<float>{1, 0, 0, 0, 0, 0}));
}

TEST(ColumnFaults, ListsMayBeEmptyOrLongAndWeightsAreNumbers) {
  constexpr std::size_t kLong = 1'000'000;
  const std::vector<std::int64_t> ids(kLong, 1);
  Batch batch = one_feature("ids", data::ragged(ids, {0, 0, kLong}));
  for (const Combiner combiner : {Combiner::sum, Combiner::mean, Combiner::sqrtn}) {
    EmbeddingColumn column = embedding(identity("ids", 3), 2);
    column.combiner = combiner;
    const Matrix out = dense({column}, batch);
    EXPECT_EQ(out.row(0)[0], 0.0F) << "the vector of nothing is zero";
    EXPECT_TRUE(std::isfinite(out.row(1)[0]));
  }
  for (const float wrong : {NAN, INFINITY}) {
    Batch weighted_batch = one_feature("ids", data::column(std::vector<std::int64_t>{1, 2}));
    weighted_batch.add("w", data::column(std::vector<float>{1.0F, wrong}));
    const std::vector<Column> columns = {Column(indicator(weighted(identity("ids", 3), "w")))};
    EXPECT_THAT(error_of([&] { dense(columns, weighted_batch); }), HasSubstr("row 1: the weight"));
  }
}

TEST(ColumnFaults, AConstantColumnIsZeroAndSaysSo) {
  const Batch batch = one_feature("x", data::column(std::vector<float>{3, 3, 3}));
  for (const Normalizer& normalizer : {Normalizer(ZScore{}), Normalizer(MinMax{})}) {
    const Adapted learned = adapt({numeric("x", {normalizer})}, data::Dataset::from_batch(batch));
    EXPECT_EQ(numbers(dense(learned.columns, batch)), (std::vector<float>{0, 0, 0}));
    ASSERT_EQ(learned.warnings.size(), 1U);
    EXPECT_THAT(learned.warnings[0], HasSubstr("'x'"));
  }
}

// ---- Tables in training and in use.

class TableColumns : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, std::string_view text) {
    test::write_bytes(folder_ / name, text);
    return folder_ / name;
  }

  // What training keeps: the recipe with what it learned, through JSON as a model file does.
  TableRecipe train(const std::filesystem::path& table, TableRecipe recipe) {
    const data::CsvSchema schema = data::infer_csv_schema({table}, reading_options(recipe, true));
    recipe = with_types(std::move(recipe), schema);
    recipe.columns = adapt(recipe.columns, data::csv_dataset({table}, schema)).columns;
    return recipe_from_json(Json::parse(to_json(recipe).dump()));
  }
  Matrix encode(const std::filesystem::path& table, const TableRecipe& recipe) {
    const data::CsvSchema schema = data::infer_csv_schema({table}, reading_options(recipe, false));
    return dense(recipe.columns, data::csv_dataset({table}, schema).collect());
  }

  TableRecipe homes() {
    TableRecipe recipe;
    recipe.reading.label = "price";
    NumericColumn area = numeric("area", {ZScore{}});
    area.default_value = {2000};
    recipe.columns = {area, indicator(vocabulary("type", {}))};
    return recipe;
  }

  test::TemporaryFolder folder_;
};

TEST_F(TableColumns, AMissingValueIsTheSameInTrainingAndInUse) {
  const auto table =
      write("train.csv", "area,type,price\n1000,house,1\n3000,apt,2\n,,3\nNA,apt,4\n");
  const TableRecipe learned = train(table, homes());
  const Matrix trained = encode(table, learned);
  // An empty cell alone, in a file where everything is missing: the same numbers.
  const Matrix used = encode(write("new.csv", "area,type\nnull,\n"), learned);
  EXPECT_EQ(used.row(0)[0], trained.row(2)[0]);
  EXPECT_EQ(used.row(0)[1], 0.0F);
  EXPECT_EQ(trained.row(2)[1], 0.0F);
  // Without a default it is an error, in use as in training.
  TableRecipe strict = homes();
  std::get<NumericColumn>(strict.columns[0]).default_value.clear();
  EXPECT_THAT(error_of([&] { encode(table, train(table, strict)); }),
              HasSubstr("column 'area', row 2: the value is missing"));
}

TEST_F(TableColumns, AColumnThatReadsTheLabelIsRefused) {
  const auto table = write("t.csv", "area,type,price\n1,a,2\n");
  TableRecipe recipe = homes();
  recipe.columns.emplace_back(indicator(bucketized(numeric("price"), {1})));
  EXPECT_THAT(error_of([&] { train(table, recipe); }),
              HasSubstr("column 'price_bucketized_indicator' reads 'price', which is the label"));
}

TEST_F(TableColumns, FieldsAreFoundByNameInAnyOrder) {
  const TableRecipe learned =
      train(write("train.csv", "area,type,price\n1000,house,1\n3000,apt,2\n"), homes());
  const Matrix expected = encode(write("same.csv", "area,type\n2000,apt\n1000,new\n"), learned);
  EXPECT_EQ(
      numbers(encode(write("other.csv", "color,type,note,area\nred,apt,x,2000\nblue,new,,1000\n"),
                     learned)),
      numbers(expected));
  EXPECT_THAT(error_of([&] { encode(write("less.csv", "area,color\n2000,red\n"), learned); }),
              HasSubstr("names column 'type'; the columns are: area, color"));
  EXPECT_THAT(error_of([&] { encode(write("worse.csv", "area,type\nbig,apt\n"), learned); }),
              HasSubstr("column 'area': 'big' is not a whole number"));
}

}  // namespace
}  // namespace kindred::features
