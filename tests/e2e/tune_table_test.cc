// `kindred tune TABLE --label` as a user meets it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/rng.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::HasSubstr;

// Homes whose price depends on their size and their city.
class TuneTableCommand : public testing::Test {
 protected:
  TuneTableCommand() {
    const std::vector<std::string> cities = {"Bonn", "Lima", "Oslo", "Rome"};
    Rng rng(1);
    std::string text = "feet,city,price\n";
    for (int row = 0; row < 400; ++row) {
      const std::uint64_t feet = 500 + rng.below(2000);
      const std::uint64_t city = rng.below(cities.size());
      text += std::to_string(feet) + "," + cities[city] + "," +
              std::to_string(100 * feet + 50'000 * city) + "\n";
    }
    test::write_bytes(folder_ / "homes.csv", text);
  }

  test::Ended tune(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"tune", "homes.csv", "--label", "price",   "--trials",
                                          "6",    "--epochs",  "6",       "--seeds", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_kindred(arguments, folder_.path());
  }

  test::TemporaryFolder folder_;
};

TEST_F(TuneTableCommand, GivesAVerdictAReportAndAModelThatPredicts) {
  const auto ended = tune({"--study", "study", "-o", "best.kindred"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("The best of 6 trials: "));
  EXPECT_THAT(test::read_bytes(folder_ / "study" / "report.html"), HasSubstr("</html>"));
  const auto predicted =
      run_kindred({"predict", "best.kindred", "homes.csv", "-o", "prices.csv"}, folder_.path());
  EXPECT_EQ(predicted.code, 0) << predicted.err;

  const auto again = tune({"--study", "study"});
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("continuing a study of 6 trials"));
}

TEST_F(TuneTableCommand, ChoosesTheSameForAnyNumberOfThreads) {
  const auto best = [&](const char* threads) {
    const auto ended = tune({"--json", "--quiet", "--threads", threads});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return Json::parse(ended.out).at("verdict").at("best").at("value").as_double();
  };
  EXPECT_EQ(best("1"), best("2"));
}

TEST_F(TuneTableCommand, KeepsToALimitOnParameters) {
  const auto ended = tune({"--json", "--quiet", "--parameters-max", "2000"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_LE(Json::parse(ended.out).at("verdict").at("best").at("parameters").as_uint(), 2000U);
}

TEST_F(TuneTableCommand, TestsOnTheRowsItIsGiven) {
  test::write_bytes(folder_ / "test.csv", "price,city,feet\n100000,Bonn,1000\n150000,Lima,1000\n");
  const auto ended = tune({"--json", "--test-table", "test.csv"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("400 rows to train and validate on, 2 to test on"));
  test::write_bytes(folder_ / "empty.csv", "price,city,feet\n");
  EXPECT_NE(tune({"--test-table", "empty.csv"}).code, 0);
}

TEST_F(TuneTableCommand, PutsTheRulesOfThumbBesideTheBest) {
  std::string text = "word,label\n";
  for (int row = 0; row < 600; ++row) {
    const std::string word(1, static_cast<char>('a' + row % 20));
    text += word + (row % 20 < 10 ? ",no\n" : ",yes\n");
  }
  test::write_bytes(folder_ / "words.csv", text);
  const auto ended = run_kindred({"tune", "words.csv", "--label", "label", "--trials", "2",
                                  "--epochs", "3", "--seeds", "2", "--rules", "--json"},
                                 folder_.path());
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json report = Json::parse(ended.out);
  std::vector<std::string> roles;
  std::vector<std::uint64_t> sizes;
  for (const Json& finalist : report.at("finalists").as_array()) {
    roles.push_back(finalist.at("role").as_string());
    sizes.push_back(finalist.at("parameters").as_uint());
    EXPECT_GT(finalist.at("seconds").as_double(), 0.0);
  }
  const std::vector<std::string> rules(roles.end() - 4, roles.end());
  EXPECT_THAT(rules, ::testing::ElementsAre("fourth root", "6 x fourth root", "log2", "fastai"));
  // 2, 13, 4 and 9 dimensions for 20 words.
  const std::vector<std::uint64_t> by_rule(sizes.end() - 4, sizes.end());
  EXPECT_LT(by_rule[0], by_rule[2]);
  EXPECT_LT(by_rule[2], by_rule[3]);
  EXPECT_LT(by_rule[3], by_rule[1]);
}

TEST_F(TuneTableCommand, ComparesAfterPartsOfTheRows) {
  const auto ended = tune({"--json", "--quiet", "--steps", "parts"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json report = Json::parse(ended.out);
  std::size_t stopped = 0;
  for (const Json& trial : report.at("trials").as_array()) {
    const auto& steps = trial.at("steps").as_array();
    stopped += trial.at("state").as_string() == "stopped" ? 1 : 0;
    ASSERT_FALSE(steps.empty());
    EXPECT_NEAR(steps.front().at("share").as_double(), 1.0 / 9.0, 1e-12);
    if (trial.at("state").as_string() != "finished") continue;
    EXPECT_EQ(steps.size(), 3U);
    EXPECT_EQ(trial.at("best_step").as_int(), 9);
  }
  EXPECT_GT(stopped, 0U);
}

TEST_F(TuneTableCommand, ALabelThatIsNotThereIsNamed) {
  const auto ended = run_kindred({"tune", "homes.csv", "--label", "prize"}, folder_.path());
  EXPECT_NE(ended.code, 0);
  EXPECT_THAT(ended.err, HasSubstr("prize"));
}

}  // namespace
}  // namespace kindred
