#include "kindred/tuning/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kindred/tuning/space_text.h"
#include "kindred/tuning/svg_chart.h"

namespace kindred::tuning {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

Trial trial_of(std::int64_t id, std::int64_t dim, double l, double validation, double train) {
  Trial trial;
  trial.id = trial.proposal = id;
  trial.setting.set("dim", dim);
  trial.setting.set("l", l);
  trial.state = TrialState::finished;
  trial.parameter_count = static_cast<std::size_t>(100 * dim);
  trial.steps = {{1, 0.5, train - 0.1, validation - 0.1, 0.02}, {2, 0.5, train, validation, 0.01}};
  return trial;
}

Report sample() {
  Report report;
  report.title = "<movies> & \"more\".csv";
  report.metric = "ndcg@20";
  report.metric_definition = "how high";
  report.size = "dim";
  report.prior = dimension_prior(500'000);
  report.space.parameters = {parse_parameter("dim=15..35:log"), parse_parameter("l=0.01..0.1:log")};
  report.trials = {trial_of(0, 25, 0.01, 0.30, 0.33), trial_of(1, 35, 0.02, 0.31, 0.35),
                   trial_of(2, 70, 0.03, 0.325, 0.40), trial_of(3, 140, 0.02, 0.33, 0.50),
                   trial_of(4, 20, 0.05, 0.20, 0.21)};
  report.trials[4].state = TrialState::failed;
  report.trials[4].message = "<script>diverged</script>";
  report.changes = {{"dim", 15, 70, 1, 70, 2, "dim 35 lies on the edge of 15..35"}};
  report.verdict = judge(report.trials, report.space, report.size);
  const auto finalist = [](const char* role, double shift) {
    std::vector<double> people;
    for (int person = 0; person < 100; ++person)
      people.push_back(0.3 + shift + 0.001 * (person % 7));
    Finalist out{role, "dim=1", 100, {}, {}, 1.5};
    out.runs = {evaluation::summarise(evaluation::parse_metric("ndcg@20"), people)};
    out.test = out.runs.front();
    return out;
  };
  report.finalists = {finalist("best", 0.02), finalist("default", 0.0)};
  report.differences = {difference(report.finalists[0], report.finalists[1])};
  return report;
}

TEST(Report, FindsWhatIsToBeSaid) {
  const auto said = findings(sample());
  EXPECT_THAT(said[0], HasSubstr("dim=140 l=0.02, ndcg@20 0.3300 +- 0.0100"));
  EXPECT_THAT(said[1], AllOf(HasSubstr("dim=70 l=0.03"), HasSubstr("2.0 times fewer")));
  EXPECT_THAT(said[2], HasSubstr("says dim 25; the best has 5.6 times as many. Within 15..35 the "
                                 "best is 0.3100, 0.0200 less."));
  EXPECT_THAT(said, Contains(HasSubstr("Widened: dim 35 lies on the edge")));
  EXPECT_THAT(said, Contains(HasSubstr("train from validation goes from 0.0300 to 0.1700")));
  EXPECT_THAT(said.back(), HasSubstr("best beats default by 0.0200 [0.0200, 0.0200]: more than"));
}

TEST(Report, SaysSoWhenADifferenceMayBeChance) {
  Report report = sample();
  report.differences[0].interval = {-0.01, 0.05};
  EXPECT_THAT(findings(report).back(), HasSubstr("it may be chance"));
}

TEST(Report, OfNothingIsStillAReport) {
  Report report;
  report.title = "empty";
  report.metric = "ndcg@20";
  report.size = "dim";
  report.space.parameters = {parse_parameter("dim=15..35")};
  report.verdict = judge(report.trials, report.space, report.size);
  EXPECT_THAT(to_text(report), HasSubstr("no trial has finished yet"));
  EXPECT_THAT(to_html(report), HasSubstr("No trial has finished yet"));
  EXPECT_TRUE(to_json(report).at("verdict").at("best").is_null());
}

TEST(Report, IsOnePageThatNeedsNothingElse) {
  const std::string page = to_html(sample());
  for (const char* foreign : {"http:", "https:", "<script", "src=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(foreign))) << foreign;
  }
  EXPECT_THAT(page, HasSubstr("&lt;movies&gt; &amp; &quot;more&quot;.csv"));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;diverged"));
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(Report, OfOneTrialHasNoEmptyPlot) {
  Report report = sample();
  report.trials.resize(1);
  report.verdict = judge(report.trials, report.space, report.size);
  EXPECT_THAT(to_html(report), Not(HasSubstr("nan")));
  EXPECT_THAT(to_html(report), Not(HasSubstr("inf")));
}

TEST(Report, ComesAsJson) {
  const Json json = to_json(sample());
  EXPECT_EQ(json.at("verdict").at("best").at("id").as_int(), 3);
  EXPECT_EQ(json.at("prior").at("start").as_int(), 25);
  EXPECT_EQ(json.at("trials").as_array().size(), 5U);
  EXPECT_TRUE(json.at("differences").as_array()[0].at("clear").as_bool());
  EXPECT_EQ(Json::parse(json.dump()), json);
}

// An error is a positive number in JSON, as it is in text, and its interval is the right way round.
TEST(Report, AMetricThatFallsIsPositiveInJson) {
  Report report = sample();
  const Json rising = to_json(report);
  report.lower_is_better = true;
  const Json falling = to_json(report);
  EXPECT_EQ(falling.at("verdict").at("best").at("value").as_double(),
            -rising.at("verdict").at("best").at("value").as_double());
  const Json& up = rising.at("finalists").as_array()[0].at("test");
  const Json& down = falling.at("finalists").as_array()[0].at("test");
  EXPECT_EQ(down.at("value").as_double(), -up.at("value").as_double());
  if (!up.at("low").is_null()) {
    EXPECT_EQ(down.at("low").as_double(), -up.at("high").as_double());
  }
  EXPECT_EQ(falling.at("differences"), rising.at("differences"));
}

TEST(Chart, ChoosesRoundTicks) {
  Chart chart{.name = "c",
              .x = {.label = "x", .log = true},
              .y = {.label = "y"},
              .bands = {},
              .lines = {},
              .points = {{1, 0.1, "p", "a < b"}, {90, 0.4, "p", "b"}}};
  const std::string svg = to_svg(chart);
  for (const char* tick : {">1<", ">2<", ">5<", ">10<", ">50<", ">0.1<", ">0.2<", ">0.4<"}) {
    EXPECT_THAT(svg, HasSubstr(tick)) << tick;
  }
  EXPECT_THAT(svg, HasSubstr("a &lt; b"));
}

}  // namespace
}  // namespace kindred::tuning
