#include "kindred/tuning/widening.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"

namespace kindred::tuning {
namespace {

constexpr double kEdge = 0.125;  // Share of the range, along its scale, that is its edge.

struct Limits {
  double low;
  double high;
  Widening widening;
  bool whole;
};

std::optional<Limits> limits_of(const Parameter& parameter) {
  if (const auto* range = std::get_if<IntegerRange>(&parameter.range)) {
    if (!range->widening) return std::nullopt;
    return Limits{static_cast<double>(range->low), static_cast<double>(range->high),
                  *range->widening, true};
  }
  const auto* range = std::get_if<FloatRange>(&parameter.range);
  if (range == nullptr || !range->widening) return std::nullopt;
  return Limits{range->low, range->high, *range->widening, false};
}

// The range with one side moved outward; nothing where it cannot move.
std::optional<RangeChange> moved(const Parameter& parameter, bool upward) {
  const auto limits = limits_of(parameter);
  if (!limits) return std::nullopt;
  const Widening& widening = limits->widening;
  RangeChange change{.parameter = parameter.name, .low = limits->low, .high = limits->high};
  if (upward) {
    change.high = std::min(limits->high * widening.factor, widening.high_max);
  } else {
    change.low = std::max(limits->low / widening.factor, widening.low_min);
  }
  if (limits->whole) {
    change.low = std::floor(change.low);
    change.high = std::floor(change.high);
  }
  change.probe = upward ? change.high : change.low;
  const bool grew = upward ? change.high > limits->high : change.low < limits->low;
  return grew ? std::optional(change) : std::nullopt;
}

std::size_t ended_since(const std::vector<Trial>& trials, std::int64_t after) {
  return static_cast<std::size_t>(std::ranges::count_if(trials, [&](const Trial& trial) {
    return trial.id > after &&
           (trial.state == TrialState::finished || trial.state == TrialState::stopped);
  }));
}

// The best finished trial but those of one proposal.
const Trial* best_of_others(const std::vector<Trial>& trials, std::int64_t proposal) {
  const Trial* best = nullptr;
  for (const Trial& trial : trials) {
    if (trial.proposal == proposal || trial.state != TrialState::finished || !trial.value()) {
      continue;
    }
    if (best == nullptr || *trial.value() > *best->value()) best = &trial;
  }
  return best;
}

// Whether the best trial is the last change's probe, and better by enough to go on.
bool probe_won(const Trial& best, const std::vector<Trial>& trials, const RangeChange& change,
               const WideningOptions& options) {
  if (change.probe_proposal != best.proposal) return false;
  const Trial* other = best_of_others(trials, best.proposal);
  const double gain_min = options.gain_min_se * best.best_step()->standard_error;
  return other == nullptr || *best.value() - *other->value() > gain_min;
}

std::optional<RangeChange> change_of(const Parameter& parameter, const Trial& best) {
  const Value* value = best.setting.find(parameter.name);
  if (value == nullptr || !limits_of(parameter)) return std::nullopt;
  const double at = unit_position(parameter, *value);
  // Above first: in a range of one value both are true.
  std::optional<RangeChange> change;
  if (at >= 1.0 - kEdge) change = moved(parameter, true);
  if (!change && at <= kEdge) change = moved(parameter, false);
  if (!change) return std::nullopt;
  change->after = best.id;
  change->reason =
      fmt::format("{} {} is the best so far and lies on the edge of {}: now {:g}..{:g}",
                  parameter.name, to_text(*value), describe(parameter), change->low, change->high);
  return change;
}

}  // namespace

Space widened(Space space, const std::vector<RangeChange>& changes) {
  for (const RangeChange& change : changes) {
    const auto parameter = std::ranges::find(space.parameters, change.parameter, &Parameter::name);
    if (parameter == space.parameters.end() || !is_numeric(*parameter)) {
      throw Error(ErrorCode::corrupt,
                  fmt::format("the study widens '{}', which has no range", change.parameter));
    }
    if (auto* range = std::get_if<IntegerRange>(&parameter->range)) {
      range->low = std::llround(change.low);
      range->high = std::llround(change.high);
    } else {
      auto& fractions = std::get<FloatRange>(parameter->range);
      fractions.low = change.low;
      fractions.high = change.high;
    }
  }
  return space;
}

std::optional<RangeChange> due_change(const Space& space, const std::vector<Trial>& trials,
                                      const std::vector<RangeChange>& changes,
                                      const WideningOptions& options) {
  const Trial* best = best_trial(trials);
  if (best == nullptr) return std::nullopt;
  if (!changes.empty()) {
    const RangeChange& last = changes.back();
    if (!last.probe_proposal) return std::nullopt;  // First see what the last one brings.
    const auto probe = std::ranges::find_if(trials, [&](const Trial& trial) {
      return trial.proposal == *last.probe_proposal && trial.state != TrialState::lost;
    });
    if (probe == trials.end() || probe->state == TrialState::running) return std::nullopt;
  }
  const std::int64_t since = changes.empty() ? -1 : changes.back().after;
  const bool enough = ended_since(trials, since) >= static_cast<std::size_t>(options.trials_min);
  const bool climbing = !changes.empty() && probe_won(*best, trials, changes.back(), options);
  if (!enough && !climbing) return std::nullopt;
  // A change is due once for a best trial: what it gave reason to was tried.
  for (const Parameter& parameter : space.parameters) {
    const bool known = std::ranges::any_of(changes, [&](const RangeChange& change) {
      return change.parameter == parameter.name && change.after == best->id;
    });
    if (known) continue;
    if (auto change = change_of(parameter, *best)) return change;
  }
  return std::nullopt;
}

std::optional<Setting> probe_setting(const RangeChange& change, const Space& space,
                                     const std::vector<Trial>& trials) {
  const Trial* best = best_trial(trials);
  const Parameter* parameter = space.find(change.parameter);
  if (best == nullptr || parameter == nullptr) return std::nullopt;
  Setting setting = best->setting;
  if (setting.find(change.parameter) == nullptr) return std::nullopt;
  const bool whole = std::holds_alternative<IntegerRange>(parameter->range);
  setting.set(change.parameter,
              whole ? Value(std::int64_t{std::llround(change.probe)}) : Value(change.probe));
  return setting;
}

}  // namespace kindred::tuning
