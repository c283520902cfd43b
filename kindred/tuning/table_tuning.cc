#include "kindred/tuning/table_tuning.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <numeric>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/storage/checksum.h"
#include "kindred/tuning/dimension_prior.h"
#include "kindred/tuning/table_columns.h"

namespace kindred::tuning {
namespace {

constexpr std::uint32_t kTestRowsStream = 0x74756E35;

data::Batch chosen(const data::Batch& rows, std::span<const std::size_t> numbers) {
  data::Batch out = data::empty_like(rows);
  data::append_chosen_rows(out, rows, numbers);
  return out;
}

// The rows that have a label.
data::Batch labelled(const data::Batch& rows) {
  if (!rows.label) throw Error(ErrorCode::invalid_argument, "there is no label to learn");
  return chosen(rows, model::labelled_rows(*rows.label));
}

// "64,32" or a single number; "0" for none.
std::vector<std::size_t> parse_hidden(const std::string& text) {
  std::vector<std::size_t> units;
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    std::size_t value = 0;
    const auto [stop, failure] = std::from_chars(at, end, value);
    if (failure != std::errc() || (stop != end && *stop != ',')) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("'hidden' is '{}', not numbers of units such as 64,32", text));
    }
    if (value > 0) units.push_back(value);
    at = stop == end ? end : stop + 1;
  }
  return units;
}

std::size_t whole(const Setting& setting, const char* name) {
  const std::int64_t value = setting.integer(name);
  if (value >= 0) return static_cast<std::size_t>(value);
  throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is {}", name, value));
}

Parameter choices(const char* name, std::vector<Value> values, Value start) {
  return {.name = name,
          .range = Choices{std::move(values)},
          .condition = {},
          .start = std::move(start)};
}

std::string metric_of(model::Objective objective) {
  switch (objective) {
    case model::Objective::binary:
      return "auc";
    case model::Objective::multiclass:
      return "accuracy";
    case model::Objective::regression:
      break;
  }
  return "rmse";
}

std::string fingerprint(const data::Batch& rows, const features::TableRecipe& recipe) {
  storage::Checksum sum;
  const auto add = [&](const std::string& text) { sum.update(std::as_bytes(std::span(text))); };
  add(features::to_json(recipe).dump());
  if (rows.label && rows.label->type() == data::ElementType::float32) {
    sum.update(std::as_bytes(rows.label->floats()));
  }
  return fmt::format("{} rows, {}", rows.row_count, storage::to_hex(sum.value()));
}

evaluation::MetricResult over_seeds(const std::vector<evaluation::MetricResult>& runs) {
  evaluation::MetricResult out;
  for (const auto& run : runs) {
    out.per_person.push_back(run.value);
    out.value += run.value / static_cast<double>(runs.size());
  }
  double variance = 0.0;
  for (const auto& run : runs) variance += (run.value - out.value) * (run.value - out.value);
  if (runs.size() < 2) return out;
  out.seed_spread = std::sqrt(variance / static_cast<double>(runs.size() - 1));
  out.interval = evaluation::mean_interval(out.per_person);
  return out;
}

// A setting whose embeddings a rule sizes.
std::string text_by_rule(const Setting& setting) {
  Setting rest;
  for (const auto& [name, value] : setting.values()) {
    if (name != "embedding-scale") rest.set(name, value);
  }
  return "dimensions by the rule, " + to_text(rest);
}

// Tells of every epoch of a fit, and ends it when told to.
class Reporter : public nn::Callback {
 public:
  explicit Reporter(std::function<bool(const nn::EpochLog&)> goes_on)
      : goes_on_(std::move(goes_on)) {}

  void on_epoch_end(nn::TrainingView& view) override {
    if (!goes_on_(view.history.epochs.back())) view.stops = true;
  }

 private:
  std::function<bool(const nn::EpochLog&)> goes_on_;
};

}  // namespace

TableTuning::TableTuning(TunedTable table, const TableTuningOptions& options, ThreadPool& pool)
    : options_(options),
      pool_(pool),
      recipe_(std::move(table.recipe)),
      facts_(std::move(table.facts)) {
  data::Batch rows = labelled(table.rows);
  const model::LabelCoding coding =
      model::learn_label(recipe_.reading.label, *rows.label, options.fit.objective);
  options_.fit.objective = coding.objective;
  metric_ = metric_of(coding.objective);
  if (coding.objective == model::Objective::binary) {
    const std::vector<float> targets = model::encode_label(coding, *rows.label);
    positive_share_ =
        std::accumulate(targets.begin(), targets.end(), 0.0) / static_cast<double>(targets.size());
  }
  const std::string data = fingerprint(rows, recipe_);
  if (table.test) {
    keep_apart(std::move(rows), labelled(*table.test));
  } else {
    keep_apart(std::move(rows));
  }
  subject_.set("kind", "table");
  subject_.set("data", data);
  subject_.set("label", recipe_.reading.label);
  subject_.set("objective", std::string(model::name_of(coding.objective)));
  subject_.set("validation_split", options.fit.validation_split);
  subject_.set("test_split", table.test ? 0.0 : options.test_split);
  subject_.set("epochs", options.fit.epochs);
  subject_.set("patience", options.fit.patience);
  subject_.set("parameters_max", std::uint64_t{options.parameters_max});
  subject_.set("seed", options.fit.seed);
  if (options.steps == TrialSteps::parts) subject_.set("steps", "parts");
}

// A part of the rows, drawn by the seed; both parts keep the order of the table.
void TableTuning::keep_apart(data::Batch rows) {
  std::vector<std::size_t> order(rows.row_count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng(options_.fit.seed, kTestRowsStream).shuffle(std::span(order));
  const auto test_count = static_cast<std::size_t>(
      std::floor(options_.test_split * static_cast<double>(rows.row_count)));
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(test_count));
  std::sort(order.begin() + static_cast<std::ptrdiff_t>(test_count), order.end());
  test_ = chosen(rows, std::span(order).first(test_count));
  known_ = chosen(rows, std::span(order).subspan(test_count));
  if (known_.row_count < 2 || (options_.test_split > 0.0 && test_count == 0)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} rows are too few to hold some out", rows.row_count));
  }
}

void TableTuning::keep_apart(data::Batch rows, data::Batch test) {
  known_ = std::move(rows);
  test_ = std::move(test);
  if (known_.row_count < 2 || test_.row_count == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} labelled rows to learn from and {} to test on are too few",
                            known_.row_count, test_.row_count));
  }
}

Space TableTuning::space() const {
  const auto number = [](int value) { return Value(std::int64_t{value}); };
  Space space;
  if (has_embeddings(recipe_, facts_)) {
    space.parameters.push_back(choices("embedding-scale", {0.25, 0.5, 1.0, 2.0, 4.0}, 1.0));
  }
  if (has_numbers(recipe_)) {
    space.parameters.push_back(
        choices("buckets", {number(0), number(8), number(16), number(32)}, number(0)));
  }
  space.parameters.push_back(choices(
      "hidden", {std::string("16"), std::string("32"), std::string("64,32"), std::string("128,64")},
      std::string("64,32")));
  space.parameters.push_back({.name = "dropout",
                              .range = FloatRange{.low = 0.0, .high = 0.5},
                              .condition = {},
                              .start = 0.0});
  space.parameters.push_back({.name = "learning-rate",
                              .range = FloatRange{.low = 3e-4, .high = 1e-2, .scale = Scale::log},
                              .condition = {},
                              .start = 1e-3});
  space.parameters.push_back(
      choices("batch-size", {number(128), number(256), number(512)}, number(128)));
  return space;
}

features::TableRecipe TableTuning::recipe_of(const Setting& setting,
                                             const std::string& rule) const {
  ColumnSize size;
  size.rule = rule;
  if (setting.find("embedding-scale") != nullptr) {
    size.embedding_scale = setting.number("embedding-scale");
  }
  if (setting.find("buckets") != nullptr) size.bucket_count = whole(setting, "buckets");
  return resized(recipe_, facts_, size);
}

model::TableFitOptions TableTuning::fit_options_of(const Setting& setting) const {
  model::TableFitOptions options = options_.fit;
  for (const auto& [name, value] : setting.values()) {
    if (name == "hidden") {
      options.hidden = parse_hidden(to_text(value));
    } else if (name == "dropout") {
      options.dropout = setting.number(name);
    } else if (name == "learning-rate") {
      nn::set_learning_rate(options.optimizer, static_cast<float>(setting.number(name)));
    } else if (name == "batch-size") {
      options.batch_size = whole(setting, "batch-size");
    } else if (name != "embedding-scale" && name != "buckets") {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("'{}' is no parameter of a table's network: embedding-scale, buckets, "
                      "hidden, dropout, learning-rate or batch-size",
                      name));
    }
  }
  return options;
}

double TableTuning::standard_error(double score, std::size_t row_count) const {
  const auto rows = static_cast<double>(std::max<std::size_t>(row_count, 2));
  if (metric_ == "rmse") return score / std::sqrt(2.0 * rows);
  if (metric_ == "accuracy") return std::sqrt(score * (1.0 - score) / rows);
  const double positives = std::max(1.0, positive_share_ * rows);
  const double negatives = std::max(1.0, rows - positives);
  const double both_positive = score / (2.0 - score);
  const double both_negative = 2.0 * score * score / (1.0 + score);
  const double variance = score * (1.0 - score) +
                          (positives - 1.0) * (both_positive - score * score) +
                          (negatives - 1.0) * (both_negative - score * score);
  return std::sqrt(std::max(variance, 0.0) / (positives * negatives));
}

// Notes how large the network is; throws where that is too much.
void TableTuning::require_size(const model::TableModel& model, TrialEnd& end) const {
  end.parameter_count = model.network.network().parameters->trainable_value_count();
  if (options_.parameters_max == 0 || end.parameter_count <= options_.parameters_max) return;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("{} parameters, more than {}", end.parameter_count, options_.parameters_max));
}

StepRecord TableTuning::step_of(const nn::EpochLog& log, std::size_t validation_rows) const {
  StepRecord step{.step = log.epoch, .seconds = log.seconds};
  if (const auto train = nn::find_score(log.scores, metric_)) step.train = value_of(*train);
  if (const auto score = nn::find_score(log.scores, "val_" + metric_)) {
    step.validation = value_of(*score);
    step.standard_error = standard_error(*score, validation_rows);
  }
  return step;
}

TrialEnd TableTuning::run(const Trial& trial, const TrialHooks& hooks) {
  if (options_.steps == TrialSteps::parts) return run_parts(trial, hooks);
  model::TableFitOptions options = fit_options_of(trial.setting);
  options.seed = trial.seed;
  TrialEnd end;
  std::size_t validation_rows = 0;
  options.begin = [&](const model::TableModel& model, std::size_t, std::size_t validation) {
    validation_rows = validation;
    require_size(model, end);
  };
  options.callbacks.push_back(std::make_shared<Reporter>(
      [&](const nn::EpochLog& log) { return hooks.report(step_of(log, validation_rows)); }));
  model::fit_table(known_, recipe_of(trial.setting), options, pool_);
  return end;
}

TrialEnd TableTuning::run_parts(const Trial& trial, const TrialHooks& hooks) {
  TrialEnd end;
  for (const int part : kDataParts) {
    model::TableFitOptions options = fit_options_of(trial.setting);
    options.seed = trial.seed;
    std::size_t validation_rows = 0;
    options.begin = [&](const model::TableModel& model, std::size_t, std::size_t validation) {
      validation_rows = validation;
      require_size(model, end);
    };
    StepRecord best;
    double seconds = 0.0;
    options.callbacks.push_back(std::make_shared<Reporter>([&](const nn::EpochLog& log) {
      hooks.check_time();
      const StepRecord epoch = step_of(log, validation_rows);
      seconds += epoch.seconds;
      if (!best.validation || (epoch.validation && *epoch.validation > *best.validation)) {
        best = epoch;
      }
      return true;
    }));
    const data::Batch rows =
        chosen(known_, rows_of_part(known_.row_count, part, options_.fit.seed));
    model::fit_table(rows, recipe_of(trial.setting), options, pool_);
    best.epochs = best.step;
    best.step = part;
    best.share = static_cast<double>(part) / kWholeData;
    best.seconds = seconds;
    if (!hooks.report(best)) break;
  }
  return end;
}

model::TableModel TableTuning::train(features::TableRecipe recipe,
                                     model::TableFitOptions options) const {
  options.validation_split = 0.0;
  options.patience = 0;
  return model::fit_table(known_, std::move(recipe), options, pool_);
}

model::TableModel TableTuning::train(const Trial& trial, std::uint64_t seed,
                                     const std::string& rule) const {
  model::TableFitOptions options = fit_options_of(trial.setting);
  options.seed = seed;
  if (const StepRecord* best = trial.best_step()) {
    options.epochs = options_.steps == TrialSteps::parts ? best->epochs : best->step;
  }
  return train(recipe_of(trial.setting, rule), std::move(options));
}

double TableTuning::test_score(model::TableModel& model) const {
  data::Batch rows = test_;
  rows.label = data::column(model::encode_label(model.label, *test_.label));
  const nn::Scores scores = model.network.evaluate(rows, {}, pool_);
  return value_of(nn::find_score(scores, metric_).value());
}

void TableTuning::run_finals(Report& report) {
  if (!report.verdict.best || test_.row_count == 0) return;
  report.judges = "rows";
  const auto finish = [&](std::string role, std::string setting, const auto& train_one) {
    Finalist finalist{std::move(role), std::move(setting), 0, {}, {}, 0.0};
    for (int run = 0; run < options_.seed_count; ++run) {
      const auto start = std::chrono::steady_clock::now();
      model::TableModel model = train_one(options_.fit.seed + static_cast<std::uint64_t>(run));
      const std::chrono::duration<double> training = std::chrono::steady_clock::now() - start;
      finalist.seconds += training.count() / options_.seed_count;
      finalist.parameter_count = model.network.network().parameters->trainable_value_count();
      evaluation::MetricResult result;
      result.value = test_score(model);
      finalist.runs.push_back(std::move(result));
    }
    finalist.test = over_seeds(finalist.runs);
    report.finalists.push_back(std::move(finalist));
  };
  const auto finish_trial = [&](const std::string& role, const Trial& trial,
                                const std::string& rule) {
    finish(role, rule.empty() ? to_text(trial.setting) : text_by_rule(trial.setting),
           [&](std::uint64_t seed) { return train(trial, seed, rule); });
  };
  const Trial& best = *report.verdict.best;
  finish_trial("best", best, "");
  if (report.verdict.smallest->id != best.id) {
    finish_trial("smallest as good", *report.verdict.smallest, "");
  }
  // As `kindred fit` does it: the columns as they are, validation decides when to stop.
  finish("default", "as kindred fit", [&](std::uint64_t seed) {
    model::TableFitOptions options = options_.fit;
    options.seed = seed;
    return model::fit_table(known_, recipe_, options, pool_);
  });
  if (options_.rules && has_embeddings(recipe_, facts_)) {
    for (const DimensionRule& rule : dimension_rules(1)) finish_trial(rule.name, best, rule.name);
  }
  if (options_.seed_count < 2) return;  // One run each says nothing of chance.
  for (std::size_t i = 1; i < report.finalists.size(); ++i) {
    report.differences.push_back(difference(report.finalists[0], report.finalists[i]));
  }
}

}  // namespace kindred::tuning
