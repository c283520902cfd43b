#include "kindred/tuning/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/base/progress.h"
#include "kindred/tuning/space_text.h"

namespace kindred::tuning {
namespace {

// The value of the parameter that says how large the model is.
std::optional<double> size_of(const Report& report, const Trial& trial) {
  const Value* value = trial.setting.find(report.size);
  if (value == nullptr || std::holds_alternative<std::string>(*value)) return std::nullopt;
  return as_number(*value);
}

// A difference or an error: the same whichever way is better.
std::string amount_text(double value) { return fmt::format("{:.4f}", value); }

std::string interval_text(const evaluation::Interval& interval) {
  return fmt::format("[{}, {}]", amount_text(interval.low), amount_text(interval.high));
}

std::string choice(const Report& report) {
  const Trial& best = *report.verdict.best;
  return fmt::format("The best of {} trials: {}, {} {} +- {} on validation (trial {}).",
                     report.verdict.finished + report.verdict.stopped + report.verdict.failed,
                     to_text(best.setting), report.metric, value_text(report, *best.value()),
                     amount_text(best.best_step()->standard_error), best.id);
}

std::string smallest(const Report& report) {
  const Trial& best = *report.verdict.best;
  const Trial& small = *report.verdict.smallest;
  if (small.id == best.id) {
    return "Nothing smaller that was tried is as good within one standard error.";
  }
  return fmt::format(
      "The smallest within one standard error of it: {}, {} {}, with {:.1f} times fewer "
      "parameters (trial {}).",
      to_text(small.setting), report.metric, value_text(report, *small.value()),
      static_cast<double>(best.parameter_count) /
          static_cast<double>(std::max<std::size_t>(small.parameter_count, 1)),
      small.id);
}

std::string rule_of_thumb(const Report& report) {
  const DimensionPrior& prior = *report.prior;
  const std::string says = fmt::format("The rule of thumb (fourth root {:.1f}) says {} {}",
                                       prior.fourth_root, report.size, prior.start);
  const auto size = size_of(report, *report.verdict.best);
  const Trial* inside = best_in_prior(report);
  if (!size) return says + ".";
  const double factor = *size / prior.start;
  if (*size >= prior.low && *size <= prior.high) {
    return fmt::format("{}, and the best lies in its range {}..{}.", says, prior.low, prior.high);
  }
  std::string text = fmt::format("{}; the best has {:.1f} times as many", says, factor);
  if (inside == nullptr) return text + ", and no trial within its range finished.";
  return text + fmt::format(". Within {}..{} the best is {}, {} less.", prior.low, prior.high,
                            value_text(report, *inside->value()),
                            amount_text(*report.verdict.best->value() - *inside->value()));
}

std::string overfitting(const Report& report) {
  const auto& sizes = report.verdict.by_size;
  const auto gap = [](const Trial& trial) {
    const StepRecord* step = trial.best_step();
    return *step->train - *step->validation;
  };
  const bool known = std::ranges::all_of(
      sizes, [](const Trial& trial) { return trial.best_step()->train.has_value(); });
  if (!known || sizes.size() < 2) return "";
  const Trial& first = sizes.front();
  const Trial& last = sizes.back();
  return fmt::format(
      "From {} {} to {} the distance of train from validation goes from {} to {}: what is "
      "remembered grows, what is understood from {} to {}.",
      report.size, to_text(*first.setting.find(report.size)),
      to_text(*last.setting.find(report.size)), amount_text(gap(first)), amount_text(gap(last)),
      value_text(report, *first.value()), value_text(report, *last.value()));
}

std::string test_sentence(const Report& report, const Difference& difference) {
  return fmt::format("On the test {} {} {} {} by {} {}: {}.", report.judges, difference.better,
                     difference.value >= 0.0 ? "beats" : "falls behind", difference.other,
                     amount_text(std::abs(difference.value)), interval_text(difference.interval),
                     difference.is_clear() || difference.interval.high < 0.0
                         ? "more than the confidence interval"
                         : "within the confidence interval, so it may be chance");
}

Json to_json(const evaluation::MetricResult& result) {
  Json json;
  json.set("value", result.value);
  json.set("low", result.interval ? Json(result.interval->low) : Json());
  json.set("high", result.interval ? Json(result.interval->high) : Json());
  json.set("seed_spread", result.seed_spread ? Json(*result.seed_spread) : Json());
  return json;
}

Json to_json(const Finalist& finalist) {
  Json json;
  json.set("role", finalist.role);
  json.set("setting", finalist.setting);
  json.set("parameters", std::uint64_t{finalist.parameter_count});
  json.set("seeds", std::uint64_t{finalist.runs.size()});
  json.set("seconds", finalist.seconds);
  json.set("test", to_json(finalist.test));
  return json;
}

Json to_json(const RangeChange& change) {
  Json json;
  json.set("parameter", change.parameter);
  json.set("low", change.low);
  json.set("high", change.high);
  json.set("after_trial", change.after);
  json.set("reason", change.reason);
  return json;
}

// Inside, larger values are better whatever the metric; outside an error is a positive number.
// The same JSON with the values of the metric, and their intervals, as they are shown.
Json as_shown(const Report& report, const Json& json) {
  if (!report.lower_is_better) return json;
  if (json.is_array()) {
    Json turned{Json::Array{}};
    for (const Json& element : json.as_array()) turned.push(as_shown(report, element));
    return turned;
  }
  if (!json.is_object()) return json;
  const auto negative = [](const Json& value) {
    return value.is_number() ? Json(-value.as_double()) : value;
  };
  Json turned{Json::Object{}};
  for (const auto& [name, value] : json.as_object()) {
    if (name == "value" || name == "train" || name == "validation") {
      turned.set(name, negative(value));
    } else if (name == "low" || name == "high") {
      turned.set(name, negative(json.at(name == "low" ? "high" : "low")));
    } else {
      turned.set(name, as_shown(report, value));
    }
  }
  return turned;
}

template <typename T>
Json array_of(const std::vector<T>& values) {
  Json json{Json::Array{}};
  for (const T& value : values) json.push(to_json(value));
  return json;
}

}  // namespace

std::string value_text(const Report& report, double value) {
  return fmt::format("{:.4f}", report.lower_is_better ? -value : value);
}

Difference difference(const Finalist& better, const Finalist& other) {
  const auto& a = better.test.per_person;
  const auto& b = other.test.per_person;
  KINDRED_CHECK(a.size() == b.size());
  std::vector<double> gains(a.size());
  for (std::size_t person = 0; person < a.size(); ++person) gains[person] = a[person] - b[person];
  double mean = 0.0;
  for (const double gain : gains) mean += gain / static_cast<double>(gains.size());
  return {.better = better.role,
          .other = other.role,
          .value = mean,
          .interval = evaluation::mean_interval(gains)};
}

const Trial* best_in_prior(const Report& report) {
  if (!report.prior) return nullptr;
  const Trial* best = nullptr;
  for (const Trial& trial : report.verdict.by_size) {
    const auto size = size_of(report, trial);
    if (!size || *size < report.prior->low || *size > report.prior->high) continue;
    if (best == nullptr || *trial.value() > *best->value()) best = &trial;
  }
  return best;
}

std::vector<std::string> findings(const Report& report) {
  if (!report.verdict.best) return {"No trial has finished yet."};
  std::vector<std::string> out = {choice(report), smallest(report)};
  if (report.prior) out.push_back(rule_of_thumb(report));
  for (const RangeChange& change : report.changes) out.push_back("Widened: " + change.reason + ".");
  if (std::string text = overfitting(report); !text.empty()) out.push_back(std::move(text));
  for (const Difference& difference : report.differences) {
    out.push_back(test_sentence(report, difference));
  }
  return out;
}

Json to_json(const Report& report) {
  Json json;
  json.set("data", report.title);
  Json facts;
  for (const auto& [name, value] : report.facts) facts.set(name, value);
  json.set("facts", std::move(facts));
  json.set("metric", report.metric);
  json.set("definition", report.metric_definition);
  json.set("lower_is_better", report.lower_is_better);
  if (report.prior) {
    Json prior;
    prior.set("fourth_root", report.prior->fourth_root);
    prior.set("start", report.prior->start);
    prior.set("low", report.prior->low);
    prior.set("high", report.prior->high);
    const Trial* inside = best_in_prior(report);
    prior.set("best_value", inside == nullptr ? Json() : Json(*inside->value()));
    json.set("prior", std::move(prior));
  }
  json.set("space", to_json(report.space));
  json.set("widened", array_of(report.changes));
  json.set("verdict", as_shown(report, to_json(report.verdict)));
  json.set("finalists", as_shown(report, array_of(report.finalists)));
  Json differences{Json::Array{}};
  for (const Difference& one : report.differences) {
    Json row;
    row.set("better", one.better);
    row.set("other", one.other);
    row.set("value", one.value);
    row.set("low", one.interval.low);
    row.set("high", one.interval.high);
    row.set("clear", one.is_clear());
    differences.push(std::move(row));
  }
  json.set("differences", std::move(differences));
  if (!report.command.empty()) json.set("command", report.command);
  Json sentences{Json::Array{}};
  for (const std::string& sentence : findings(report)) sentences.push(sentence);
  json.set("findings", std::move(sentences));
  json.set("trials", as_shown(report, array_of(report.trials)));
  return json;
}

}  // namespace kindred::tuning
