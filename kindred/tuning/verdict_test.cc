#include "kindred/tuning/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/rng.h"
#include "kindred/tuning/space_text.h"

namespace kindred::tuning {
namespace {

using testing::ElementsAre;

Trial finished(std::int64_t id, std::int64_t dim, double value, double seconds,
               double standard_error = 0.01) {
  Trial trial;
  trial.id = trial.proposal = id;
  trial.setting.set("dim", dim);
  trial.state = TrialState::finished;
  trial.parameter_count = static_cast<std::size_t>(10 * dim);
  trial.steps = {{.step = 1,
                  .seconds = seconds,
                  .train = value + 0.1,
                  .validation = value,
                  .standard_error = standard_error}};
  return trial;
}

Space verdict_space(const std::vector<std::string>& parameters) {
  Space space;
  for (const std::string& text : parameters) space.parameters.push_back(parse_parameter(text));
  return space;
}

TEST(Verdict, NamesTheBestAndTheSmallestThatIsAsGood) {
  const std::vector<Trial> trials = {finished(0, 8, 0.300, 1.0),  finished(1, 16, 0.325, 2.0),
                                     finished(2, 32, 0.331, 9.0), finished(3, 64, 0.333, 5.0),
                                     finished(4, 16, 0.310, 1.5), finished(5, 128, 0.330, 9.0)};
  const Verdict verdict = judge(trials, verdict_space({"dim=8..128"}), "dim");
  EXPECT_EQ(verdict.best->id, 3);
  EXPECT_NEAR(verdict.value_min, 0.323, 1e-12);
  EXPECT_EQ(verdict.smallest->id, 1);
  EXPECT_THAT(verdict.front_of_parameters, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(verdict.front_of_seconds, ElementsAre(0, 4, 1, 3));
  ASSERT_EQ(verdict.by_size.size(), 5U);
  EXPECT_EQ(verdict.by_size[1].id, 1);
  EXPECT_EQ(verdict.finished, 6U);
  EXPECT_DOUBLE_EQ(verdict.seconds, 27.5);
}

TEST(Verdict, CountsWhatDidNotFinish) {
  std::vector<Trial> trials = {finished(0, 8, 0.3, 1.0)};
  for (const TrialState state : {TrialState::stopped, TrialState::failed, TrialState::lost}) {
    Trial trial = finished(static_cast<std::int64_t>(trials.size()), 8, 0.9, 1.0);
    trial.state = state;
    trials.push_back(trial);
  }
  Trial again = trials.back();  // The lost one is being tried again.
  again.id = 4;
  again.state = TrialState::running;
  trials.push_back(again);
  const Verdict verdict = judge(trials, verdict_space({"dim=8..128"}), "dim");
  EXPECT_EQ(verdict.best->id, 0);
  EXPECT_EQ(verdict.stopped, 1U);
  EXPECT_EQ(verdict.failed, 1U);
  EXPECT_EQ(verdict.lost, 0U);
  EXPECT_EQ(verdict.running, 1U);
  const Verdict nothing = judge({}, verdict_space({"dim=8..128"}), "dim");
  EXPECT_FALSE(nothing.best.has_value());
}

TEST(Verdict, ImportanceIsWhereTheGoodOnesDiffer) {
  const Space space = verdict_space({"x=0.0..1.0", "y=0.0..1.0", "a=p|q|r"});
  std::vector<Trial> trials;
  for (std::int64_t id = 0; id < 200; ++id) {
    Rng rng(5, 1, static_cast<std::uint64_t>(id));
    Trial trial = finished(id, 1, 0.0, 1.0);
    trial.setting = setting_at(space, {rng.uniform(), rng.uniform(), rng.uniform()});
    const double x = trial.setting.number("x") - 0.3;
    const double y = trial.setting.number("y") - 0.3;
    trial.steps[0].validation = 1 - x * x - 0.1 * y * y;
    trials.push_back(trial);
  }
  const auto shares = importance(trials, space);
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_EQ(shares[0].first, "x");
  EXPECT_GT(shares[0].second, 0.6);
  EXPECT_NEAR(shares[0].second + shares[1].second + shares[2].second, 1.0, 1e-12);
  EXPECT_TRUE(importance({trials[0]}, space).empty());
}

}  // namespace
}  // namespace kindred::tuning
