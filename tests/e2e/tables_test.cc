// Tables as strangers have them: missing at last, long numbers, labels that are not there.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "kindred/base/json.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;
using ::testing::Not;

// Rows x, n, w, y, where y follows x.
std::string table(int rows, const std::string& more = "") {
  std::string text = "x,n,w,y\n";
  for (int i = 0; i < rows; ++i) {
    text += fmt::format("{}.5,{},{},{}\n", i % 37, i * 7919 % 1009, i % 3 == 0 ? "red" : "blue",
                        2 * (i % 37));
  }
  return text + more;
}

class Tables : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    test::write_bytes(folder_ / name, text);
  }
  test::Ended run(const std::vector<std::string>& arguments) {
    return run_kindred(arguments, folder_.path());
  }
  test::TemporaryFolder folder_;
};

TEST_F(Tables, ARowToPredictMayMissWhatTrainingNeverMissed) {
  write("t.csv", table(200));
  ASSERT_EQ(run({"fit", "t.csv", "--label", "y", "--epochs", "2", "-o", "m"}).code, 0);
  write("new.csv", "w,n,x\nred,3,4.5\n,NA,\n?,,NULL\ngreen,5,1e30\n");
  const test::Ended found = run({"predict", "m", "new.csv"});
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(std::ranges::count(found.out, '\n'), 5) << found.out;
  EXPECT_THAT(found.out, Not(HasSubstr("nan")));
}

TEST_F(Tables, WithoutADefaultTheRowItselfSaysSo) {
  write("t.csv", table(200));
  write("c.toml", "label = \"y\"\n[[column]]\nkind = \"numeric\"\nkey = \"x\"\n");
  ASSERT_EQ(run({"fit", "t.csv", "--config", "c.toml", "--epochs", "2", "-o", "m"}).code, 0);
  write("new.csv", "x\n1.5\nNA\n2.5\n");
  const test::Ended found = run({"predict", "m", "new.csv"});
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_THAT(found.out, HasSubstr("\nNA\n"));
  EXPECT_EQ(std::ranges::count(found.out, '\n'), 4) << found.out;
  EXPECT_THAT(found.err, HasSubstr("1 row has no 'x'"));
  write("t2.csv", table(20, ",1,red,2\n"));
  const test::Ended refused = run({"fit", "t2.csv", "--config", "c.toml", "-o", "m2"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("t2.csv:22: column 'x': the value is missing"));
}

TEST_F(Tables, RowsWithoutALabelAreLeftOutAndCountedAtTheEnd) {
  write("t.csv", table(100, "1.5,1,red,\n2.5,2,blue,NA\n"));
  const test::Ended found = run({"fit", "t.csv", "--label", "y", "--epochs", "2", "-o", "m"});
  ASSERT_EQ(found.code, 0) << found.err;
  const std::string last =
      found.err.substr(found.err.size() - std::min<std::size_t>(400, found.err.size()));
  EXPECT_THAT(last, HasSubstr("2 rows have no 'y' and are left out"));
}

TEST_F(Tables, EvaluatingWithoutTheAnswersSaysWhatIsMissing) {
  write("t.csv", table(100));
  ASSERT_EQ(run({"fit", "t.csv", "--label", "y", "--epochs", "2", "-o", "m"}).code, 0);
  write("new.csv", "x,n,w\n1.5,2,red\n");
  const test::Ended found = run({"evaluate", "m", "--test", "new.csv"});
  EXPECT_EQ(found.code, 1);
  EXPECT_THAT(found.err, HasSubstr("new.csv: there is no column 'y' with the true answers"));
}

TEST_F(Tables, ColumnsShowEveryDigit) {
  write("t.csv",
        "id,t,y\n76561198000000001,1700000000.5,1\n76561198000000003,1700000001.5,2\n"
        "76561198000000005,,3\n");
  const Json json = Json::parse(run({"columns", "t.csv", "--label", "y", "--json"}).out);
  const auto& facts = json.at("facts").as_array();
  EXPECT_EQ(facts[0].at("maximum").as_int(), 76561198000000005);
  EXPECT_EQ(facts[0].at("distinct").as_int(), 3);
  EXPECT_EQ(facts[1].at("median").as_double(), 1700000001.0);
  EXPECT_THAT(run({"columns", "t.csv", "--label", "y"}).out, HasSubstr("default = [1700000001.0]"));
}

TEST_F(Tables, WhatAWordMeansIsSaidAndCanBeSaidOtherwise) {
  write("t.csv", "land,paved,y\nDE,Grvl,1\nNA,NA,2\nFR,Pave,3\nUS,Grvl,4\n");
  const auto missing = [&](const std::vector<std::string>& more, std::size_t column) {
    std::vector<std::string> arguments = {"columns", "t.csv", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Json::parse(run(arguments).out).at("facts").as_array()[column].at("missing").as_int();
  };
  EXPECT_EQ(missing({}, 0), 0);
  EXPECT_EQ(missing({}, 1), 1);
  EXPECT_EQ(missing({"--missing", "NA"}, 0), 1);
  EXPECT_EQ(missing({"--missing", ""}, 1), 0);
  EXPECT_THAT(run({"columns", "t.csv"}).err, HasSubstr("column 'land': 'NA' (1 cell) = a word"));
}

}  // namespace
}  // namespace kindred
