#include "kindred/training/training_loop.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/error.h"

namespace kindred::training {
namespace {

// Validation rises to epoch 3, then falls.
Trainee rising_then_falling(int& epochs_run) {
  Trainee trainee;
  trainee.run_epoch = [&epochs_run] { ++epochs_run; };
  trainee.validate = [&epochs_run] { return -std::abs(epochs_run - 3.0); };
  return trainee;
}

TEST(TrainingLoop, RunsAllEpochsAndRemembersTheBest) {
  int epochs_run = 0;
  int observed = 0;
  const LoopResult result = run_training(rising_then_falling(epochs_run), {.epochs = 6}, {},
                                         [&](const Epoch&) { ++observed; });
  EXPECT_EQ(epochs_run, 6);
  EXPECT_EQ(observed, 6);
  EXPECT_EQ(result.best_epoch, 3);
  EXPECT_EQ(result.ended, Ended::finished);
  EXPECT_EQ(result.history.back().epoch, 6);
}

TEST(TrainingLoop, StopsWhenThePatienceIsSpent) {
  int epochs_run = 0;
  int kept = 0;
  Trainee trainee = rising_then_falling(epochs_run);
  trainee.keep_best = [&] { ++kept; };
  const LoopResult result = run_training(trainee, {.epochs = 20, .patience = 2}, {}, {});
  EXPECT_EQ(epochs_run, 5);
  EXPECT_EQ(kept, 3);
  EXPECT_EQ(result.best_epoch, 3);
  EXPECT_EQ(result.ended, Ended::no_improvement);
}

TEST(TrainingLoop, ResumedTrainingGivesTheSameHistory) {
  int epochs_run = 0;
  const LoopResult whole = run_training(rising_then_falling(epochs_run), {.epochs = 5}, {}, {});
  int resumed_run = 0;
  const LoopResult first = run_training(rising_then_falling(resumed_run), {.epochs = 2}, {}, {});
  Trainee rest = rising_then_falling(resumed_run);
  rest.epochs_done = 2;
  const LoopResult second = run_training(rest, {.epochs = 5}, first.history, {});
  ASSERT_EQ(second.history.size(), whole.history.size());
  for (std::size_t i = 0; i < whole.history.size(); ++i) {
    EXPECT_EQ(second.history[i].epoch, whole.history[i].epoch);
    EXPECT_EQ(second.history[i].validation, whole.history[i].validation);
  }
  EXPECT_EQ(second.best_epoch, whole.best_epoch);
}

TEST(TrainingLoop, StopsBetweenEpochsWhenCancelled) {
  int epochs_run = 0;
  std::atomic<bool> cancelled = false;
  Trainee trainee;
  trainee.run_epoch = [&] { cancelled = ++epochs_run == 2; };
  const LoopResult result = run_training(trainee, {.epochs = 9, .cancelled = &cancelled}, {}, {});
  EXPECT_EQ(epochs_run, 2);
  EXPECT_EQ(result.ended, Ended::cancelled);
}

TEST(TrainingLoop, AnEpochThatMayBeLongIsCutShortAndThrownAway) {
  for (const bool is_short : {false, true}) {
    ThreadPool pool(2);
    std::atomic<bool> cancelled = false;
    std::vector<Epoch> before;
    if (is_short) before.push_back({.epoch = 1, .seconds = 0.001, .losses = {}, .validation = {}});
    std::atomic<int> tasks = 0;
    int checkpoints = 0;
    Trainee trainee;
    trainee.epochs_done = static_cast<int>(before.size());
    trainee.run_epoch = [&] {
      pool.parallel_for(100, [&](std::size_t, int) { cancelled = ++tasks >= 10; });
    };
    trainee.checkpoint = [&](const Epoch&) { ++checkpoints; };
    const LoopResult result =
        run_training(trainee, {.epochs = 9, .cancelled = &cancelled, .pool = &pool}, before, {});
    EXPECT_EQ(result.ended, Ended::cancelled);
    EXPECT_EQ(result.cut_short, !is_short);
    EXPECT_EQ(result.history.size(), is_short ? 2U : 0U);
    EXPECT_EQ(checkpoints, is_short ? 1 : 0);
    EXPECT_EQ(tasks == 100, is_short);
    EXPECT_NO_THROW(pool.parallel_for(1, [](std::size_t, int) {})) << "the scope has ended";
  }
}

TEST(TrainingLoop, DivergenceIsAnErrorThatNamesTheEpoch) {
  Trainee trainee;
  trainee.run_epoch = [] {};
  trainee.losses = [] { return std::vector<std::pair<std::string, double>>{{"total", NAN}}; };
  try {
    run_training(trainee, {.epochs = 2}, {}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("after epoch 1"), std::string::npos);
  }
}

}  // namespace
}  // namespace kindred::training
