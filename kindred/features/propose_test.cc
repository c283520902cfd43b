#include "kindred/features/propose.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/base/toml.h"
#include "kindred/data/csv_dataset.h"
#include "tests/support/temporary_folder.h"

namespace kindred::features {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Propose : public ::testing::Test {
 protected:
  // Facts of a table whose every row is row(i).
  template <typename Row>
  TableFacts facts(const std::string& header, int row_count, const Row& row) {
    std::string text = header + "\n";
    for (int i = 0; i < row_count; ++i) text += row(i) + "\n";
    const auto file = folder_ / "t.csv";
    test::write_bytes(file, text);
    const data::CsvSchema schema = data::infer_csv_schema({file}, {.keep_missing = true});
    return gather_facts(schema, data::csv_dataset({file}, schema));
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(Propose, FactsAreThoseOfTheRows) {
  const TableFacts found = facts("n,w", 5, [](int i) {
    return i == 4 ? std::string(",") : std::to_string(i) + "," + (i < 3 ? "a" : "b");
  });
  ASSERT_EQ(found.columns.size(), 2U);
  const ColumnFacts& numbers = found.columns[0];
  EXPECT_EQ(numbers.row_count, 5U);
  EXPECT_EQ(numbers.missing_count, 1U);
  EXPECT_EQ(numbers.distinct_count, 4U);
  EXPECT_EQ(numbers.minimum, 0.0);
  EXPECT_EQ(numbers.maximum, 3.0);
  EXPECT_EQ(numbers.mean, 1.5);
  EXPECT_NEAR(numbers.stddev, 1.1180, 1e-4);  // sqrt(5/4)
  const ColumnFacts& words = found.columns[1];
  ASSERT_EQ(words.frequent.size(), 2U);
  EXPECT_EQ(words.frequent[0].word, "a");
  EXPECT_EQ(words.frequent[0].count, 3U);
  EXPECT_NEAR(words.effective_count, 1.7548, 1e-4);  // exp(-3/4 ln 3/4 - 1/4 ln 1/4)
}

TEST_F(Propose, EachKindOfFieldGetsItsColumn) {
  TableFacts found = facts("age,income,color,city,id,same,price", 400, [](int i) {
    const std::string number = std::to_string(i);
    return std::to_string(20 + i % 50) + "," +                           // Evenly spread,
           std::to_string(i % 90 == 7 ? 9'000'000 : i % 90 + 1) + "," +  // with a long tail,
           (i % 3 == 0 ? "red" : "blue") + ",city" + std::to_string(i % 60) + ",key" + number +
           ",x," + number;
  });
  found.label = "price";
  const TableRecipe recipe = propose(found, {}).recipe();
  std::vector<std::string> names;
  for (const Column& column : recipe.columns) names.push_back(name_of(column));
  EXPECT_THAT(names, ElementsAre("age", "income", "color_indicator", "city_embedding"))
      << "ids, constants and the label are left out";
  const auto& income = std::get<NumericColumn>(recipe.columns[1]);
  EXPECT_TRUE(std::holds_alternative<Log1p>(income.normalizers.at(1)));
  const auto& city = std::get<EmbeddingColumn>(recipe.columns[3]);
  EXPECT_EQ(city.dimensions, 0U) << "the fourth root of what adapt() finds";
}

TEST_F(Propose, FewAmountsAreNumbersAndWords) {
  // 0 nearly always, else one of three sums: a gain. An age. A number that is never twice.
  TableFacts found = facts("gain,age,rent", 2000, [](int i) {
    return std::to_string(i % 20 == 0 ? 1000 * (1 + i / 20 % 3) : 0) + "," +
           std::to_string(20 + i % 60) + "," + std::to_string(400 + i * 7 % 1999);
  });
  const TableRecipe recipe = propose(found, {}).recipe();
  std::vector<std::string> names;
  for (const Column& column : recipe.columns) names.push_back(name_of(column));
  EXPECT_THAT(names, ElementsAre("gain", "gain_indicator", "age", "age_indicator", "rent"));
  const auto& words =
      std::get<VocabularyColumn>(std::get<IndicatorColumn>(recipe.columns[1]).categorical.kind);
  EXPECT_EQ(words.word_uses_min, 5U) << "what is there once is no amount to learn of";
}

TEST_F(Propose, MediansAreValuesOrTheMiddleOfTwoWithAllTheirDigits) {
  const auto median = [&](const std::vector<std::string>& cells) {
    return facts("x,y", static_cast<int>(cells.size()),
                 [&](int i) { return cells[static_cast<std::size_t>(i)] + ",1"; })
        .columns[0]
        .median;
  };
  EXPECT_EQ(median({"0", "1", "1", "1", "1", "1", ""}), 1.0);
  EXPECT_EQ(median({"1", "3", "3", "3", "2"}), 3.0);
  EXPECT_EQ(median({"1", "2", "3", "10"}), 2.5);
  EXPECT_EQ(median({"0.1", "0.2", "0.3"}), 0.2) << "not that of the float";
  EXPECT_EQ(median({"1700040000", "1700040001", "1700040002", ""}), 1700040001.0);
}

TEST_F(Propose, EveryColumnOfNumbersHasADefaultAndAClip) {
  const TableFacts found = facts("x", 2000, [](int i) {
    return i == 3 ? std::string("1e9") : fmt::format("{}.5", 1000 + i % 90);
  });
  const auto column = std::get<NumericColumn>(propose(found, {}).recipe().columns.at(0));
  ASSERT_EQ(column.default_value.size(), 1U);
  EXPECT_EQ(column.default_value[0], found.columns[0].median);
  const auto& clip = std::get<Clip>(column.normalizers.at(0));
  EXPECT_GE(clip.low, 1000.0);
  EXPECT_LT(clip.high, 1e9);
}

TEST_F(Propose, NumbersThatAllDifferAreKeptUnlessTheyNumberTheRows) {
  const TableFacts found = facts("salary,row,part,CustomerID,long,shop_id,paid", 400, [](int i) {
    return fmt::format("{},{},{},{},{},{},{}", 20000 + i * 7919 % 50021, i + 1, 3 * i + i % 2,
                       i * 7919 % 50021, 76561198000000001 + i * 7919 % 50021, 100 + i % 60,
                       i * 7919 % 50021);
  });
  const Proposal proposal = propose(found, {});
  std::vector<std::string> names;
  for (const Column& column : proposal.recipe().columns) names.push_back(name_of(column));
  EXPECT_THAT(names, ElementsAre("salary", "shop_id_embedding", "paid"));
  const std::vector<std::string> left_out = proposal.left_out();
  ASSERT_EQ(left_out.size(), 4U);
  EXPECT_THAT(left_out[0], HasSubstr("'row' is left out: it numbers the rows"));
  EXPECT_THAT(left_out[0], HasSubstr("--type row=float64"));
}

TEST_F(Propose, TextsThatAllDifferAreLeftOutOfSmallTablesToo) {
  for (const int rows : {33, 50, 100, 101}) {
    const TableFacts found = facts("name,x", rows, [](int i) {
      return "state " + std::to_string(i) + "," + std::to_string(i % 7);
    });
    EXPECT_EQ(propose(found, {}).recipe().columns.size(), 1U) << rows;
  }
}

TEST_F(Propose, CoordinatesAreAlsoCrossed) {
  const TableFacts found = facts("latitude,longitude", 300, [](int i) {
    return "30." + std::to_string(1000 + i) + ",-100." + std::to_string(2000 + i * 7);
  });
  const TableRecipe recipe = propose(found, {}).recipe();
  bool has_cross = false;
  for (const Column& column : recipe.columns) {
    has_cross = has_cross || name_of(column).find("_X_") != std::string::npos;
  }
  EXPECT_TRUE(has_cross);
}

TEST_F(Propose, WhatIsWrittenReadsBackToTheSameColumns) {
  TableFacts found = facts("age,\"wörd \"\"x\"\"\",price", 60, [](int i) {
    return std::to_string(i) + ",\"a \"\"" + std::to_string(i % 4) + "\"\"\"," + std::to_string(i);
  });
  found.label = "price";
  const data::CsvOptions reading{.missing_words = {"?"}, .label = "price"};
  const Proposal proposal = propose(found, reading);
  const std::string toml = to_toml(proposal, found, "t.csv");
  EXPECT_THAT(toml, HasSubstr("# age: int32, 0 to 59"));
  const TableRecipe again = recipe_from_json(parse_toml(toml, "c.toml"));
  EXPECT_EQ(again.columns, proposal.recipe().columns);
  EXPECT_EQ(again.reading.label, "price");
  EXPECT_EQ(again.reading.missing_words, reading.missing_words);
}

}  // namespace
}  // namespace kindred::features
