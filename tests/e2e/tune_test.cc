// `kindred tune` as a user meets it: the verdict, a study that goes on, the model of the best.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/movie_world.h"
#include "kindred/model/io.h"
#include "tests/support/program.h"

namespace kindred {
namespace {

using test::run_kindred;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TuneCommand : public testing::Test {
 protected:
  TuneCommand() {
    EXPECT_EQ(run_kindred({"demo", "--write", "world", "--quiet"}, folder_.path()).code, 0);
  }

  std::vector<std::string> command(std::vector<std::string> more, const char* trials = "12") {
    std::vector<std::string> arguments = {
        "tune", "world/ratings.csv", "--trials", trials, "--epochs", "6", "--seeds", "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  test::Ended tune(std::vector<std::string> more) {
    return run_kindred(command(std::move(more)), folder_.path());
  }

  test::TemporaryFolder folder_;
};

TEST_F(TuneCommand, GivesAVerdictAReportAndTheModel) {
  const auto ended = tune({"--study", "study", "-o", "best.kindred"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("The best of 12 trials: dim="));
  EXPECT_THAT(ended.out, HasSubstr("The rule of thumb (fourth root"));
  EXPECT_THAT(ended.out, HasSubstr("On the test people best"));
  EXPECT_THAT(ended.out, HasSubstr("kindred train world/ratings.csv -o model.kindred --dim "));
  EXPECT_THAT(ended.err, HasSubstr("the best so far"));
  const std::string page = test::read_bytes(folder_ / "study" / "report.html");
  EXPECT_THAT(page, AllOf(HasSubstr("<svg"), HasSubstr("</html>")));
  EXPECT_EQ(run_kindred({"recommend", "best.kindred", "--user", "1"}, folder_.path()).code, 0);

  // The same again proposes nothing new and ends with the same verdict.
  const auto again = tune({"--study", "study"});
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("continuing a study of 12 trials"));
  // The finalists are trained again, so their times differ.
  const auto findings = [](const std::string& out) { return out.substr(out.find("The best of")); };
  EXPECT_EQ(findings(again.out), findings(ended.out));

  const auto other = tune({"--study", "study", "--metric", "recall@5"});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("the study has another subject"));
}

// The trials of a report: settings, what came of them, what they began with.
std::string trials_of(const test::Ended& ended) {
  EXPECT_EQ(ended.code, 0) << ended.err;
  std::string text;
  const Json json = Json::parse(ended.out);
  for (const Json& trial : json.at("trials").as_array()) {
    for (const char* key : {"setting", "value", "parent"}) text += trial.at(key).dump() + " ";
    text += "\n";
  }
  return text;
}

TEST_F(TuneCommand, IsTheSameForAnyNumberOfThreads) {
  const auto trials = [&](const char* threads) {
    return trials_of(tune({"--json", "--quiet", "--threads", threads, "--test", "0"}));
  };
  EXPECT_EQ(trials("1"), trials("3"));
}

TEST_F(TuneCommand, GoesOnAsIfItHadNotEnded) {
  const std::vector<std::string> more = {"--json", "--quiet", "--test", "0", "--study", "study"};
  EXPECT_EQ(run_kindred(command(more, "7"), folder_.path()).code, 0);
  const std::string continued = trials_of(tune(more));
  EXPECT_EQ(continued, trials_of(tune({"--json", "--quiet", "--test", "0"})));
  EXPECT_THAT(continued, HasSubstr("0 \n"));  // Somebody began with the first trial's vectors.
  // Without warm starts it is another study.
  const auto cold = tune({"--quiet", "--test", "0", "--study", "study", "--no-warm-starts"});
  EXPECT_EQ(cold.code, 1);
  EXPECT_THAT(cold.err, HasSubstr("the study has another subject"));
}

TEST_F(TuneCommand, PutsTheRulesOfThumbBesideTheBest) {
  const auto ended = run_kindred(command({"--rules", "--json", "--quiet"}, "3"), folder_.path());
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json report = Json::parse(ended.out);
  const auto& finalists = report.at("finalists").as_array();
  ASSERT_GE(finalists.size(), 6U);
  // 155 movies or so: 3.5, 21, 7 and 27.
  const auto parameters = [&](std::size_t from_end) {
    return finalists[finalists.size() - from_end].at("parameters").as_uint();
  };
  EXPECT_EQ(finalists[finalists.size() - 4].at("role").as_string(), "fourth root");
  EXPECT_EQ(finalists.back().at("role").as_string(), "fastai");
  EXPECT_LT(parameters(4), parameters(2));
  EXPECT_LT(parameters(2), parameters(3));
  EXPECT_LT(parameters(3), parameters(1));
}

TEST_F(TuneCommand, TriesAGridOfGivenValues) {
  const auto ended = tune({"--search", "grid", "--stopping", "none", "--set", "dim=4|8", "--set",
                           "regularization=0.003|0.01", "--set", "unobserved-weight=0.1", "--json",
                           "--test", "0"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json.at("verdict").at("trials").at("finished").as_int(), 4);
  EXPECT_TRUE(json.at("finalists").as_array().empty());
  EXPECT_THAT(ended.err, Not(HasSubstr("/12")));
}

TEST_F(TuneCommand, ReadsASpaceAndNamesWhatIsWrongWithIt) {
  test::write_bytes(folder_ / "space.toml",
                    "[dim]\nlow = 2\nhigh = 8\n\n[unobserved-weight]\nlow = 0.05\nhigh = 0.5\n"
                    "scale = \"log\"\n");
  EXPECT_EQ(tune({"--space", "space.toml"}).code, 0);
  test::write_bytes(folder_ / "space.toml", "[dropout]\nlow = 0.0\nhigh = 0.5\n");
  const auto unknown = tune({"--space", "space.toml"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("'dropout' is no parameter of iALS"));
  const auto range = tune({"--set", "dim=9..3"});
  EXPECT_EQ(range.code, 1);
  EXPECT_THAT(range.err, HasSubstr("its range 9..3 is empty"));
}

TEST_F(TuneCommand, InterruptedItSaysWhatItHasAndGoesOn) {
  test::RunningKindred running(command({"--study", "study"}, "4000"), folder_.path());
  EXPECT_TRUE(test::appears(folder_ / "study" / "study.sqlite"));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  running.send(SIGINT);
  const auto ended = running.wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("finished"));
  EXPECT_THAT(ended.err, HasSubstr("the same command continues"));
  const auto after = tune({"--study", "study"});  // Of 12 trials, fewer than there are.
  EXPECT_EQ(after.code, 0) << after.err;
}

}  // namespace
}  // namespace kindred
