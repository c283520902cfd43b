#include "kindred/recommendation/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "tests/support/temporary_folder.h"

namespace kindred::recommendation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

HistoryEntry entry(std::string item, std::optional<float> rating, std::string where = "") {
  return {std::move(item), rating, std::move(where)};
}

TEST(ParseHistory, AnEntryEndsAtItsNumber) {
  EXPECT_THAT(parse_history("Shrek (2001)=5,Memento (2000)=4"),
              ElementsAre(entry("Shrek (2001)", 5.0F), entry("Memento (2000)", 4.0F)));
  EXPECT_THAT(parse_history("Incredibles, The (2004) = 4.5 , Bleu=3"),
              ElementsAre(entry("Incredibles, The (2004)", 4.5F), entry("Bleu", 3.0F)));
  EXPECT_THAT(parse_history("E=mc2 (2005)=2"), ElementsAre(entry("E=mc2 (2005)", 2.0F)));
  EXPECT_THAT(parse_history("x=.5,y=-1,z=+2"),
              ElementsAre(entry("x", 0.5F), entry("y", -1.0F), entry("z", 2.0F)));
}

TEST(ParseHistory, WhatStandsInQuotesIsOneItem) {
  EXPECT_THAT(parse_history("\"a;b:c\"=4,d=5"),
              ElementsAre(entry("a;b:c", 4.0F), entry("d", 5.0F)));
  EXPECT_THAT(parse_history("d=5, \"a;b,c\" ; \"say \"\"x\"\"\"=2"),
              ElementsAre(entry("d", 5.0F), entry("a;b,c", {}), entry("say \"x\"", 2.0F)));
  EXPECT_THAT(parse_history("\"Heroes\" Symphony=3; \"Open"),
              ElementsAre(entry("\"Heroes\" Symphony", 3.0F), entry("\"Open", {})));
}

TEST(ParseHistory, SemicolonsSeparateAndNumbersMayBeMissing) {
  EXPECT_THAT(parse_history("Shrek; Good, the Bad and the Ugly, The ;Memento=4;"),
              ElementsAre(entry("Shrek", {}), entry("Good, the Bad and the Ugly, The", {}),
                          entry("Memento", 4.0F)));
  EXPECT_THAT(parse_history("Shrek=5,Memento"),
              ElementsAre(entry("Shrek", 5.0F), entry("Memento", {})));
  EXPECT_THAT(parse_history("Shrek, Memento"), ElementsAre(entry("Shrek, Memento", {})));
}

TEST(ParseHistory, WhatIsNotAHistoryIsSaid) {
  for (const char* text : {"", " ; ; ", "=5", "a=1,=5", "a=1e99"}) {
    EXPECT_THROW(parse_history(text), Error) << text;
  }
}

std::vector<HistoryEntry> read(std::string_view bytes) {
  const test::TemporaryFolder folder;
  test::write_bytes(folder / "h.csv", bytes);
  auto entries = read_history(folder / "h.csv");
  for (HistoryEntry& line : entries) line.where = line.where.substr(line.where.rfind('h'));
  return entries;
}

TEST(ReadHistory, LinesOfTitleAndRating) {
  EXPECT_THAT(read("title,rating\r\nShrek (2001),5\r\n\r\n\"Incredibles, The\",4\r\n"),
              ElementsAre(entry("Shrek (2001)", 5.0F, "h.csv:2"),
                          entry("Incredibles, The", 4.0F, "h.csv:4")));
  EXPECT_THAT(
      read("\xEF\xBB\xBF"
           "17,3.5\nMatrix, The (1999),5\nHeat\n12 Angry Men,\n"),
      ElementsAre(entry("17", 3.5F, "h.csv:1"), entry("Matrix, The (1999)", 5.0F, "h.csv:2"),
                  entry("Heat", {}, "h.csv:3"), entry("12 Angry Men", {}, "h.csv:4")));
  EXPECT_THAT(read("\"The \"\"Burbs\",2"), ElementsAre(entry("The \"Burbs", 2.0F, "h.csv:1")));
}

TEST(ReadHistory, FaultsNameFileAndLine) {
  const auto message = [](std::string_view bytes) -> std::string {
    try {
      read(bytes);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message("a,1\n\"b,2\n"), HasSubstr("h.csv:2: a quote is opened"));
  EXPECT_THAT(message("\"b\",x\n"), HasSubstr("h.csv:1: ',x'"));
  EXPECT_THAT(message("\n\n,5\n"), HasSubstr("h.csv:3: a rating has no title"));
  EXPECT_THAT(message("item,rating\n"), HasSubstr("holds no history"));
  EXPECT_THAT(message(""), HasSubstr("holds no history"));
  EXPECT_THROW(read_history("/nowhere/h.csv"), Error);
  EXPECT_THROW(read_history("/tmp"), Error);
}

}  // namespace
}  // namespace kindred::recommendation
