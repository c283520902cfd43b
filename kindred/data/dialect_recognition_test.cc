#include "kindred/data/dialect_recognition.h"

#include <gmock/gmock.h>

#include "kindred/base/error.h"
#include "kindred/data/column_names.h"
#include "kindred/data/header_recognition.h"
#include "tests/support/error_of.h"

namespace kindred::data {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Sample sample(std::string_view text, const DialectOptions& options = {}) {
  return take_sample(text, true, options, "f");
}

std::string separator_of(std::string_view text) { return sample(text).dialect.separator; }

std::string refusal(std::string_view text, const DialectOptions& options = {}) {
  return test::error_of([&] { sample(text, options); });
}

TEST(DialectRecognition, FindsTheSeparatorThatFitsMostLines) {
  EXPECT_EQ(separator_of("1::Toy Story (1995)::A|B\n2::Jumanji (1995)::C\n"), "::");
  EXPECT_EQ(separator_of("id,title,genres\n1,\"A; B\",x|y\n2,\"C, D\",z\n"), ",");
  EXPECT_EQ(separator_of("1;2;3,5\n1;3;4,5\n"), ";") << "a decimal comma is no separator";
  EXPECT_EQ(separator_of("1|24|M|technician|85711\n2|53|F|other|94043\n"), "|");
  EXPECT_EQ(separator_of("a\tb c\nd\te\n"), "\t");
  EXPECT_EQ(separator_of("1 2 3\n4 5 6\n7 8\n"), " ");
}

// Each text is even with two separators, and only one of them explains the other.
TEST(DialectRecognition, ReadingsAreWeighedNotTheirNumbersOfFields) {
  EXPECT_EQ(separator_of("Anna Smith\t10\t5\nBen Jones\t11\t4\n"), "\t") << "names hold spaces";
  EXPECT_EQ(separator_of("1\t2\t5\t2020-01-01 10:00:00\n1\t3\t4\t2020-01-02 10:00:00\n"), "\t");
  EXPECT_EQ(separator_of("Anna Smith,10\nBen Jones,11\n"), ",");
  EXPECT_EQ(separator_of("Smith, Anna;10;5\nJones, Ben;11;4\n"), ";") << "a comma behind a word";
  EXPECT_EQ(separator_of("196 242 3,5\n186 302 3,0\n"), " ") << "numbers with spaces between";
  EXPECT_EQ(separator_of("ann apple 3,5\nben pear 3,0\ncleo plum 1,5\n"), " ");
  EXPECT_EQ(separator_of("1,Toy Story,A|B\n2,Big Heat,C|D\n"), ",");
  EXPECT_EQ(separator_of("id,title,genres\n1,\"Heat, The\",A|B\n2,Big,C|D\n"), ",");
  EXPECT_EQ(separator_of("a;b;c\n1,5;2;x\n2,5;3;y\n"), ";");
}

TEST(DialectRecognition, NamesThatEndInANumberAreNoColumns) {
  EXPECT_EQ(separator_of("state,x,y\nState 0,0.134,0.269\nState 1,0.847,1.695\n"), ",");
  EXPECT_EQ(separator_of("state name,x\nState 0,0.134\nState 1,0.847\nState 2,0.1\n"), ",");
  EXPECT_EQ(separator_of("Room 1,5\nRoom 2,6\nRoom 3,4\nRoom 12,5\n"), ",");
  EXPECT_EQ(separator_of("Elm Street 1,5,3\nOak Street 2,6,1\nElm Street 3,4,2\n"), ",");
}

TEST(DialectRecognition, SpacesAroundACommaAreNoPartOfTheCells) {
  const Sample pairs = sample("1 , 28\n1 , 29\n2 , 28\n");
  EXPECT_EQ(pairs.dialect.separator, ",");
  EXPECT_TRUE(pairs.dialect.padded);
  EXPECT_EQ(pairs.records[1], (std::vector<std::string>{"1", "29"}));
  EXPECT_EQ(sample("\"a, b\", \"c\"\n\"d\", \"e\"\n").records[0],
            (std::vector<std::string>{"a, b", "c"}));
  EXPECT_FALSE(sample("a, b\nc,d\n").dialect.padded) << "one of the lines has none";
  EXPECT_FALSE(sample("a, b\nc, d\n", {.separator = ","}).dialect.padded) << "it was said";
}

TEST(DialectRecognition, QuotesThatEndNoFieldAreTextBetweenTabs) {
  const Sample nicknames = sample("id\tname\n1\t\"Weird Al\" Yankovic\n2\tHeart\n");
  EXPECT_FALSE(nicknames.dialect.quotes);
  EXPECT_EQ(nicknames.records[1][1], "\"Weird Al\" Yankovic");
  EXPECT_EQ(sample("id\tname\n1\t\"a\tb\"\n2\tc\n").records[1][1], "a\tb");
  EXPECT_EQ(sample("1|\"a|b\"|3\n2|c|4\n").records[0][1], "a|b") << "they do what quotes are for";
  EXPECT_EQ(sample("1|\"Heroes\"|3\n2|c|4\n").records[0][1], "\"Heroes\"");
  EXPECT_EQ(sample("1,\"a\"\n2,b\n", {.quotes = false}).records[0][1], "\"a\"");
}

TEST(DialectRecognition, WhatTwoReadingsExplainIsAnErrorThatShowsBoth) {
  EXPECT_THAT(refusal("a,b|c\nd,e|f\n"),
              AllOf(HasSubstr("f: the separator is not clear"), HasSubstr("--separator comma"),
                    HasSubstr("--separator pipe")));
  EXPECT_THAT(refusal("Anna Smith\nBen Jones\n", {.may_be_one_column = true}),
              HasSubstr("one column of words"));
}

TEST(DialectRecognition, AFileMayHaveOneColumn) {
  const DialectOptions one = {.may_be_one_column = true};
  EXPECT_EQ(sample("y\n\"a cell with\na line end\"\n\"another\none\"\n", one).records.size(), 3U);
  EXPECT_EQ(sample("y\nsome words\nand some more\nthree of them\n", one).records[1].size(), 1U);
}

TEST(DialectRecognition, QuotesWithBackslashesAreNamed) {
  EXPECT_THAT(
      refusal("x,y\n\"a \\\"b\\\" 0\",0\n\"a \\\"b\\\" 1\",1\n"),
      AllOf(HasSubstr("f:2: quotes inside fields are written \\\""), HasSubstr("--quote none")));
}

TEST(DialectRecognition, SaysWhyItTookASeparator) {
  const Guesses guesses = sample("Anna Smith\t10\t5\nBen Jones\t11\t4\n").guesses;
  ASSERT_EQ(guesses.size(), 1U);
  EXPECT_EQ(to_text(guesses[0]),
            "f: separator = tab: all 2 lines have 3 fields each (--separator)");
  EXPECT_TRUE(sample("1,2\n", {.separator = ","}).guesses.empty()) << "it was said";
}

HeaderAnswer header_of(std::string_view text, std::vector<std::string> named = {}) {
  const Sample taken = sample(text);
  return recognize_header(
      {.sample = taken,
       .is_known = [](std::string_view name) { return known_column(name).has_value(); },
       .named = std::move(named),
       .file = "f",
       .flag = "--header",
       .id_columns = {0, 1}});
}

TEST(DialectRecognition, AHeaderHasNoNumberWhereItsColumnHas) {
  EXPECT_TRUE(header_of("a,b,c\nx,y,1\nz,w,2\n").header);
  EXPECT_FALSE(header_of("x,y,3\nx,y,1\n").header);
  EXPECT_FALSE(header_of("x,y\nz,w\n").header);
  EXPECT_FALSE(header_of("x,y,three\nx,y,one\n").header);
  EXPECT_TRUE(header_of("a,b,c\nx,y,2019-01-02\nz,w,2019-01-03\n").header) << "nor a time";
}

TEST(DialectRecognition, AHeaderIsProvenByANameOrByCodes) {
  EXPECT_TRUE(header_of("customer,sku\nann,A1\nbob,A2\n").header);
  EXPECT_TRUE(header_of("whoever,goods\nann,soap\nbob,tea\n").header) << "one name is enough";
  EXPECT_FALSE(header_of("ann,movie\nbob,movie\n").header) << "it occurs again";
  EXPECT_TRUE(header_of("foo,bar\nann,A1\nbob,A2\ncid,A3\n").header) << "codes have digits";
  EXPECT_TRUE(header_of("foo,bar\nann,soap\nbob,tea\n", {"foo"}).header) << "a flag names it";
}

TEST(DialectRecognition, IdsThatOccurNowhereElseMakeTheHeaderAQuestion) {
  std::string text = "foo,bar\n";
  for (const char* user : {"ann", "bob", "cid", "dan"}) {
    for (const char* item : {"soap", "tea", "salt", "oil"}) {
      text += std::string(user) + "," + item + "\n";
    }
  }
  EXPECT_THAT(
      test::error_of([&] { header_of(text); }),
      AllOf(HasSubstr("the header is not clear"), HasSubstr("--header"), HasSubstr("--no-header")));
  EXPECT_FALSE(header_of(text.substr(8)).header) << "ids of line 1 occur again";
}

TEST(DialectRecognition, ColumnsAreFoundByNameOrPosition) {
  const std::vector<std::string> names = {"User", "user", "2", "x"};
  const auto find = [&](const std::string& text) {
    return find_column({.text = text, .flag = "--user-column", .file = "f"}, names, 4);
  };
  EXPECT_EQ(find("user"), 1U);
  EXPECT_EQ(find("User"), 0U);
  EXPECT_EQ(find("X"), 3U);
  EXPECT_EQ(find("2"), 2U) << "a name comes before a position";
  EXPECT_EQ(find("4"), 3U);
  EXPECT_THROW(find("USER"), Error);
  EXPECT_THROW(find("0"), Error);
  EXPECT_THROW(find("5"), Error);
}

TEST(DialectRecognition, SeparatorsThatCouldBePartOfAFieldAreRefused) {
  for (const char* bad : {"", "a", "1", ".", "-", "\"", "\n", "123456789"}) {
    EXPECT_THROW(check_separator(bad), Error) << bad;
  }
  for (const char* fine : {",", "\t", "::", "|", " ", "~", "^^"})
    EXPECT_NO_THROW(check_separator(fine));
}

}  // namespace
}  // namespace kindred::data
