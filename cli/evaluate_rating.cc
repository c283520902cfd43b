#include "cli/evaluate_rating.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "cli/rating_model_flags.h"
#include "kindred/base/json.h"
#include "kindred/base/progress.h"
#include "kindred/data/rating_split.h"
#include "kindred/recommendation/highly_protocol.h"
#include "kindred/recommendation/rating_protocol.h"

namespace kindred::cli {
namespace {

using evaluation::RatingMetric;
using recommendation::RatingComparison;
using Metrics = std::vector<RatingMetric>;

// A split for each run: a fold, or a seed.
struct RatingRun {
  std::function<data::RatingSplit()> split;
  std::uint64_t seed = 0;
};

std::vector<RatingRun> plan(const RatingEvaluation& evaluation, const data::Interactions& ratings,
                            const data::Interactions& test) {
  std::vector<RatingRun> runs;
  const std::uint64_t first_seed = evaluation.common.seed;
  for (int i = 0; i < evaluation.seed_count; ++i) {
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
    if (!evaluation.test.empty()) {
      runs.push_back({[&] { return data::split_rating_given(ratings, test); }, seed});
    } else if (evaluation.protocol == "k-fold") {
      const auto folds = static_cast<std::size_t>(evaluation.fold_count);
      for (std::size_t fold = 0; fold < folds; ++fold) {
        runs.push_back({[&ratings, folds, fold, seed] {
                          return data::split_rating_fold(ratings, folds, fold, seed);
                        },
                        seed});
      }
    } else {
      const double share = evaluation.share;
      runs.push_back(
          {[&ratings, share, seed] { return data::split_rating_ratio(ratings, share, seed); },
           seed});
    }
  }
  return runs;
}

RatingComparison mean_of(const std::vector<RatingComparison>& runs) {
  const auto mean = [&](const auto& metrics_of) {
    std::vector<Metrics> all;
    for (const RatingComparison& run : runs) all.push_back(metrics_of(run));
    return evaluation::mean_over_runs(all);
  };
  RatingComparison out;
  out.model = mean([](const RatingComparison& run) { return run.model; });
  for (std::size_t b = 0; b < runs.front().baselines.size(); ++b) {
    out.baselines.emplace_back(
        runs.front().baselines[b].first,
        mean([b](const RatingComparison& run) { return run.baselines[b].second; }));
  }
  for (const RatingComparison& run : runs) out.training_seconds += run.training_seconds;
  return out;
}

Json to_json(const Metrics& metrics, bool with_definition) {
  Json json{Json::Object()};
  for (const RatingMetric& metric : metrics) {
    Json entry;
    entry.set("value", metric.value);
    entry.set("low", metric.interval ? Json(metric.interval->low) : Json());
    entry.set("high", metric.interval ? Json(metric.interval->high) : Json());
    if (with_definition) entry.set("definition", metric.definition);
    json.set(metric.name, std::move(entry));
  }
  return json;
}

Json to_json(const std::string& protocol, std::size_t test_count, const RatingComparison& mean,
             const std::vector<RatingComparison>& runs) {
  Json json;
  json.set("protocol", protocol);
  json.set("ratings", std::uint64_t{test_count});
  json.set("metrics", to_json(mean.model, true));
  Json baselines;
  for (const auto& [name, metrics] : mean.baselines) baselines.set(name, to_json(metrics, false));
  json.set("baselines", std::move(baselines));
  Json each{Json::Array()};
  for (const RatingComparison& run : runs) each.push(to_json(run.model, false));
  json.set("runs", std::move(each));
  Json seconds;
  seconds.set("training", mean.training_seconds);
  json.set("seconds", std::move(seconds));
  return json;
}

std::string to_text(std::size_t test_count, const RatingComparison& mean,
                    const std::vector<RatingComparison>& runs) {
  std::string text = fmt::format("{} ratings predicted{}\n\n", format_count(test_count),
                                 runs.size() > 1 ? fmt::format(" in {} runs", runs.size()) : "");
  text += fmt::format("  {:<12}", "");
  for (const RatingMetric& metric : mean.model) text += fmt::format("  {:>10}", metric.name);
  text += fmt::format("  {}\n", "95% interval of rmse");
  const auto row = [&](const std::string& name, const Metrics& metrics) {
    text += fmt::format("  {:<12}", name);
    for (const RatingMetric& metric : metrics) text += fmt::format("  {:>10.4f}", metric.value);
    for (std::size_t m = metrics.size(); m < mean.model.size(); ++m) {
      text += fmt::format("  {:>10}", "");
    }
    if (const auto& interval = metrics.front().interval) {
      text += fmt::format("  [{:.4f}, {:.4f}]", interval->low, interval->high);
    }
    text += "\n";
  };
  row("model", mean.model);
  for (const auto& [name, metrics] : mean.baselines) row(name, metrics);
  if (runs.size() > 1) {
    text += "\n";
    for (std::size_t i = 0; i < runs.size(); ++i) row(fmt::format("run {}", i + 1), runs[i].model);
  }
  text += "\n";
  for (const RatingMetric& metric : mean.model) {
    text += fmt::format("  {:<12}  {}\n", metric.name, metric.definition);
  }
  return text;
}

// Into the folder itself, or, of several runs, into one of its own for each.
void write_run(const RatingEvaluation& evaluation, const data::RatingSplit& split, std::size_t run,
               std::size_t run_count) {
  if (evaluation.split_folder.empty()) return;
  const auto folder = run_count == 1 ? evaluation.split_folder
                                     : evaluation.split_folder / fmt::format("run-{}", run + 1);
  data::write_split(split, folder);
  note(evaluation.common, fmt::format("wrote the split to {}", folder.string()));
}

// A model that is no better than what everybody tends to give has learned nothing of tastes.
void note_if_it_loses(const CommonOptions& common, const RatingComparison& mean) {
  for (const auto& [name, metrics] : mean.baselines) {
    if (metrics.front().value >= mean.model.front().value) continue;
    note(common,
         fmt::format("the model loses to the baseline '{}' ({} {:.4f} against {:.4f}): more "
                     "regularization, fewer dimensions or --model bayesian may help",
                     name, mean.model.front().name, mean.model.front().value,
                     metrics.front().value));
  }
}

// What an evaluation reads: the ratings, and the test set where one is given.
struct Inputs {
  data::Interactions ratings;
  data::Interactions test;
};

Inputs load_inputs(const RatingEvaluation& evaluation, ThreadPool& pool) {
  Inputs inputs;
  inputs.ratings =
      load_pairs(evaluation.input, evaluation.ratings, evaluation.common, pool).interactions;
  data::require_ratings(inputs.ratings, evaluation.input.string());
  if (!evaluation.test.empty()) {
    inputs.test =
        load_pairs(evaluation.test, evaluation.ratings, evaluation.common, pool).interactions;
  }
  require_memory(
      evaluation.common,
      recommendation::rating_training_memory_bytes(inputs.ratings, evaluation.options.dimensions()),
      "evaluation");
  return inputs;
}

constexpr std::array kOrders = {"watch", "rate", "both"};

std::string to_text(const recommendation::HighlyComparison& comparison) {
  std::string text = fmt::format("{} people\n\n  {:<8}", format_count(comparison.people), "by");
  for (const RatingMetric& metric : comparison.metrics[0]) {
    text += fmt::format("  {:>11}", metric.name);
  }
  text += fmt::format("  95% interval of {}\n", comparison.metrics[0].front().name);
  for (std::size_t by = 0; by < kOrders.size(); ++by) {
    text += fmt::format("  {:<8}", kOrders[by]);
    for (const RatingMetric& metric : comparison.metrics[by]) {
      text += fmt::format("  {:>11.4f}", metric.value);
    }
    if (const auto& interval = comparison.metrics[by].front().interval) {
      text += fmt::format("  [{:.4f}, {:.4f}]", interval->low, interval->high);
    }
    text += "\n";
  }
  text += "\n";
  for (const RatingMetric& metric : comparison.metrics[0]) {
    text += fmt::format("  {:<12}  {}\n", metric.name, metric.definition);
  }
  return text;
}

}  // namespace

void evaluate_rating(const RatingEvaluation& evaluation, ThreadPool& pool) {
  const CommonOptions& common = evaluation.common;
  const Inputs inputs = load_inputs(evaluation, pool);
  recommendation::RatingProtocolOptions options;
  options.model = evaluation.options;
  note(common, describe(options.model));

  const bool bayesian = options.model.kind == recommendation::RatingModelKind::bayesian;
  const int steps = options.model.step_count();
  std::vector<RatingComparison> runs;
  std::size_t test_count = 0;
  std::string protocol;
  const std::vector<RatingRun> planned = plan(evaluation, inputs.ratings, inputs.test);
  for (const RatingRun& run : planned) {
    const data::RatingSplit split = run.split();
    protocol = split.description;
    note(common, protocol);
    write_run(evaluation, split, runs.size(), planned.size());
    const AttributeTables tables = load_attribute_tables(split.train, evaluation.ratings, common);
    options.model.als.seed = options.model.bayesian.seed = run.seed;
    std::optional<Progress> progress;
    progress.emplace(stderr, progress_style(common), bayesian ? "sampling" : "training",
                     static_cast<std::size_t>(steps), bayesian ? "sweeps" : "epochs");
    double last = -1.0;
    options.observe = [&](int, double rmse) {
      progress->advance(1);
      last = rmse;
    };
    runs.push_back(
        recommendation::evaluate_ratings(split, tables.users, tables.items, options, pool));
    progress.reset();
    note(common,
         fmt::format("rmse {:.4f} after {} {} in {}", last, steps, bayesian ? "sweeps" : "epochs",
                     format_duration(runs.back().training_seconds)));
    test_count += split.test.size();
  }
  const RatingComparison mean = mean_of(runs);
  note_if_it_loses(common, mean);
  if (common.json) {
    fmt::print("{}\n", with_guesses(common, to_json(protocol, test_count, mean, runs)).dump(2));
  } else {
    fmt::print("{}", to_text(test_count, mean, runs));
  }
}

void evaluate_both(const RatingEvaluation& evaluation, ThreadPool& pool) {
  const CommonOptions& common = evaluation.common;
  const Inputs inputs = load_inputs(evaluation, pool);
  const data::RatingSplit split = plan(evaluation, inputs.ratings, inputs.test).front().split();
  note(common, split.description);
  write_run(evaluation, split, 0, 1);
  const AttributeTables tables = load_attribute_tables(split.train, evaluation.ratings, common);
  recommendation::HighlyOptions options;
  options.watch.ials = ials_options(evaluation.ials, split.train.items.size(), common.seed);
  options.watch.positive_rule = positive_rule(common, evaluation.ials, split.train, true);
  options.rate.model = evaluation.options;
  note(common, fmt::format("watch: positives {}, {} dimensions; rate: {}",
                           data::describe(options.watch.positive_rule),
                           options.watch.ials.dimensions, describe(evaluation.options)));
  const auto comparison =
      recommendation::evaluate_highly(split, tables.users, tables.items, options, pool);
  if (!common.json) {
    fmt::print("{}", to_text(comparison));
    return;
  }
  Json json;
  json.set("protocol", split.description);
  json.set("people", std::uint64_t{comparison.people});
  Json by;
  for (std::size_t i = 0; i < kOrders.size(); ++i) {
    by.set(kOrders[i], to_json(comparison.metrics[i], true));
  }
  json.set("by", std::move(by));
  fmt::print("{}\n", with_guesses(common, std::move(json)).dump(2));
}

}  // namespace kindred::cli
