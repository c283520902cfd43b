#include "kindred/tuning/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <new>
#include <set>

#include "kindred/base/error.h"
#include "kindred/base/machine.h"
#include "kindred/tuning/space_text.h"
#include "kindred/tuning/study_runner.h"
#include "kindred/tuning/worker.h"
#include "tests/support/temporary_folder.h"

namespace kindred::tuning {
namespace {

using testing::HasSubstr;

StudyOptions options_of(const std::vector<std::string>& parameters) {
  StudyOptions options;
  for (const std::string& text : parameters) {
    options.space.parameters.push_back(parse_parameter(text));
  }
  options.stopping.rule = Stopping::none;
  options.subject.set("data", "test");
  return options;
}

// Best at x = .7; one step is enough.
TrialEnd quadratic(const Trial& trial, const TrialHooks& hooks) {
  const double x = trial.setting.number("x");
  hooks.report({.step = 1,
                .seconds = 0.5,
                .train = 1.0,
                .validation = 1 - std::pow(x - .7, 2),
                .standard_error = 0.01});
  return {.parameter_count = 10};
}

std::vector<Setting> settings(const Study& study) {
  std::vector<Setting> out;
  for (const Trial& trial : study.trials()) out.push_back(trial.setting);
  return out;
}

TEST(Study, AsksIsToldAndRemembers) {
  const test::TemporaryFolder folder;
  const StudyOptions options = options_of({"x=0.0..1.0"});
  {
    Study study(folder.path() / "s.sqlite", options);
    auto trial = study.ask(10).value();
    EXPECT_EQ(trial.setting.number("x"), 0.5);  // The start.
    EXPECT_TRUE(study.report(
        trial,
        {.step = 1, .seconds = 2.0, .train = 0.9, .validation = 0.8, .standard_error = 0.1}));
    EXPECT_TRUE(study.report(trial, {.step = 3, .seconds = 1.0, .validation = 0.7}));
    EXPECT_THROW(study.report(trial, {.step = 3}), Error);
    EXPECT_TRUE(study.tell(trial, {.parameter_count = 7, .memory_bytes = 1000}));
  }
  Study again(folder.path() / "s.sqlite", options);
  const auto trials = again.trials();
  ASSERT_EQ(trials.size(), 1U);
  const Trial& trial = trials[0];
  EXPECT_EQ(trial.state, TrialState::finished);
  EXPECT_EQ(trial.value(), 0.8);
  EXPECT_EQ(trial.best_step()->step, 1);
  EXPECT_EQ(trial.best_step()->train, 0.9);
  EXPECT_EQ(trial.steps[1].train, std::nullopt);
  EXPECT_EQ(trial.seconds(), 3.0);
  EXPECT_EQ(trial.parameter_count, 7U);
  EXPECT_EQ(trial.memory_bytes, 1000U);
  EXPECT_EQ(trial.seed, 1U);
}

TEST(Study, BelongsToOneSpaceAndSubject) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "s.sqlite";
  Study(path, options_of({"x=0.0..1.0"}));
  const auto message = [&](const StudyOptions& options) -> std::string {
    try {
      Study study(path, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(message(options_of({"x=0.0..1.0"})), "none");
  EXPECT_THAT(message(options_of({"x=0.2..1.0"})),
              AllOf(HasSubstr("another space"), HasSubstr("'x' is 0")));
  EXPECT_THAT(message(options_of({"y=0.0..1.0"})), HasSubstr("it tunes 'x', this one does not"));
  EXPECT_THAT(message(options_of({"x=0.0..1.0", "y=0.0..1.0"})),
              HasSubstr("does not tune 'y', this one does"));
  StudyOptions other = options_of({"x=0.0..1.0"});
  other.subject.set("data", "other");
  EXPECT_THAT(message(other), HasSubstr("another subject"));
}

TEST(Study, MayGrowAndKeepsItsTrials) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "s.sqlite";
  const auto finish_one = [&](const StudyOptions& options, std::size_t limit) {
    Study study(path, options);
    auto trial = study.ask(limit);
    if (!trial) return false;
    study.report(*trial, {.step = 1, .validation = 0.5});
    return study.tell(*trial, {});
  };
  EXPECT_TRUE(finish_one(options_of({"x=0.0..1.0", "d=4|8"}), 1));
  EXPECT_TRUE(finish_one(options_of({"x=0.0..2.0", "d=4|8"}), 2));
  EXPECT_TRUE(finish_one(options_of({"x=0.0..2.0", "d=16|4|8"}), 3));
  EXPECT_FALSE(finish_one(options_of({"x=0.0..2.0", "d=16|4|8"}), 3));
  Study study(path, options_of({"x=0.0..2.0", "d=16|4|8"}));
  EXPECT_EQ(study.trials().size(), 3U);
  EXPECT_THROW(Study(path, options_of({"x=0.0..2.0", "d=4|8"})), Error);
}

TEST(Study, RefusesForeignAndDamagedFiles) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "s.sqlite";
  std::ofstream(path) << "not a database, but long enough to look at as one, is it not? "
                      << std::string(4096, 'x');
  try {
    Study study(path, options_of({"x=0.0..1.0"}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_THAT(error.what(), HasSubstr("s.sqlite"));
  }
  EXPECT_THROW(Study(folder.path() / "none" / "s.sqlite", options_of({"x=0.0..1.0"})), Error);
}

TEST(Study, RefusesOptionsOutOfRange) {
  const StudyOptions good = options_of({"x=0.0..1.0"});
  StudyOptions bad = good;
  bad.trial_seconds_max = 0.0;
  EXPECT_THROW(Study("", bad), Error);
  bad = good;
  bad.attempts_max = 0;
  EXPECT_THROW(Study("", bad), Error);
  bad = good;
  bad.searcher = "oracle";
  EXPECT_THROW(Study("", bad), Error);
  EXPECT_THROW(Study("", options_of({})), Error);
}

TEST(Study, ProposesTheSameWithAndWithoutInterruption) {
  const test::TemporaryFolder folder;
  const StudyOptions options = options_of({"x=0.0..1.0", "y=1e-4..1.0:log"});
  Study whole("", options);
  EXPECT_EQ(run_study(whole, quadratic, {.trial_limit = 25}), RunEnd::done);
  for (std::size_t trials = 1; trials <= 25; ++trials) {
    Study part(folder.path() / "s.sqlite", options);
    run_study(part, quadratic, {.trial_limit = trials});
  }
  EXPECT_EQ(settings(Study(folder.path() / "s.sqlite", options)), settings(whole));
}

TEST(Study, TwoWorkersShareOneSequence) {
  const test::TemporaryFolder folder;
  const StudyOptions options = options_of({"x=0.0..1.0"});
  Study first(folder.path() / "s.sqlite", options);
  Study second(folder.path() / "s.sqlite", options);
  auto a = first.ask(3).value();
  auto b = second.ask(3).value();
  EXPECT_EQ(a.proposal, 0);
  EXPECT_EQ(b.proposal, 1);
  EXPECT_TRUE(first.ask(3).has_value());
  EXPECT_FALSE(second.ask(3).has_value());
}

TEST(Study, TriesASilentTrialAgainButNotForEver) {
  StudyOptions options = options_of({"x=0.0..1.0"});
  double now = 1000.0;
  options.clock = [&] { return now; };
  options.trial_seconds_max = 60.0;
  options.attempts_max = 2;
  Study study("", options);
  auto trial = study.ask(2).value();
  now += 50.0;
  EXPECT_TRUE(study.report(trial, {.step = 1, .validation = 0.5}));
  now += 59.0;
  auto second = study.ask(2).value();  // The heartbeat is 59 s old: not silent.
  EXPECT_EQ(second.proposal, 1);
  study.tell(second, {});
  now += 2.0;
  auto again = study.ask(2).value();
  EXPECT_EQ(again.proposal, 0);
  EXPECT_EQ(again.id, 2);
  EXPECT_EQ(again.setting, trial.setting);
  // Whoever comes back too late is told so, and changes nothing.
  EXPECT_FALSE(study.report(trial, {.step = 2, .validation = 0.9}));
  EXPECT_FALSE(study.is_ours(trial));
  EXPECT_FALSE(study.tell(trial, {}));
  now += 61.0;
  EXPECT_FALSE(study.ask(2).has_value());
  const auto trials = study.trials();
  EXPECT_EQ(trials[0].state, TrialState::lost);
  EXPECT_EQ(trials[2].state, TrialState::lost);
  EXPECT_THAT(trials[2].message, HasSubstr("no sign of life for 61 s"));
}

TEST(Study, MarksWhatGoesWrongAndGoesOn) {
  Study study("", options_of({"kind=throws|memory|nan|silent|good"}));
  const Objective objective = [](const Trial& trial, const TrialHooks& hooks) -> TrialEnd {
    const std::string& kind = trial.setting.word("kind");
    if (kind == "throws") throw Error(ErrorCode::invalid_argument, "the loss is infinite");
    if (kind == "memory") throw std::bad_alloc();
    if (kind == "nan") hooks.report({.step = 1, .validation = std::nan("")});
    if (kind == "good") hooks.report({.step = 1, .validation = 1.0});
    return {};
  };
  EXPECT_EQ(run_study(study, objective, {.trial_limit = 10}), RunEnd::exhausted);
  std::map<std::string, std::string> messages;
  for (const Trial& trial : study.trials()) {
    const std::string& kind = trial.setting.word("kind");
    EXPECT_EQ(trial.state, kind == "good" ? TrialState::finished : TrialState::failed) << kind;
    messages[kind] = trial.message;
  }
  EXPECT_EQ(messages["throws"], "the loss is infinite");
  EXPECT_EQ(messages["memory"], "out of memory");
  EXPECT_THAT(messages["nan"], HasSubstr("diverged: validation is nan after step 1"));
  EXPECT_EQ(messages["silent"], "no step was validated");
  EXPECT_EQ(best_trial(study.trials())->setting.word("kind"), "good");
}

TEST(Study, EndsATrialThatRunsPastItsTime) {
  StudyOptions options = options_of({"x=0.0..1.0"});
  options.trial_seconds_max = 1e-9;
  Study study("", options);
  run_study(study, quadratic, {.trial_limit = 1});
  EXPECT_EQ(study.trials()[0].state, TrialState::failed);
  EXPECT_THAT(study.trials()[0].message, HasSubstr("ran past its time"));
}

TEST(Study, AnInterruptedTrialIsTriedAgain) {
  StudyOptions options = options_of({"x=0.0..1.0"});
  options.attempts_max = 1;
  Study study("", options);
  std::atomic<bool> cancelled = false;
  const Objective objective = [&](const Trial&, const TrialHooks& hooks) -> TrialEnd {
    for (int step = 1; hooks.report({.step = step, .validation = 0.5}) && step < 5; ++step) {
      cancelled = step == 2;
    }
    return {};
  };
  EXPECT_EQ(run_study(study, objective, {.trial_limit = 3, .cancelled = &cancelled}),
            RunEnd::cancelled);
  ASSERT_EQ(study.trials().size(), 1U);
  EXPECT_EQ(study.trials()[0].state, TrialState::lost);
  EXPECT_EQ(study.trials()[0].steps.size(), 3U);
  cancelled = false;
  EXPECT_EQ(run_study(study, quadratic, {.trial_limit = 1, .cancelled = &cancelled}), RunEnd::done);
  ASSERT_EQ(study.trials().size(), 2U);
  EXPECT_EQ(study.trials()[1].proposal, 0);
  EXPECT_EQ(study.trials()[1].state, TrialState::finished);
}

TEST(Study, StopsTrialsThatAreNotWorthIt) {
  StudyOptions options = options_of({"x=0.0..1.0"});
  options.stopping = {.rule = Stopping::halving, .steps_min = 1, .steps_max = 9, .reduction = 3};
  Study study("", options);
  const Objective objective = [](const Trial& trial, const TrialHooks& hooks) -> TrialEnd {
    const double height = 1 - std::pow(trial.setting.number("x") - .7, 2);
    for (int step = 1; step <= 9; ++step) {
      if (!hooks.report({.step = step, .validation = height * (1 - std::exp(-step))})) break;
    }
    return {};
  };
  run_study(study, objective, {.trial_limit = 30});
  std::size_t steps = 0;
  std::size_t stopped = 0;
  for (const Trial& trial : study.trials()) {
    steps += trial.steps.size();
    stopped += trial.state == TrialState::stopped ? 1 : 0;
    EXPECT_EQ(trial.state == TrialState::finished, trial.steps.size() == 9);
  }
  EXPECT_GT(stopped, 10U);
  EXPECT_LT(steps, 30U * 9U * 2U / 3U);
  EXPECT_NEAR(best_trial(study.trials())->setting.number("x"), 0.7, 0.1);
}

TEST(Study, WidensARangeWhenTheBestLiesOnItsEdge) {
  StudyOptions options = options_of({"d=15..35:log", "l=0.01..0.1:log"});
  auto& d = std::get<IntegerRange>(options.space.parameters[0].range);
  d.widening = Widening{.low_min = 1, .high_max = 512, .factor = 2};
  Study study("", options);
  const auto peak_at = [](double best) {
    return [best](const Trial& trial, const TrialHooks& hooks) -> TrialEnd {
      const double off = std::log2(static_cast<double>(trial.setting.integer("d")) / best);
      hooks.report({.step = 1, .validation = 1 - 0.02 * off * off, .standard_error = 0.001});
      return {};
    };
  };
  run_study(study, peak_at(150), {.trial_limit = 40});
  const auto changes = study.range_changes();
  ASSERT_GE(changes.size(), 3U);
  EXPECT_EQ(changes[0].high, 70);
  EXPECT_EQ(changes[1].high, 140);
  EXPECT_THAT(changes[0].reason, HasSubstr("lies on the edge of 15..35 (log): now 15..70"));
  EXPECT_NEAR(static_cast<double>(best_trial(study.trials())->setting.integer("d")), 150, 30);
  EXPECT_LE(changes.size(), 5U);

  Study small("", options);
  run_study(small, peak_at(4), {.trial_limit = 40});
  EXPECT_NEAR(static_cast<double>(best_trial(small.trials())->setting.integer("d")), 4, 1);

  Study inside("", options);
  run_study(inside, peak_at(24), {.trial_limit = 40});
  EXPECT_TRUE(inside.range_changes().empty());
}

TEST(Worker, KnowsItselfAndTheDead) {
  EXPECT_FALSE(is_gone(this_worker()));
  EXPECT_FALSE(is_gone("elsewhere/pid:[1]/1/1"));
  std::string dead = this_worker();
  dead.back() = dead.back() == '1' ? '2' : '1';  // Same process id, another beginning.
  EXPECT_TRUE(is_gone(dead));
}

TEST(Machine, TellsThePeakOfItsMemory) {
  reset_peak_memory();
  const std::size_t before = peak_memory_bytes();
  std::vector<char> block(64 << 20, 'x');
  EXPECT_EQ(block[block.size() / 2], 'x');
  if (before == 0) GTEST_SKIP() << "the system does not say";
  EXPECT_GE(peak_memory_bytes(), before + block.size() / 2);
}

}  // namespace
}  // namespace kindred::tuning
