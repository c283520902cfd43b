#include "cli/evaluate_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/progress.h"

namespace kindred::cli {
namespace {

using evaluation::MetricResult;
using recommendation::Comparison;
using recommendation::Results;

std::string value_text(double value) {
  return std::isnan(value) ? "undefined" : fmt::format("{:.4f}", value);
}

std::string interval_text(const MetricResult& result) {
  return result.interval
             ? fmt::format("[{:.4f}, {:.4f}]", result.interval->low, result.interval->high)
             : "";
}

Json to_json(const MetricResult& result, bool with_definition) {
  Json json;
  json.set("value", result.value);  // NaN prints as null.
  json.set("low", result.interval ? Json(result.interval->low) : Json());
  json.set("high", result.interval ? Json(result.interval->high) : Json());
  if (result.seed_spread) json.set("seed_spread", *result.seed_spread);
  if (with_definition) json.set("definition", evaluation::definition(result.metric));
  return json;
}

Json to_json(const Results& results, bool with_definition) {
  Json json{Json::Object()};
  for (const MetricResult& result : results) {
    json.set(evaluation::name(result.metric), to_json(result, with_definition));
  }
  return json;
}

const char* candidates_text(const data::Split& split) {
  return split.negatives.rows > 0 ? "the given negatives" : "all items they have not had";
}

const char* ties_text(const data::Split& split) {
  return split.negatives.rows > 0 ? "strictly higher scores outrank, ties count half"
                                  : "equal scores rank by label; they count half in auc";
}

}  // namespace

std::string to_text(const data::Split& split, const Comparison& comparison) {
  const bool seeds = comparison.model.front().seed_spread.has_value();
  std::size_t width = 6;
  for (const MetricResult& result : comparison.model) {
    width = std::max(width, evaluation::name(result.metric).size());
  }
  std::string text =
      fmt::format("{} people, {} targets, ranked among {}\n\n", format_count(split.person_count()),
                  format_count(split.targets.entry_count()), candidates_text(split));
  text += fmt::format("  {:<{}}  {:>9}  {:<16}{}  {:>10}  {:>9}\n", "metric", width, "model",
                      "95% interval", seeds ? "  over seeds" : "", "popularity", "random");
  for (std::size_t m = 0; m < comparison.model.size(); ++m) {
    const MetricResult& model = comparison.model[m];
    const std::string spread = seeds ? fmt::format("  +-{:<8.4f}", *model.seed_spread) : "";
    text += fmt::format("  {:<{}}  {:>9}  {:<16}{}  {:>10}  {:>9}\n",
                        evaluation::name(model.metric), width, value_text(model.value),
                        interval_text(model), spread, value_text(comparison.popularity[m].value),
                        value_text(comparison.random[m].value));
  }
  text += "\n";
  for (const MetricResult& model : comparison.model) {
    text += fmt::format("  {:<{}}  {}\n", evaluation::name(model.metric), width,
                        evaluation::definition(model.metric));
  }
  text += fmt::format("  {:<{}}  {}\n", "ties", width, ties_text(split));
  text += fmt::format("  {:<{}}  mean over people +- 1.96 standard errors\n", "95%", width);
  if (seeds) {
    text += fmt::format("  {:<{}}  standard deviation between trainings with different seeds\n",
                        "seeds", width);
  }
  return text;
}

Json to_json(const data::Split& split, const Comparison& comparison) {
  Json json;
  json.set("protocol", split.description);
  json.set("people", std::uint64_t{split.person_count()});
  json.set("targets", std::uint64_t{split.targets.entry_count()});
  json.set("candidates", candidates_text(split));
  json.set("ties", ties_text(split));
  json.set("left_out", data::to_json(split.left_out));
  json.set("people_without_history", std::uint64_t{comparison.people_without_history});
  json.set("metrics", to_json(comparison.model, true));
  Json baselines;
  baselines.set("popularity", to_json(comparison.popularity, false));
  baselines.set("random", to_json(comparison.random, false));
  json.set("baselines", std::move(baselines));
  Json seconds;
  seconds.set("training", comparison.training_seconds);
  seconds.set("ranking", comparison.ranking_seconds);
  json.set("seconds", std::move(seconds));
  return json;
}

}  // namespace kindred::cli
