#include "kindred/tuning/verdict.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "kindred/tuning/parzen.h"

namespace kindred::tuning {
namespace {

constexpr double kGoodShare = 0.25;
constexpr std::size_t kTrialsMin = 4;
constexpr int kPositions = 50;

std::vector<const Trial*> finished_of(const std::vector<Trial>& trials) {
  std::vector<const Trial*> out;
  for (const Trial& trial : trials) {
    if (trial.state == TrialState::finished && trial.value()) out.push_back(&trial);
  }
  return out;
}

// Trials that no other beats in both value and cost, cheapest first.
template <typename Cost>
std::vector<std::int64_t> best_front(std::vector<const Trial*> trials, Cost cost) {
  std::ranges::stable_sort(trials, [&](const Trial* a, const Trial* b) {
    return std::pair(cost(*a), -*a->value()) < std::pair(cost(*b), -*b->value());
  });
  std::vector<std::int64_t> out;
  const Trial* last = nullptr;
  for (const Trial* trial : trials) {
    if (last != nullptr && *trial->value() <= *last->value()) continue;
    out.push_back(trial->id);
    last = trial;
  }
  return out;
}

std::vector<Trial> best_by(const std::vector<const Trial*>& trials, const std::string& size) {
  std::map<double, const Trial*> best;
  for (const Trial* trial : trials) {
    const Value* value = trial->setting.find(size);
    if (value == nullptr || std::holds_alternative<std::string>(*value)) continue;
    const Trial*& known = best[as_number(*value)];
    if (known == nullptr || *trial->value() > *known->value()) known = trial;
  }
  std::vector<Trial> out;
  for (const auto& [value, trial] : best) out.push_back(*trial);
  return out;
}

// Where to compare densities along one parameter, each position standing for equal shares.
std::vector<Setting> probes_of(const Parameter& parameter) {
  std::vector<Setting> out;
  const auto add = [&](Value value) {
    Setting setting;
    setting.set(parameter.name, std::move(value));
    if (out.empty() || out.back() != setting) out.push_back(std::move(setting));
  };
  if (const auto* choices = std::get_if<Choices>(&parameter.range)) {
    for (const Value& value : choices->values) add(value);
    return out;
  }
  for (int i = 0; i < kPositions; ++i) add(value_at(parameter, (i + 0.5) / kPositions));
  return out;
}

// Mean of (p_good / p_all - 1)^2 over the density of all.
double divergence(const Parameter& parameter, const std::vector<const Setting*>& good,
                  const std::vector<const Setting*>& all) {
  Space alone;
  alone.parameters.push_back(parameter);
  alone.parameters.front().condition.reset();
  const Parzen good_density(alone, good);
  const Parzen all_density(alone, all);
  double sum = 0.0;
  double weight = 0.0;
  for (const Setting& probe : probes_of(parameter)) {
    const double log_all = all_density.log_density(probe);
    const double ratio = std::exp(good_density.log_density(probe) - log_all);
    const double density = std::exp(log_all);
    sum += density * (ratio - 1.0) * (ratio - 1.0);
    weight += density;
  }
  return sum / weight;
}

Json ids(const std::vector<std::int64_t>& trials) {
  Json json{Json::Array{}};
  for (const std::int64_t id : trials) json.push(id);
  return json;
}

void count_states(const std::vector<Trial>& trials, Verdict& verdict) {
  for (const Trial& trial : trials) {
    for (const StepRecord& step : trial.steps) {
      verdict.steps += static_cast<std::size_t>(step.epochs);
    }
    verdict.seconds += trial.seconds();
  }
  for (const Trial* trial : latest_of_proposals(trials)) {
    verdict.finished += trial->state == TrialState::finished ? 1 : 0;
    verdict.stopped += trial->state == TrialState::stopped ? 1 : 0;
    verdict.failed += trial->state == TrialState::failed ? 1 : 0;
    verdict.lost += trial->state == TrialState::lost ? 1 : 0;
    verdict.running += trial->state == TrialState::running ? 1 : 0;
  }
}

}  // namespace

std::vector<std::pair<std::string, double>> importance(const std::vector<Trial>& trials,
                                                       const Space& space) {
  // Best first: finished ones before stopped ones, as the searcher sees them.
  std::vector<const Trial*> ranked;
  for (const Trial* trial : latest_of_proposals(trials)) {
    const bool ended = trial->state == TrialState::finished || trial->state == TrialState::stopped;
    if (ended && trial->value()) ranked.push_back(trial);
  }
  if (ranked.size() < kTrialsMin) return {};
  std::ranges::stable_sort(ranked, [](const Trial* a, const Trial* b) {
    const bool a_finished = a->state == TrialState::finished;
    if (a_finished != (b->state == TrialState::finished)) return a_finished;
    return *a->value() > *b->value();
  });
  const auto good_count =
      static_cast<std::size_t>(std::ceil(kGoodShare * static_cast<double>(ranked.size())));
  std::vector<const Setting*> all;
  for (const Trial* trial : ranked) all.push_back(&trial->setting);
  const std::vector<const Setting*> good(all.begin(),
                                         all.begin() + static_cast<std::ptrdiff_t>(good_count));
  std::vector<std::pair<std::string, double>> out;
  double total = 0.0;
  for (const Parameter& parameter : space.parameters) {
    out.emplace_back(parameter.name, divergence(parameter, good, all));
    total += out.back().second;
  }
  for (auto& [name, share] : out) share = total > 0.0 ? share / total : 0.0;
  std::ranges::stable_sort(out, std::greater(), &std::pair<std::string, double>::second);
  return out;
}

Verdict judge(const std::vector<Trial>& trials, const Space& space, const std::string& size) {
  Verdict verdict;
  count_states(trials, verdict);
  verdict.importance = importance(trials, space);
  const std::vector<const Trial*> finished = finished_of(trials);
  const Trial* best = best_trial(trials);
  if (best == nullptr) return verdict;
  verdict.best = *best;
  verdict.value_min = *best->value() - best->best_step()->standard_error;
  const Trial* smallest = best;
  for (const Trial* trial : finished) {
    if (*trial->value() < verdict.value_min) continue;
    const auto order = [](const Trial& t) { return std::pair(t.parameter_count, -*t.value()); };
    if (order(*trial) < order(*smallest)) smallest = trial;
  }
  verdict.smallest = *smallest;
  verdict.by_size = best_by(finished, size);
  verdict.front_of_parameters =
      best_front(finished, [](const Trial& trial) { return trial.parameter_count; });
  verdict.front_of_seconds =
      best_front(finished, [](const Trial& trial) { return trial.seconds(); });
  return verdict;
}

Json to_json(const Verdict& verdict) {
  Json json;
  json.set("best", verdict.best ? to_json(*verdict.best) : Json());
  json.set("smallest_within_one_standard_error",
           verdict.smallest ? to_json(*verdict.smallest) : Json());
  json.set("front_of_parameters", ids(verdict.front_of_parameters));
  json.set("front_of_seconds", ids(verdict.front_of_seconds));
  Json shares{Json::Object{}};
  for (const auto& [name, share] : verdict.importance) shares.set(name, share);
  json.set("importance", std::move(shares));
  Json counts;
  counts.set("finished", std::uint64_t{verdict.finished});
  counts.set("stopped", std::uint64_t{verdict.stopped});
  counts.set("failed", std::uint64_t{verdict.failed});
  counts.set("lost", std::uint64_t{verdict.lost});
  counts.set("running", std::uint64_t{verdict.running});
  json.set("trials", std::move(counts));
  json.set("steps", std::uint64_t{verdict.steps});
  json.set("training_seconds", verdict.seconds);
  return json;
}

}  // namespace kindred::tuning
