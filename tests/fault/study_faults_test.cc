// kill -9 at random moments, two workers on one study: no trial is lost, none runs twice.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "kindred/base/rng.h"
#include "kindred/tuning/space_text.h"
#include "kindred/tuning/study_runner.h"
#include "tests/support/temporary_folder.h"

namespace kindred::tuning {
namespace {

constexpr std::size_t kTrials = 60;
constexpr int kSteps = 4;
constexpr int kKills = 20;

StudyOptions study_options() {
  StudyOptions options;
  options.space.parameters = {parse_parameter("x=0.0..1.0"), parse_parameter("y=1e-3..1.0:log")};
  options.stopping.rule = Stopping::none;
  options.attempts_max = 100;  // The settings are not what kills.
  options.subject.set("data", "kill");
  return options;
}

void sleep_ms(double milliseconds) {
  std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(milliseconds));
}

TrialEnd objective(const Trial& trial, const TrialHooks& hooks) {
  for (int step = 1; step <= kSteps; ++step) {
    sleep_ms(4);
    hooks.report({.step = step, .seconds = 0.004, .validation = trial.setting.number("x") + step});
  }
  return {.parameter_count = 1};
}

pid_t start_worker(const std::filesystem::path& path) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  // No destructor or handler of the test program runs here.
  try {
    Study study(path, study_options());
    run_study(study, objective, {.trial_limit = kTrials, .poll_seconds = 0.01});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "worker: %s\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

TEST(StudyFaults, KilledWorkersLoseNothingAndRepeatNothing) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "study.sqlite";
  { Study made(path, study_options()); }
  std::array<pid_t, 2> workers = {start_worker(path), start_worker(path)};
  Rng rng(20);
  int killed_at_work = 0;
  for (int kill = 0; kill < kKills; ++kill) {
    sleep_ms(2 + 60 * rng.uniform());
    pid_t& worker = workers[rng.below(2)];
    ::kill(worker, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(worker, &status, 0), worker);
    killed_at_work += WIFSIGNALED(status) ? 1 : 0;
    worker = start_worker(path);
  }
  for (const pid_t worker : workers) {
    int status = 0;
    ASSERT_EQ(::waitpid(worker, &status, 0), worker);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT_GE(killed_at_work, kKills / 2);

  std::map<std::int64_t, std::vector<Trial>> by_proposal;
  for (const Trial& trial : Study(path, study_options()).trials()) {
    by_proposal[trial.proposal].push_back(trial);
  }
  ASSERT_EQ(by_proposal.size(), kTrials);
  std::set<std::string> settings;
  for (const auto& [proposal, trials] : by_proposal) {
    settings.insert(to_text(trials.front().setting));
    for (std::size_t i = 0; i < trials.size(); ++i) {
      EXPECT_EQ(trials[i].setting, trials.front().setting) << proposal;
      // What was cut short is marked, and its repetition is the only one that ended.
      const bool last = i + 1 == trials.size();
      EXPECT_EQ(trials[i].state, last ? TrialState::finished : TrialState::lost) << proposal;
      EXPECT_TRUE(!last || trials[i].steps.size() == kSteps) << proposal;
    }
  }
  EXPECT_EQ(settings.size(), kTrials);
}

}  // namespace
}  // namespace kindred::tuning
