#include "cli/tune_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/progress.h"

namespace kindred::cli {
namespace {

std::size_t count_of(const std::vector<tuning::Trial>& trials, bool running) {
  const auto latest = tuning::latest_of_proposals(trials);
  return static_cast<std::size_t>(std::ranges::count_if(latest, [&](const tuning::Trial* trial) {
    return (trial->state == tuning::TrialState::running) == running;
  }));
}

std::string shown(const ShownMetric& metric, double value) {
  return fmt::format("{:.4f}", metric.lower_is_better ? -value : value);
}

std::string outcome(const ShownMetric& metric, const tuning::Trial& trial) {
  const auto value = trial.value();
  const std::string number = value ? shown(metric, *value) : "";
  switch (trial.state) {
    case tuning::TrialState::finished:
      return number;
    case tuning::TrialState::stopped:
      return fmt::format("{} stopped after epoch {}", number, trial.steps.back().step);
    default:
      return fmt::format("{}: {}", to_text(trial.state), trial.message);
  }
}

}  // namespace

TuneProgress::TuneProgress(const CommonOptions& common, const tuning::Study& study,
                           std::size_t trial_limit, ShownMetric metric)
    : common_(common),
      study_(study),
      trial_limit_(trial_limit),
      metric_(std::move(metric)),
      changes_told_(study.range_changes().size()),
      start_(std::chrono::steady_clock::now()) {
  const auto trials = study.trials();
  ended_before_ = count_of(trials, false);
  if (ended_before_ > 0) {
    note(common_, fmt::format("continuing a study of {} trials", ended_before_));
  }
}

std::string TuneProgress::time_left(std::size_t ended) const {
  if (ended >= trial_limit_ || ended <= ended_before_) return "";
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double each = seconds / static_cast<double>(ended - ended_before_);
  return fmt::format(", about {} left",
                     format_duration(each * static_cast<double>(trial_limit_ - ended)));
}

void TuneProgress::show(const tuning::Trial& trial) {
  if (common_.quiet) return;
  const auto changes = study_.range_changes();
  for (; changes_told_ < changes.size(); ++changes_told_) {
    note(common_, "widened: " + changes[changes_told_].reason);
  }
  if (trial.state == tuning::TrialState::running) return;
  const auto trials = study_.trials();
  const std::size_t ended = count_of(trials, false);
  const std::size_t running = count_of(trials, true);
  const tuning::Trial* best = tuning::best_trial(trials);
  std::string line = fmt::format("{:>4}/{:<4} {:>9}  {}: {} {}", ended, trial_limit_,
                                 format_duration(trial.seconds()), to_text(trial.setting),
                                 metric_.name, outcome(metric_, trial));
  if (best != nullptr) {
    line += best->id == trial.id ? ", the best so far" : ", best " + shown(metric_, *best->value());
  }
  if (running > 0) line += fmt::format(", {} running", running);
  note(common_, line + time_left(ended));
}

}  // namespace kindred::cli
