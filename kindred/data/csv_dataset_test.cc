#include "kindred/data/csv_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/error.h"
#include "tests/support/temporary_folder.h"

namespace kindred::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CsvDataset : public ::testing::Test {
 protected:
  std::filesystem::path write(std::string_view text, const std::string& name = "t.csv") {
    test::write_bytes(folder_ / name, text);
    return folder_ / name;
  }
  CsvSchema schema(std::string_view text, const CsvOptions& options = {}) {
    return infer_csv_schema({write(text)}, options);
  }
  Batch read(std::string_view text, const CsvOptions& options = {},
             const CsvReading& reading = {}) {
    return csv_dataset({write(text)}, schema(text, options), reading).collect();
  }
  std::string error_of(std::string_view text, const CsvOptions& options = {}) {
    try {
      read(text, options);
    } catch (const Error& error) {
      const std::string message = error.what();
      const std::size_t at = message.find("t.csv");
      return at == std::string::npos ? message : message.substr(at);
    }
    return "no error";
  }

 private:
  test::TemporaryFolder folder_;
};

std::vector<std::string> types(const CsvSchema& schema) {
  std::vector<std::string> out;
  for (const CsvColumn& column : schema.columns) out.emplace_back(name_of(column.type));
  return out;
}

TEST_F(CsvDataset, InfersTheNarrowestTypeThatHoldsAllValues) {
  const CsvSchema found = schema(
      "small,large,short,long,word,zip,mixed,empty\n"
      "0,8589934592,2.0,3e50,rabbit,02139,1,\n"
      "-7,1,1e3,1,7,10001,2.5,\n");
  EXPECT_THAT(types(found), ElementsAre("int32", "int64", "float32", "float64", "text", "text",
                                        "float32", "text"));
  EXPECT_EQ(found.inferred_rows, 2U);
  EXPECT_THAT(found.warnings, IsEmpty());
}

TEST_F(CsvDataset, ReadsTypedColumnsAndTheLabel) {
  const Batch rows =
      read("sq_footage,type,price\n1000,house,500\n2000,apt,700.5\n", {.label = "price"});
  EXPECT_EQ(rows.row_count, 2U);
  ASSERT_EQ(rows.features.size(), 2U);
  EXPECT_EQ(rows.at("sq_footage"), column(std::vector<std::int64_t>{1000, 2000}));
  EXPECT_EQ(rows.at("type"), column(TextList{"house", "apt"}));
  EXPECT_EQ(*rows.label, column(std::vector<float>{500.0F, 700.5F}));
}

TEST_F(CsvDataset, TheFirstRowIsAHeaderUnlessItHoldsANumber) {
  EXPECT_EQ(read("color,size\nred,big\n").features[0].name, "color");
  EXPECT_EQ(read("1000,house,500\n").features[1].name, "column_2");
  EXPECT_EQ(read("1000,house\n", {.names = {"area", "type"}}).features[1].name, "type");
  EXPECT_EQ(read("a,b\n1,2\n", {.header = true, .names = {"x", "y"}}).at("y"),
            column(std::vector<std::int64_t>{2}));
}

TEST_F(CsvDataset, AMissingValueIsAnErrorOrWhatWasAskedFor) {
  const char* const text = "x,n,w\n1.5,3,a\n,NA,\n";
  EXPECT_EQ(error_of(text),
            "t.csv:3: column 'x': the value is missing, and the column has no "
            "default");
  const Batch kept = read(text, {.keep_missing = true});
  EXPECT_TRUE(std::isnan(kept.at("x").floats()[1]));
  EXPECT_EQ(kept.at("n"), ragged(std::vector<std::int64_t>{3}, {0, 1, 1}));
  EXPECT_EQ(kept.at("w"), column(TextList{"a", ""}));
  const Batch filled = read(text, {.defaults = {{"x", -1.0}, {"n", 0.0}, {"w", "none"}}});
  EXPECT_EQ(filled.at("x"), column(std::vector<float>{1.5F, -1.0F}));
  EXPECT_EQ(filled.at("n"), column(std::vector<std::int64_t>{3, 0}));
  EXPECT_EQ(filled.at("w"), column(TextList{"a", "none"}));
  EXPECT_THAT(error_of("x,y\n1,2\n1,\n", {.label = "y"}), HasSubstr("'y': the value is missing"));
  EXPECT_TRUE(read("x,y\n1,\n", {.keep_missing = true, .label = "y"}).label->texts()[0].empty());
  EXPECT_THAT(error_of("x,y\n1,2\n1,\n", {.keep_missing = true, .weight = "y"}),
              HasSubstr("t.csv:3: column 'y': the value is missing"));
  EXPECT_THAT(error_of("x,y\n1,2\n1,\n", {.keep_missing = true, .required = {"y"}}),
              HasSubstr("t.csv:3: column 'y': the value is missing"));
  EXPECT_EQ(read("n\n1\n?\n", {.missing_words = {"?"}, .keep_missing = true}).at("n"),
            ragged(std::vector<std::int64_t>{1}, {0, 1, 1}));
}

TEST_F(CsvDataset, NegativeWeightsAreNamed) {
  EXPECT_EQ(error_of("x,w\n1,2\n2,-0.5\n", {.weight = "w"}),
            "t.csv:3: column 'w': '-0.5' is a negative weight; rows count 0 or more");
  EXPECT_EQ(error_of("x,w\n1,2\n2,0\n", {.weight = "w"}), "no error");
}

TEST_F(CsvDataset, AHeaderMayBeLong) {
  std::string header = "y";
  std::string row = "1";
  for (int i = 0; i < 40'000; ++i) {
    header += ",gene" + std::to_string(i);
    row += ",2";
  }
  const CsvSchema found = schema(header + "\n" + row + "\n" + row + "\n");
  ASSERT_EQ(found.columns.size(), 40'001U);
  EXPECT_EQ(found.columns.back().name, "gene39999");
  EXPECT_EQ(found.inferred_rows, 2U);
}

TEST_F(CsvDataset, AWholeNumberMayBeWrittenWithAPoint) {
  const CsvOptions whole{.types = {{"x", CsvType::int32}}};
  EXPECT_EQ(read("x\n1.0\n2\n", whole).at("x"), column(std::vector<std::int64_t>{1, 2}));
  EXPECT_THAT(error_of("x\n1.5\n", whole), HasSubstr("'1.5' is not a whole number; the column's "
                                                     "type is given as int32"));
}

TEST_F(CsvDataset, CellsMayBeLists) {
  const Batch rows = read("title,genres\nUp,Animation|Comedy\nHeat,Crime\nX,\n",
                          {.list_separators = {{"genres", "|"}}});
  EXPECT_EQ(rows.at("genres"), ragged(TextList{"Animation", "Comedy", "Crime"}, {0, 2, 3, 3}));
  const Batch numbers =
      read("ids\n1;2;3\n4\n", {.separator = ",", .list_separators = {{"ids", ";"}}});
  EXPECT_EQ(numbers.at("ids"), ragged(std::vector<std::int64_t>{1, 2, 3, 4}, {0, 3, 4}));
}

TEST_F(CsvDataset, SpacesCountAndAWarningSaysSo) {
  const char* const text = "sq_footage, type\n1001, house\n2001, apt\n";
  EXPECT_EQ(read(text).at("type"), column(TextList{" house", " apt"}));
  ASSERT_EQ(schema(text).warnings.size(), 1U);
  EXPECT_THAT(schema(text).warnings[0], HasSubstr("' house' is not 'house'"));
  EXPECT_EQ(read(text, {.trim = true}).at("type"), column(TextList{"house", "apt"}));
  EXPECT_THAT(schema(text, {.trim = true}).warnings, IsEmpty());
}

TEST_F(CsvDataset, AWordAmongNumbersIsPointedOut) {
  std::string text = "age\n";
  for (int i = 0; i < 40; ++i) text += std::to_string(i) + "\n";
  const CsvSchema found = schema(text + "unknown\n");
  EXPECT_THAT(types(found), ElementsAre("text"));
  ASSERT_EQ(found.warnings.size(), 1U);
  EXPECT_THAT(found.warnings[0], HasSubstr("because of 'unknown'"));
}

TEST_F(CsvDataset, AValueThatComesTooLateForTheTypeIsNamed) {
  EXPECT_EQ(error_of("x\n1\n2\n2.5\n", {.inference_rows = 2}),
            "t.csv:4: column 'x': '2.5' is not a whole number; the first 2 rows held nothing else, "
            "so give the column's type if it is another, or the word if it means a missing value");
  EXPECT_EQ(
      read("x\n1\n2\n2.5\n", {.types = {{"x", CsvType::float64}}, .inference_rows = 2}).at("x"),
      column(std::vector<double>{1, 2, 2.5}));
}

TEST_F(CsvDataset, ColumnsAreChosenByName) {
  const Batch rows = read("a,b,c\n1,2,3\n", {.select = {"c"}, .label = "a"});
  ASSERT_EQ(rows.features.size(), 1U);
  EXPECT_EQ(rows.features[0].name, "c");
  EXPECT_EQ(error_of("a,b\n1,2\n", {.select = {"a"}, .label = "a"}),
            "t.csv: column 'a' is the label; it cannot be a feature too");
  EXPECT_EQ(error_of("a,b\n1,2\n", {.label = "price"}),
            "t.csv: the label names column 'price'; the columns are: a, b");
  EXPECT_THAT(error_of("a,a\n1,2\n"), HasSubstr("two columns are called 'a'"));
}

TEST_F(CsvDataset, SeveralFilesAreOneAfterTheOther) {
  const auto first = write("a,b\n1,x\n2,y\n", "1.csv");
  const auto second = write("a,b\n3,z\n", "2.csv");
  const auto other = write("a,c\n3,z\n", "3.csv");
  const CsvSchema both = infer_csv_schema({first, second}, {});
  EXPECT_EQ(csv_dataset({first, second}, both).collect().at("a"),
            column(std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_THROW(infer_csv_schema({first, other}, {}), Error);
  EXPECT_EQ(csv_dataset({first, second}, both).repeat(2).batch(4).collect().row_count, 6U);
}

TEST_F(CsvDataset, WrongRowsAreLeftOutUpToALimit) {
  const std::string text = "a,b\n1,2\n3\n4,x\n5,6\n";
  const CsvSchema found = schema(text, {.types = {{"b", CsvType::int32}}});
  std::vector<std::string> messages;
  const CsvReading reading{.bad_count_max = 2,
                           .on_bad = [&](const std::string& line) { messages.push_back(line); }};
  const Batch rows = csv_dataset({write(text)}, found, reading).collect();
  EXPECT_EQ(rows.at("a"), column(std::vector<std::int64_t>{1, 5}));
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_THAT(messages[0], HasSubstr("t.csv:3: 1 fields where 2 are expected"));
  EXPECT_THAT(messages[1], HasSubstr("t.csv:4: column 'b': 'x' is not a whole number"));
  EXPECT_THROW(csv_dataset({write(text)}, found, {.bad_count_max = 1}).collect(), Error);
}

// The same rows and the same messages, wherever chunks end and whoever parses them.
TEST_F(CsvDataset, NeitherChunkSizeNorThreadCountLeavesATrace) {
  std::string text = "n,word,x\n";
  for (int i = 0; i < 60; ++i) {
    text += std::to_string(i) + ",\"wörd, " + std::to_string(i % 7) +
            (i % 5 == 0 ? "\nwith \"\"lines\"\"" : "") + "\"," + std::to_string(i) + ".25" +
            (i % 3 == 0 ? "\r\n" : "\n");
  }
  const std::string wrong = text + "1,a,b\n";
  const CsvSchema found = schema(text);
  const Batch expected = read(text);
  EXPECT_EQ(expected.row_count, 60U);
  const auto wrong_file = write(wrong, "wrong.csv");
  const auto file = write(text);
  for (std::size_t bytes = 1; bytes <= 4096; bytes = bytes < 70 ? bytes + 1 : bytes * 2) {
    for (const int threads : {0, 1, 3, 8}) {
      const CsvReading reading{.thread_count = threads, .chunk_bytes = bytes};
      ASSERT_EQ(csv_dataset({file}, found, reading).collect(), expected)
          << bytes << " bytes, " << threads << " threads";
      try {
        csv_dataset({wrong_file}, found, reading).collect();
        FAIL();
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("wrong.csv:74: column 'x': 'b' is not a number"));
      }
    }
  }
}

}  // namespace
}  // namespace kindred::data
