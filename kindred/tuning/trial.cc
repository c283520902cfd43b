#include "kindred/tuning/trial.h"

#include <algorithm>
#include <map>

namespace kindred::tuning {
namespace {

constexpr TrialState kStates[] = {TrialState::running, TrialState::finished, TrialState::stopped,
                                  TrialState::failed, TrialState::lost};

Json optional_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

}  // namespace

const char* to_text(TrialState state) noexcept {
  switch (state) {
    case TrialState::running:
      return "running";
    case TrialState::finished:
      return "finished";
    case TrialState::stopped:
      return "stopped";
    case TrialState::failed:
      return "failed";
    case TrialState::lost:
      break;
  }
  return "lost";
}

std::optional<TrialState> parse_trial_state(std::string_view text) noexcept {
  for (const TrialState state : kStates) {
    if (text == to_text(state)) return state;
  }
  return std::nullopt;
}

const StepRecord* Trial::best_step() const noexcept {
  const StepRecord* best = nullptr;
  for (const StepRecord& step : steps) {
    if (!step.validation) continue;
    const bool is_better = best == nullptr || step.share > best->share ||
                           (step.share == best->share && *step.validation > *best->validation);
    if (is_better) best = &step;
  }
  return best;
}

std::optional<double> Trial::value() const noexcept {
  const StepRecord* best = best_step();
  return best == nullptr ? std::nullopt : best->validation;
}

int Trial::epochs_until_best() const noexcept {
  const StepRecord* best = best_step();
  if (best == nullptr) return 0;
  int epochs = steps_before;
  for (const StepRecord& step : steps) {
    if (step.step <= best->step) epochs += step.epochs;
  }
  return epochs;
}

double Trial::seconds() const noexcept {
  double sum = 0.0;
  for (const StepRecord& step : steps) sum += step.seconds;
  return sum;
}

Curve Trial::curve() const {
  Curve curve;
  for (const StepRecord& step : steps) {
    if (!step.validation) continue;
    curve.steps.push_back(step.step);
    curve.values.push_back(*step.validation);
  }
  return curve;
}

std::vector<const Trial*> latest_of_proposals(const std::vector<Trial>& trials) {
  std::map<std::int64_t, const Trial*> latest;
  for (const Trial& trial : trials) {
    const Trial*& known = latest[trial.proposal];
    if (known == nullptr || known->id < trial.id) known = &trial;
  }
  std::vector<const Trial*> out;
  for (const auto& [proposal, trial] : latest) out.push_back(trial);
  return out;
}

std::vector<Observation> observations(const std::vector<Trial>& trials) {
  std::vector<Observation> out;
  for (const Trial* trial : latest_of_proposals(trials)) {
    Observation observation;
    observation.setting = trial->setting;
    observation.finished = trial->state == TrialState::finished;
    observation.failed = trial->state == TrialState::failed || trial->state == TrialState::lost;
    observation.last_step = trial->steps.empty() ? 0 : trial->steps.back().step;
    // What still runs is pending: a value that grows would make proposals depend on timing.
    if (trial->state != TrialState::running) observation.value = trial->value();
    out.push_back(std::move(observation));
  }
  return out;
}

const Trial* best_trial(const std::vector<Trial>& trials) noexcept {
  const Trial* best = nullptr;
  for (const Trial& trial : trials) {
    if (trial.state != TrialState::finished || !trial.value()) continue;
    if (best == nullptr || *trial.value() > *best->value()) best = &trial;
  }
  return best;
}

Json to_json(const Trial& trial) {
  Json json;
  json.set("id", trial.id);
  json.set("state", to_text(trial.state));
  json.set("setting", to_json(trial.setting));
  json.set("seed", trial.seed);
  json.set("value", optional_json(trial.value()));
  const StepRecord* best = trial.best_step();
  json.set("standard_error", best == nullptr ? Json() : Json(best->standard_error));
  json.set("best_step", best == nullptr ? Json() : Json(best->step));
  json.set("parent", trial.parent ? Json(*trial.parent) : Json());
  json.set("steps_before", trial.steps_before);
  json.set("seconds", trial.seconds());
  json.set("parameters", std::uint64_t{trial.parameter_count});
  json.set("memory_bytes", std::uint64_t{trial.memory_bytes});
  if (!trial.message.empty()) json.set("message", trial.message);
  Json steps{Json::Array{}};
  for (const StepRecord& step : trial.steps) {
    Json record;
    record.set("step", step.step);
    record.set("seconds", step.seconds);
    record.set("share", step.share);
    record.set("epochs", step.epochs);
    record.set("train", optional_json(step.train));
    record.set("validation", optional_json(step.validation));
    steps.push(std::move(record));
  }
  json.set("steps", std::move(steps));
  return json;
}

}  // namespace kindred::tuning
