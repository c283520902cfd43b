#include "kindred/data/column_votes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kindred::data {
namespace {

ColumnVotes votes_of(const std::vector<std::string>& cells, const MissingWords& missing) {
  ColumnVotes votes(missing);
  for (const std::string& cell : cells) votes.add(cell);
  return votes;
}

CsvType type_of(const std::vector<std::string>& cells) {
  const MissingWords missing;
  return votes_of(cells, missing).type();
}

bool is_missing_among(const std::string& word, std::vector<std::string> others) {
  const MissingWords missing;
  others.push_back(word);
  const auto words = votes_of(others, missing).words_of_list();
  EXPECT_EQ(words.size(), 1U) << word;
  return words.at(0).is_missing;
}

TEST(ColumnVotes, EveryWordOfTheListIsMissingAmongNumbers) {
  for (const char* const word :
       {"",     " ",    "NA",     "N/A", "n/a", "na",  "#N/A", "<NA>", "NULL", "null",
        "None", "none", "<None>", "nan", "NaN", "NaT", "\\N",  "-",    "--",   "?"}) {
    EXPECT_EQ(type_of({"1", word, "2"}), CsvType::int32) << word;
    EXPECT_EQ(type_of({"1.5", word}), CsvType::float32) << word;
  }
  EXPECT_EQ(type_of({"1", "x"}), CsvType::text);
}

TEST(ColumnVotes, AmongWordsItIsAWordWhereItLooksLikeThem) {
  EXPECT_FALSE(is_missing_among("NA", {"DE", "FR", "US"})) << "Namibia";
  EXPECT_TRUE(is_missing_among("NULL", {"DE", "FR", "US"}));
  EXPECT_TRUE(is_missing_among("NA", {"Grvl", "Pave"}));
  EXPECT_TRUE(is_missing_among("NA", {"SMITH", "JONES"}));
  EXPECT_FALSE(is_missing_among("NULL", {"SMITH", "KING"})) << "a name";
  EXPECT_FALSE(is_missing_among("Null", {"Smith", "King"})) << "a name";
  EXPECT_FALSE(is_missing_among("nan", {"bun", "toast", "rye"})) << "a bread";
  EXPECT_TRUE(is_missing_among("NaN", {"red", "blue"}));
  EXPECT_TRUE(is_missing_among("\\N", {"Rome", "Oslo"}));
  EXPECT_TRUE(is_missing_among("?", {"a", "b"}));
  EXPECT_TRUE(is_missing_among("-", {"2019-01-02", "2020-02-03"}));
  EXPECT_FALSE(is_missing_among("-", {"+", "*"})) << "a sign";
  EXPECT_TRUE(is_missing_among("N/A", {"USA", "GER"}));
  EXPECT_FALSE(is_missing_among("N/A", {"N/B", "A/C"})) << "a code";
  EXPECT_TRUE(is_missing_among("-nan", {"plum", "pear"}));
  EXPECT_TRUE(is_missing_among("None", {"184467440737095510001", "02139"})) << "no words";
  for (const char* const none : {"None", "none", "NONE"}) {
    EXPECT_FALSE(is_missing_among(none, {"gravel", "Paved", "HIGH"})) << none;
    EXPECT_TRUE(is_missing_among(none, {"True", "False"})) << none;
  }
}

TEST(ColumnVotes, BesideTruthValuesEveryWordOfTheListIsMissing) {
  EXPECT_TRUE(is_missing_among("NA", {"YES", "NO"}));
  EXPECT_TRUE(is_missing_among("na", {"yes", "no"}));
  EXPECT_TRUE(is_missing_among("?", {"y", "n"}));
}

TEST(ColumnVotes, WordsThatAPersonNamesAreMissingEverywhere) {
  const MissingWords na({"NA"});
  EXPECT_TRUE(votes_of({"DE", "NA"}, na).words_of_list().empty());
  EXPECT_TRUE(na.contains("NULL"));
  const MissingWords only({"", "-999"});
  EXPECT_FALSE(only.contains("NULL"));
  EXPECT_TRUE(only.contains("-999"));
  EXPECT_TRUE(only.contains(""));
  EXPECT_EQ(votes_of({"1", "NULL"}, only).type(), CsvType::text);
  EXPECT_EQ(votes_of({"1", "-999", "2.5"}, only).type(), CsvType::float32);
}

TEST(ColumnVotes, NumbersKeepTheirDigits) {
  EXPECT_EQ(type_of({"100000001.0", "100000002.0"}), CsvType::float64);
  EXPECT_EQ(type_of({"1700000000.0", "1700000000.5"}), CsvType::float64);
  EXPECT_EQ(type_of({"0.1", "3.25", "1e-3"}), CsvType::float32);
  EXPECT_EQ(type_of({"0.12345678", "3"}), CsvType::float32) << "a float prints it so";
  EXPECT_EQ(type_of({"0.123456789"}), CsvType::float64);
  EXPECT_EQ(type_of({"16777217", "0.5"}), CsvType::float64);
  EXPECT_EQ(type_of({"16777216", "0.5"}), CsvType::float32);
  EXPECT_EQ(type_of({"178560448.0"}), CsvType::float64) << "a float holds it, and prints another";
  EXPECT_EQ(type_of({"178560448", "0.5"}), CsvType::float64);
  EXPECT_EQ(type_of({"9007199254740993", "1"}), CsvType::int64);
  EXPECT_EQ(type_of({"9007199254740993", "0.5"}), CsvType::text);
  EXPECT_EQ(type_of({"9007199254740993.0"}), CsvType::text);
  EXPECT_EQ(type_of({"9007199254740994.0"}), CsvType::float64);
  EXPECT_EQ(type_of({"18446744073709551000"}), CsvType::text);
  EXPECT_EQ(type_of({"10000000000000002048"}), CsvType::float64) << "a double holds it";
  EXPECT_EQ(type_of({"02139"}), CsvType::text);
  EXPECT_EQ(type_of({"-07"}), CsvType::text);
  EXPECT_EQ(type_of({"0", "-0", "0.5"}), CsvType::float32);
  EXPECT_EQ(type_of({"3e50"}), CsvType::float64);
  EXPECT_EQ(type_of({"1e400"}), CsvType::text);
}

TEST(ColumnVotes, SaysWhatItDecided) {
  const MissingWords missing;
  const Guesses said = guesses_about(votes_of({"DE", "NA", "NA"}, missing).words_of_list(), "land");
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(to_text(said[0]),
            "land: 'NA' (2 cells) = a word: it looks like the other words (--missing 'NA')");
}

}  // namespace
}  // namespace kindred::data
