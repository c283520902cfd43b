#include "kindred/tuning/ratings_tuning.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>

#include "kindred/base/error.h"
#include "kindred/model/checkpoint.h"
#include "kindred/training/training_loop.h"
#include "kindred/tuning/dimension_prior.h"

namespace kindred::tuning {
namespace {

constexpr std::size_t kUsersPerHeldOutUser = 10;
constexpr std::size_t kHeldOutUsersMax = 1000;
// Enough for a curve to look at, which chooses nothing.
constexpr std::size_t kRememberedUsersMax = 500;

void set_number(factorization::IalsOptions& options, const std::string& name, const Value& value) {
  if (std::holds_alternative<std::string>(value)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' is '{}', not a number", name, to_text(value)));
  }
  const double number = as_number(value);
  if (name == "dim") {
    options.dimensions = static_cast<int>(std::lround(number));
  } else if (name == "epochs") {
    options.epochs = static_cast<int>(std::lround(number));
  } else if (name == "regularization") {
    options.regularization = static_cast<float>(number);
  } else if (name == "regularization-exponent") {
    options.regularization_exponent = static_cast<float>(number);
  } else if (name == "unobserved-weight") {
    options.unobserved_weight = static_cast<float>(number);
  } else if (name == "init-stddev") {
    options.init_stddev = static_cast<float>(number);
  } else {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' is no parameter of iALS: dim, epochs, regularization, "
                            "regularization-exponent, unobserved-weight or init-stddev",
                            name));
  }
}

double standard_error(const evaluation::MetricResult& result) {
  return result.interval ? (result.interval->high - result.interval->low) / (2.0 * 1.96) : 0.0;
}

SparseMatrix positives_of(const data::Interactions& ratings, const data::PositiveRule& rule) {
  SparseMatrix positives = data::positives(ratings.by_user, rule);
  if (positives.entry_count() > 0) return positives;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("none of the {} ratings is positive ({})", ratings.by_user.entry_count(),
                          data::describe(rule)));
}

// The same people, those outside the part without positives.
SparseMatrix part_of(const SparseMatrix& positives, int part, std::uint64_t seed) {
  if (part == kWholeData) return positives;
  SparseMatrix out;
  out.cols = positives.cols;
  const std::vector<std::size_t> people = rows_of_part(positives.rows, part, seed);
  auto next = people.begin();
  for (std::size_t row = 0; row < positives.rows; ++row) {
    const bool is_inside = next != people.end() && *next == row;
    if (is_inside) {
      out.append_row(positives.row_columns(row), positives.row_values(row));
      ++next;
    } else {
      out.append_row({}, {});
    }
  }
  return out;
}

}  // namespace

std::size_t default_held_out_users(std::size_t user_count) noexcept {
  return std::clamp<std::size_t>(user_count / kUsersPerHeldOutUser, 1, kHeldOutUsersMax);
}

Space ratings_space(std::size_t item_count, int dimensions_max) {
  const DimensionPrior prior = dimension_prior(item_count);
  Parameter dim{.name = "dim", .range = {}, .condition = {}, .start = std::int64_t{prior.start}};
  IntegerRange range{.low = prior.low, .high = prior.high, .scale = Scale::log};
  range.widening = Widening{1.0, static_cast<double>(std::max(dimensions_max, prior.high)), 2.0};
  dim.range = range;
  // Where the published settings of seven data sets lie, and what widening reaches.
  Parameter regularization{.name = "regularization",
                           .range = FloatRange{.low = 1e-3,
                                               .high = 3e-2,
                                               .scale = Scale::log,
                                               .widening = Widening{1e-6, 10.0, 3.0}},
                           .condition = {},
                           .start = 1e-2};
  Parameter weight{
      .name = "unobserved-weight",
      .range =
          FloatRange{
              .low = 1e-2, .high = 0.5, .scale = Scale::log, .widening = Widening{1e-4, 3.0, 3.0}},
      .condition = {},
      .start = 0.1};
  return {{dim, regularization, weight}};
}

Space item_item_space(std::size_t item_count) {
  const auto count_max = static_cast<std::int64_t>(std::max<std::size_t>(item_count, 4));
  const std::int64_t start = std::min<std::int64_t>(100, count_max);
  return {{{.name = "neighbors",
            .range = IntegerRange{.low = std::min<std::int64_t>(10, start / 4),
                                  .high = std::min<std::int64_t>(400, count_max),
                                  .scale = Scale::log},
            .condition = {},
            .start = start},
           {.name = "shrinkage",
            .range = FloatRange{.low = 0.01, .high = 100.0, .scale = Scale::log},
            .condition = {},
            .start = 1.0}}};
}

learning::ItemItemOptions item_item_options_of(const Setting& setting,
                                               learning::ItemItemOptions base) {
  for (const auto& [name, value] : setting.values()) {
    if (std::holds_alternative<std::string>(value)) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("'{}' is '{}', not a number", name, to_text(value)));
    }
    if (name == "neighbors") {
      base.neighbors = static_cast<int>(std::lround(as_number(value)));
    } else if (name == "shrinkage") {
      base.shrinkage = static_cast<float>(as_number(value));
    } else {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("'{}' is no parameter of a model item by item: neighbors or "
                              "shrinkage",
                              name));
    }
  }
  learning::validate(base);
  return base;
}

factorization::IalsOptions ials_options_of(const Setting& setting,
                                           factorization::IalsOptions base) {
  for (const auto& [name, value] : setting.values()) set_number(base, name, value);
  factorization::validate(base);
  return base;
}

RatingsTuning::RatingsTuning(const data::Interactions& ratings, const RatingsTuningOptions& options,
                             ThreadPool& pool)
    : ratings_(ratings),
      options_(options),
      pool_(pool),
      test_(positives_of(ratings, options.rule), options.test_users, options.ials.seed),
      validation_(test_.training_positives(), options.validation_users, options.ials.seed),
      remembered_(validation_.training_positives(),
                  std::min(options.validation_users, kRememberedUsersMax), options.ials.seed) {
  if (validation_.user_count() == 0) {
    throw Error(ErrorCode::invalid_argument,
                "nobody can be held out to validate on: too few users have two positives");
  }
  if (options.test_users > 0 && test_.user_count() == 0) {
    throw Error(ErrorCode::invalid_argument,
                "nobody can be held out to test on: too few users have two positives");
  }
  const auto& ials = options.ials;
  subject_.set("kind", "ratings");
  subject_.set("data", model::training_fingerprint(data::positives(ratings.by_user, options.rule),
                                                   ratings.users, ratings.items));
  subject_.set("positives", data::describe(options.rule));
  subject_.set("metric", evaluation::name(options.metric));
  subject_.set("validation_users", std::uint64_t{validation_.user_count()});
  subject_.set("test_users", std::uint64_t{test_.user_count()});
  subject_.set("epochs", ials.epochs);
  subject_.set("patience", options.patience);
  subject_.set("regularization_exponent", double{ials.regularization_exponent});
  subject_.set("init_stddev", double{ials.init_stddev});
  subject_.set("seed", ials.seed);
  if (options.steps == TrialSteps::parts) subject_.set("steps", "parts");
  if (options.item_item) subject_.set("model", "item-item");
}

// What a trial begins with, and who is told of its best vectors once it has finished.
struct RatingsTuning::Start {
  std::optional<Matrix> items = {};
  std::function<void(const Trial& reported, const Matrix& best)> keep = {};
};

struct RatingsTuning::Learned {
  Matrix items;  // Of the best epoch.
  StepRecord best;
  double seconds = 0.0;  // All epochs.
};

TrialEnd RatingsTuning::run(const Trial& trial, const TrialHooks& hooks) {
  return options_.item_item ? train_item_item(trial, hooks) : train(trial, hooks, {});
}

// One step, whose count of parameters is that of the numbers kept.
TrialEnd RatingsTuning::train_item_item(const Trial& trial, const TrialHooks& hooks) {
  const SparseMatrix& positives = validation_.training_positives();
  const auto start = std::chrono::steady_clock::now();
  const SparseMatrix rows = learning::item_item_rows(
      positives, item_item_options_of(trial.setting, *options_.item_item), pool_);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  hooks.check_time();
  const learning::ItemItemRanker ranker(rows, positives, {.only_learned = false});
  const evaluation::MetricResult judged = validation_.measure(ranker, options_.metric, pool_);
  hooks.report({.step = 1,
                .seconds = seconds.count(),
                .train = remembered_.measure(ranker, options_.metric, pool_).value,
                .validation = judged.value,
                .standard_error = standard_error(judged)});
  return {.parameter_count = rows.entry_count()};
}

TrialEnd RatingsTuning::run(const Trial& trial, const TrialHooks& hooks, WarmStarts& starts,
                            const std::vector<Trial>& known) {
  Start start;
  const int dimensions = ials_options_of(trial.setting, options_.ials).dimensions;
  const Trial* parent = warm_parent(known, dimensions);
  if (parent != nullptr) start.items = starts.find(parent->id);
  const bool is_warm = start.items.has_value();
  start.keep = [&](const Trial& reported, const Matrix& best) {
    starts.keep(reported, best, known);
  };
  TrialEnd end = train(trial, hooks, std::move(start));
  if (is_warm) {
    end.parent = parent->id;
    end.steps_before = parent->epochs_until_best();
  }
  return end;
}

TrialEnd RatingsTuning::train(const Trial& trial, const TrialHooks& hooks, Start start) {
  factorization::IalsOptions options = ials_options_of(trial.setting, options_.ials);
  options.seed = trial.seed;
  const SparseMatrix& positives = validation_.training_positives();
  Trial reported = trial;
  bool goes_on = true;
  const auto report = [&](const StepRecord& step) {
    reported.steps.push_back(step);
    goes_on = hooks.report(step);
    return goes_on;
  };
  std::optional<Matrix> items = std::move(start.items);
  if (options_.steps == TrialSteps::epochs) {
    items = learn(positives, options, items, hooks, report).items;
  } else {
    for (const int part : kDataParts) {
      if (!goes_on) break;
      Learned learned = learn(part_of(positives, part, options_.ials.seed), options, items, hooks,
                              [](const StepRecord&) { return true; });
      items = std::move(learned.items);
      StepRecord step = learned.best;
      step.epochs = step.step;
      step.step = part;
      step.share = static_cast<double>(part) / kWholeData;
      step.seconds = learned.seconds;
      report(step);
    }
  }
  if (start.keep && goes_on) start.keep(reported, *items);
  return {.parameter_count = parameter_count(options.dimensions)};
}

// One training, to its end or until `observe`, which is told of every epoch, has had enough.
RatingsTuning::Learned RatingsTuning::learn(const SparseMatrix& positives,
                                            const factorization::IalsOptions& options,
                                            const std::optional<Matrix>& begin,
                                            const TrialHooks& hooks,
                                            const std::function<bool(const StepRecord&)>& observe) {
  factorization::Ials ials(positives, options);
  if (begin) {
    ials.restore(factorization::draw_user_vectors(positives.rows, options), grown(*begin, options),
                 0);
  }
  Learned learned;
  evaluation::MetricResult judged;
  training::Trainee trainee;
  trainee.run_epoch = [&] {
    ials.solve_users(pool_);
    hooks.check_time();
    ials.solve_items(pool_);
  };
  trainee.validate = [&] {
    judged = validation_.measure(ials.item_vectors(), options, options_.metric, pool_);
    return judged.value;
  };
  trainee.keep_best = [&] { learned.items = ials.item_vectors(); };
  std::atomic<bool> ended = false;
  const training::LoopOptions loop = {
      .epochs = options.epochs, .patience = options_.patience, .cancelled = &ended};
  training::run_training(trainee, loop, {}, [&](const training::Epoch& record) {
    const StepRecord step = {
        .step = record.epoch,
        .seconds = record.seconds,
        .train = remembered_.measure(ials.item_vectors(), options, options_.metric, pool_).value,
        .validation = record.validation,
        .standard_error = standard_error(judged)};
    learned.seconds += step.seconds;
    const bool is_best = !learned.best.validation || *step.validation > *learned.best.validation;
    if (is_best) learned.best = step;
    ended = !observe(step);
  });
  return learned;
}

bool allows_warm_starts(const Space& space) {
  const Parameter* dim = space.find("dim");
  return dim != nullptr && space.find("epochs") == nullptr && space.find("init-stddev") == nullptr;
}

Tested RatingsTuning::test(const learning::WatchOptions& family) {
  const auto start = std::chrono::steady_clock::now();
  if (const auto* item_item = std::get_if<learning::ItemItemOptions>(&family)) {
    const SparseMatrix& positives = test_.training_positives();
    const SparseMatrix rows = learning::item_item_rows(positives, *item_item, pool_);
    const std::chrono::duration<double> training = std::chrono::steady_clock::now() - start;
    const learning::ItemItemRanker ranker(rows, positives, {.only_learned = false});
    return {.result = test_.measure(ranker, options_.metric, pool_), .seconds = training.count()};
  }
  const auto& options = std::get<factorization::IalsOptions>(family);
  factorization::Ials ials(test_.training_positives(), options);
  for (int epoch = 0; epoch < options.epochs; ++epoch) ials.run_epoch(pool_);
  const std::chrono::duration<double> training = std::chrono::steady_clock::now() - start;
  return {.result = test_.measure(ials.item_vectors(), options, options_.metric, pool_),
          .seconds = training.count()};
}

std::size_t RatingsTuning::parameter_count(int dimensions) const noexcept {
  const SparseMatrix& positives = validation_.training_positives();
  return (positives.rows + positives.cols) * static_cast<std::size_t>(dimensions);
}

}  // namespace kindred::tuning
