// What can be wrong with a CSV table, and what the dataset makes of it. The page
// docs/guide/faults.md says the same in words.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <locale>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/data/csv_dataset.h"
#include "kindred/data/csv_writer.h"
#include "tests/support/temporary_folder.h"

namespace kindred::data {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class TableInput : public ::testing::Test {
 protected:
  std::filesystem::path write(std::string_view text, const std::string& name = "t.csv") {
    test::write_bytes(folder_ / name, text);
    return folder_ / name;
  }
  Batch read(std::string_view text, const CsvOptions& options = {},
             const CsvReading& reading = {}) {
    const auto path = write(text);
    return csv_dataset({path}, infer_csv_schema({path}, options), reading).collect();
  }
  // What is said, without the folder.
  std::string error_of(std::string_view text, const CsvOptions& options = {},
                       const CsvReading& reading = {}) {
    try {
      read(text, options, reading);
    } catch (const Error& error) {
      std::string message = error.what();
      const std::string folder = folder_.path().string() + "/";
      if (const std::size_t at = message.find(folder); at != std::string::npos) {
        message.erase(at, folder.size());
      }
      return message;
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
};

TEST_F(TableInput, UnknownAndRepeatedColumnsListWhatThereIs) {
  const char* const text = "age,city\n1,x\n";
  EXPECT_EQ(error_of(text, {.label = "price"}),
            "t.csv: the label names column 'price'; the columns are: age, city");
  EXPECT_EQ(error_of(text, {.select = {"aeg"}}),
            "t.csv: the selection names column 'aeg'; the columns are: age, city");
  EXPECT_EQ(error_of(text, {.types = {{"zip", CsvType::text}}}),
            "t.csv: a type names column 'zip'; the columns are: age, city");
  EXPECT_THAT(error_of("age,age\n1,2\n"), HasSubstr("two columns are called 'age'"));
  EXPECT_THAT(error_of("1,x\n2,y\n", {.label = "price"}),
              HasSubstr("the columns are: column_1, column_2"));
}

TEST_F(TableInput, AByteOrderMarkIsNoPartOfTheFirstName) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "age,city\n1,x\n")
                .features[0]
                .name,
            "age");
}

TEST_F(TableInput, WideEncodingsAreNamed) {
  using namespace std::string_view_literals;
  EXPECT_THAT(error_of("\xFF\xFE"
                       "a\0,\0"sv),
              HasSubstr("is text in UTF-16"));
  EXPECT_THAT(error_of("\x00\x00\xFE\xFF\x00\x00\x00"
                       "a"sv),
              HasSubstr("is text in UTF-32"));
}

TEST_F(TableInput, LineEndsDoNotMatter) {
  const Batch expected = read("n,w\n1,a\n2,b\n");
  EXPECT_EQ(read("n,w\r\n1,a\r\n2,b\r\n"), expected);
  EXPECT_EQ(read("n,w\n1,a\r\n2,b"), expected);
  EXPECT_EQ(read("\n\nn,w\n\n1,a\n\n2,b\n\n"), expected);
  EXPECT_NE(error_of("n,w\r1,a\r2,b\r"), "no error");
  EXPECT_THAT(error_of("n,w\n1,a\rb\n"), HasSubstr("t.csv:2: a carriage return"));
}

// Random tables of the characters that CSV minds, written and read back: RFC 4180, exactly.
TEST_F(TableInput, QuotedFieldsReadBackByteForByte) {
  constexpr std::string_view kPieces[] = {"a", ",", "\"", "\n", "\r\n", " ", "\xE2\x82\xAC", ";"};
  for (std::uint64_t trial = 0; trial < 300; ++trial) {
    Rng rng(5, 0, trial);
    std::string text = "first,second\n";
    TextList first;
    TextList second;
    for (std::uint64_t row = 0; row <= rng.below(6); ++row) {
      for (TextList* column : {&first, &second}) {
        std::string cell;
        for (std::uint64_t i = rng.below(7); i > 0; --i) cell += kPieces[rng.below(8)];
        // An empty row would be a blank line, and a word keeps the column text.
        if (column == &first) cell += "x";
        text += csv_field(cell) + (column == &first ? "," : "\n");
        column->push_back(cell);
      }
    }
    const Batch rows =
        read(text, {.separator = ",", .header = true, .types = {{"second", CsvType::text}}});
    ASSERT_EQ(rows.at("first"), column(first)) << text;
    ASSERT_EQ(rows.at("second"), column(second)) << text;
  }
}

TEST_F(TableInput, OpenAndMisplacedQuotesNameTheirLine) {
  EXPECT_THAT(error_of("a,b\n1,x\n2,\"y\n3,z\n"),
              StartsWith("t.csv:3: the quote that opens on this line is never closed"));
  EXPECT_THAT(error_of("a,b\n1,x\"y\n"),
              StartsWith("t.csv:2: a quote inside a field that is not quoted as a whole"));
  // Rows that an open quote swallowed cannot be counted, so they are never left out.
  EXPECT_THAT(error_of("a,b\n1,x\n2,\"y\n3,z\n", {}, {.bad_count_max = 9}),
              HasSubstr("never closed"));
}

TEST_F(TableInput, LinesBeyondTheLimitAreRefusedWhateverTheChunkSize) {
  const std::string text =
      "a,b\n1,x\n2," + std::string((std::size_t{16} << 20U) + 1, 'y') + "\n3,z\n";
  for (const std::size_t bytes :
       {std::size_t{4096}, std::size_t{1} << 20U, std::size_t{1} << 26U}) {
    EXPECT_EQ(error_of(text, {.separator = ","}, {.chunk_bytes = bytes}),
              "t.csv:3: the line is longer than 16 MiB");
  }
}

TEST_F(TableInput, RaggedRowsAreErrorsOrCounted) {
  const char* const text = "a,b\n1,x\n2\n3,y,z\n4,w\n";
  EXPECT_EQ(error_of(text), "t.csv:3: 1 fields where 2 are expected: '2'");
  std::vector<std::string> left_out;
  const Batch rows = read(text, {}, {.bad_count_max = 2, .on_bad = [&](const std::string& message) {
                                       left_out.push_back(message);
                                     }});
  EXPECT_EQ(rows.at("a"), column(std::vector<std::int64_t>{1, 4}));
  EXPECT_EQ(left_out.size(), 2U);
  EXPECT_THAT(error_of(text, {}, {.bad_count_max = 1}),
              HasSubstr("2 rows are wrong, more than 1 may be"));
}

TEST_F(TableInput, BytesThatAreNotUtf8AreErrors) {
  using namespace std::string_view_literals;
  // Latin-1, an overlong form, a surrogate, a lone continuation byte.
  for (const std::string_view bytes : {"\xE9", "\xC0\xAF", "\xED\xA0\x80", "\x80"}) {
    EXPECT_THAT(error_of("a,b\n1,x\n2,caf" + std::string(bytes) + "\n"),
                HasSubstr("t.csv:3: byte 6 of the line is not UTF-8"));
  }
  EXPECT_THAT(error_of("a,b\n1,x\0y\n"sv), HasSubstr("a NUL byte"));
  EXPECT_EQ(read("a,b\n1,caf\xE9\n", {.encoding = Encoding::latin1}).at("b"),
            column(TextList{"caf\xC3\xA9"}));
}

TEST_F(TableInput, NumbersAreTheSameInEveryLocale) {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new Comma));
  const char* german = std::setlocale(LC_ALL, "de_DE.UTF-8");  // Null where it is not installed.
  EXPECT_EQ(read("x\n3.5\n1000\n").at("x"), column(std::vector<float>{3.5F, 1000.0F}));
  const CsvOptions numbers = {.separator = ";", .types = {{"x", CsvType::float32}}};
  EXPECT_THAT(error_of("x;y\n3,5;1\n", numbers),
              HasSubstr("'3,5' is not a number; decimals are written with a point"));
  for (const char* bad : {"1_000", "0x10", "1 000", "three", "--1", "1e"}) {
    EXPECT_THAT(error_of(std::string("x;y\n1;1\n") + bad + ";1\n", numbers),
                HasSubstr("t.csv:3: column 'x'"))
        << bad;
  }
  if (german != nullptr) std::setlocale(LC_ALL, "C");
  std::locale::global(before);
}

TEST_F(TableInput, NoWordForAMissingValueBecomesANumber) {
  for (const char* word : {"", "NA", "N/A", "null", "NULL", "None", "nan", "NaN"}) {
    const std::string text = std::string("x,n,w\n1.5,1,a\n") + word + "," + word + ",b\n";
    EXPECT_THAT(error_of(text), HasSubstr("t.csv:3: column 'x': the value is missing"));
    const Batch kept = read(text, {.keep_missing = true});
    EXPECT_TRUE(std::isnan(kept.at("x").floats()[1])) << word;
    EXPECT_EQ(kept.at("n").row_begin(2) - kept.at("n").row_begin(1), 0U) << word;
    const Batch filled = read(text, {.defaults = {{"x", -1.0}, {"n", -2.0}}});
    EXPECT_EQ(filled.at("x"), column(std::vector<float>{1.5F, -1.0F}));
    EXPECT_EQ(filled.at("n"), column(std::vector<std::int64_t>{1, -2}));
  }
  // "?" looks like no letter, but like other signs; and somebody may say that it is a word.
  const auto second = [&](const std::string& other, CsvOptions options) {
    options.header = true;
    return std::string(read("w\n" + other + "\n?\n", options).at("w").texts()[1]);
  };
  EXPECT_EQ(second("a", {}), "");
  EXPECT_EQ(second("!", {}), "?");
  EXPECT_EQ(second("a", {.missing_words = {""}}), "?");
}

TEST_F(TableInput, ALabelIsNeverAFeature) {
  EXPECT_EQ(error_of("a,b\n1,2\n", {.select = {"a"}, .label = "a"}),
            "t.csv: column 'a' is the label; it cannot be a feature too");
  const Batch rows = read("a,b\n1,2\n", {.label = "b"});
  EXPECT_EQ(rows.find("b"), nullptr);
  EXPECT_EQ(*rows.label, column(std::vector<std::int64_t>{2}));
}

TEST_F(TableInput, NotATable) {
  EXPECT_EQ(error_of(""), "t.csv: the file is empty");
  EXPECT_EQ(error_of("\n\n"), "t.csv: there are no rows, only blank lines");
  EXPECT_THAT(error_of("PK\x03\x04 and so on"), HasSubstr("is a zip archive"));
  EXPECT_THROW(infer_csv_schema({folder_.path()}, {}), Error);
  EXPECT_THROW(infer_csv_schema({folder_ / "none.csv"}, {}), Error);
  EXPECT_EQ(read("a,b\n", {.header = true}).row_count, 0U);
}

}  // namespace
}  // namespace kindred::data
