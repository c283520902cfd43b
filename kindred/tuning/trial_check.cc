#include "kindred/tuning/trial_check.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "kindred/base/error.h"

namespace kindred::tuning {
namespace {

[[noreturn]] void impossible_trial(const std::string& path, const Trial& trial,
                                   const std::string& problem) {
  throw Error(ErrorCode::corrupt,
              fmt::format("{}: trial {}: {}; the study is damaged: put a copy of the file in its "
                          "place, or begin another study",
                          path, trial.id, problem));
}

bool is_time(double seconds) { return std::isfinite(seconds) && seconds >= 0.0; }

void check_step(const Trial& trial, const StepRecord& step, int before, const std::string& path) {
  const auto refuse = [&](const std::string& problem) {
    impossible_trial(path, trial, fmt::format("step {}: {}", step.step, problem));
  };
  if (step.step <= before) refuse(fmt::format("it follows step {}", before));
  if (!is_time(step.seconds)) refuse(fmt::format("it took {} s", step.seconds));
  for (const auto& [name, value] :
       {std::pair("train", step.train), std::pair("validation", step.validation)}) {
    if (value && !std::isfinite(*value)) refuse(fmt::format("{} is {}", name, *value));
  }
  if (!is_time(step.standard_error)) {
    refuse(fmt::format("the standard error is {}", step.standard_error));
  }
  if (!(step.share > 0.0 && step.share <= 1.0)) {
    refuse(fmt::format("it learned from {} of the data", step.share));
  }
  if (step.epochs < 0) refuse(fmt::format("{} epochs", step.epochs));
}

void check_trial(const Trial& trial, const std::string& path) {
  const auto refuse = [&](const std::string& problem) { impossible_trial(path, trial, problem); };
  if (trial.proposal < 0 || trial.proposal > trial.id) {
    refuse(fmt::format("its proposal is {}", trial.proposal));
  }
  if (trial.setting.values().empty()) refuse("it has no setting");
  for (const double time : {trial.started, trial.heartbeat, trial.ended}) {
    if (!is_time(time)) refuse(fmt::format("a time is {}", time));
  }
  if (trial.parent && (*trial.parent < 0 || *trial.parent >= trial.id)) {
    refuse(fmt::format("it began with the vectors of trial {}", *trial.parent));
  }
  if (trial.steps_before < 0) refuse(fmt::format("{} steps went before", trial.steps_before));
  int before = 0;
  for (const StepRecord& step : trial.steps) {
    check_step(trial, step, before, path);
    before = step.step;
  }
  const bool has_result = trial.state == TrialState::finished || trial.state == TrialState::stopped;
  if (has_result && !trial.value()) {
    refuse(fmt::format("it is {}, but no step has a validation", to_text(trial.state)));
  }
}

}  // namespace

void check_trials(const std::vector<Trial>& trials, const std::string& path) {
  for (const Trial& trial : trials) check_trial(trial, path);
}

// Sums of gains may pass 1 by so much.
constexpr double kRounding = 1e-9;

void check_scores(const std::vector<Trial>& trials, const ScoreRange& range,
                  const std::string& path) {
  for (const Trial& trial : trials) {
    for (const StepRecord& step : trial.steps) {
      for (const auto& [name, value] :
           {std::pair("train", step.train), std::pair("validation", step.validation)}) {
        if (!value || (*value >= range.low - kRounding && *value <= range.high + kRounding))
          continue;
        impossible_trial(path, trial,
                         fmt::format("step {}: {} is {}, not from {} to {}", step.step, name,
                                     *value, range.low, range.high));
      }
    }
  }
}

std::optional<std::string> doubtful_score(const std::vector<Trial>& trials) {
  constexpr double kErrors = 5.0;
  for (const Trial& trial : trials) {
    const StepRecord* before = nullptr;
    for (const StepRecord& step : trial.steps) {
      if (!step.validation) continue;
      if (before != nullptr && before->share == step.share && *before->validation > 0.0) {
        const double fall = *before->validation - *step.validation;
        const double error = std::hypot(before->standard_error, step.standard_error);
        if (error > 0.0 && fall > kErrors * error && *step.validation < *before->validation / 2) {
          return fmt::format(
              "trial {} has the validation {:.4f} after step {}, and {:.4f} after "
              "step {}",
              trial.id, *before->validation, before->step, *step.validation, step.step);
        }
      }
      before = &step;
    }
  }
  return std::nullopt;
}

}  // namespace kindred::tuning
