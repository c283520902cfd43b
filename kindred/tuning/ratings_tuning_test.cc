#include "kindred/tuning/ratings_tuning.h"

#include <gtest/gtest.h>

#include <string>

#include "kindred/base/rng.h"
#include "kindred/tuning/ratings_finals.h"
#include "kindred/tuning/space_text.h"
#include "tests/support/temporary_folder.h"

namespace kindred::tuning {
namespace {

// Eight crowds, each of which likes half of its own eighth of the items.
data::Interactions crowds() {
  constexpr std::size_t kUsers = 400;
  constexpr std::size_t kItems = 160;
  constexpr std::size_t kCrowds = 8;
  data::Interactions out;
  Rng rng(3);
  for (std::size_t item = 0; item < kItems; ++item) out.items.insert("i" + std::to_string(item));
  out.by_user.cols = kItems;
  for (std::size_t user = 0; user < kUsers; ++user) {
    out.users.insert("u" + std::to_string(user));
    const std::size_t first = user % kCrowds * (kItems / kCrowds);
    for (std::size_t i = 0; i < kItems / kCrowds; ++i) {
      if (rng.uniform() >= 0.5) continue;
      out.by_user.columns.push_back(static_cast<std::uint32_t>(first + i));
      out.by_user.values.push_back(1.0F);
    }
    out.by_user.offsets.push_back(out.by_user.columns.size());
  }
  out.by_user.rows = kUsers;
  return out;
}

RatingsTuningOptions tuning_options(int epochs) {
  RatingsTuningOptions options;
  options.ials.epochs = epochs;
  options.ials.regularization_exponent = 1.0F;
  options.metric = evaluation::parse_metric("ndcg@20");
  options.validation_users = 60;
  options.test_users = 40;
  options.patience = 0;
  return options;
}

class RatingsTuningTest : public testing::Test {
 protected:
  // Runs the setting as the next trial, with warm starts where there are any.
  const Trial& run(RatingsTuning& tuning, std::int64_t dim, WarmStarts* starts,
                   bool is_stopped = false) {
    Trial trial;
    trial.id = trial.proposal = static_cast<std::int64_t>(trials_.size());
    trial.setting.set("dim", dim);
    trial.setting.set("regularization", 0.01);
    trial.setting.set("unobserved-weight", 0.1);
    const TrialHooks hooks = {.report =
                                  [&](const StepRecord& step) {
                                    trial.steps.push_back(step);
                                    return !is_stopped;
                                  },
                              .check_time = [] {}};
    const TrialEnd end =
        starts == nullptr ? tuning.run(trial, hooks) : tuning.run(trial, hooks, *starts, trials_);
    trial.state = is_stopped ? TrialState::stopped : TrialState::finished;
    trial.parent = end.parent;
    trial.steps_before = end.steps_before;
    trial.parameter_count = end.parameter_count;
    trials_.push_back(trial);
    return trials_.back();
  }

  data::Interactions ratings_ = crowds();
  ThreadPool pool_{1};
  std::vector<Trial> trials_;
};

TEST_F(RatingsTuningTest, ATrialBeginsWithTheBestThatIsNotLarger) {
  RatingsTuning tuning(ratings_, tuning_options(3), pool_);
  WarmStarts starts("");
  const Trial small = run(tuning, 8, &starts);
  EXPECT_EQ(small.parent, std::nullopt);
  EXPECT_EQ(small.parameter_count, 8U * (400 + 160));
  const Trial warm = run(tuning, 12, &starts);
  EXPECT_EQ(warm.parent, small.id);
  EXPECT_EQ(warm.steps_before, small.best_step()->step);
  EXPECT_EQ(run(tuning, 12, nullptr).parent, std::nullopt);
  EXPECT_EQ(run(tuning, 4, &starts).parent, std::nullopt);
  // A trial that was stopped leaves nothing to begin with.
  const Trial stopped = run(tuning, 13, &starts, true);
  EXPECT_EQ(starts.find(stopped.id), std::nullopt);
}

TEST_F(RatingsTuningTest, GoesOnWhereItsParentWasBest) {
  RatingsTuning six(ratings_, tuning_options(6), pool_);
  RatingsTuning three(ratings_, tuning_options(3), pool_);
  const Trial whole = run(six, 8, nullptr);
  trials_.clear();
  WarmStarts starts("");
  const Trial first = run(three, 8, &starts);
  const Trial second = run(three, 8, &starts);
  ASSERT_EQ(second.parent, first.id);
  const auto done = static_cast<std::size_t>(second.steps_before);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(second.steps[i].validation, whole.steps[done + i].validation) << i;
  }
}

TEST_F(RatingsTuningTest, AnotherProcessGoesOnWithTheSameTrials) {
  const test::TemporaryFolder folder;
  RatingsTuning tuning(ratings_, tuning_options(2), pool_);
  WarmStarts in_memory("");
  run(tuning, 6, &in_memory);
  const Trial whole = run(tuning, 9, &in_memory);

  trials_.clear();
  {
    WarmStarts first(folder.path());
    run(tuning, 6, &first);
  }
  WarmStarts second(folder.path());
  const Trial continued = run(tuning, 9, &second);
  ASSERT_EQ(continued.steps.size(), whole.steps.size());
  for (std::size_t i = 0; i < whole.steps.size(); ++i) {
    EXPECT_EQ(continued.steps[i].validation, whole.steps[i].validation) << i;
  }
}

TEST_F(RatingsTuningTest, LearnsFromGrowingPartsOfThePeople) {
  RatingsTuningOptions options = tuning_options(4);
  options.steps = TrialSteps::parts;
  RatingsTuning tuning(ratings_, options, pool_);
  WarmStarts starts("");
  const Trial trial = run(tuning, 8, &starts);
  ASSERT_EQ(trial.steps.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(trial.steps[i].step, kDataParts[i]);
    EXPECT_EQ(trial.steps[i].share, kDataParts[i] / 9.0);
    EXPECT_GE(trial.steps[i].epochs, 1);
  }
  EXPECT_LT(*trial.steps[0].validation, *trial.steps[2].validation);
  EXPECT_EQ(trial.best_step()->step, kWholeData);
  EXPECT_EQ(run(tuning, 9, &starts).steps_before, trial.epochs_until_best());
  // One that is stopped has seen the first part alone.
  EXPECT_EQ(run(tuning, 8, &starts, true).steps.size(), 1U);
}

TEST_F(RatingsTuningTest, TheWinnerIsTrainedForTheEpochsOfItsWarmStartsToo) {
  Trial trial;
  trial.setting.set("dim", std::int64_t{8});
  trial.steps = {{.step = 1, .validation = 0.1}, {.step = 2, .validation = 0.2}};
  factorization::IalsOptions base;
  base.epochs = 16;
  EXPECT_EQ(final_options(trial, base).epochs, 2);
  trial.steps_before = 5;
  EXPECT_EQ(final_options(trial, base).epochs, 7);
  trial.steps_before = 40;
  EXPECT_EQ(final_options(trial, base).epochs, 16);
}

TEST(RatingsSpace, AllowsWarmStartsWhereTheyMeanSomething) {
  EXPECT_TRUE(allows_warm_starts(ratings_space(1000, 128)));
  for (const char* searched : {"epochs=2..8", "init-stddev=0.01..1.0:log"}) {
    Space space = ratings_space(1000, 128);
    space.parameters.push_back(parse_parameter(searched));
    EXPECT_FALSE(allows_warm_starts(space)) << searched;
  }
  EXPECT_FALSE(allows_warm_starts({{parse_parameter("regularization=0.01..0.1")}}));
}

}  // namespace
}  // namespace kindred::tuning
