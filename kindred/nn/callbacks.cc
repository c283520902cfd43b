#include "kindred/nn/callbacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "kindred/base/error.h"
#include "kindred/base/size.h"
#include "kindred/evaluation/prediction_metrics.h"

namespace kindred::nn {
namespace {

// Throws Error(not_found) that lists the scores.
double monitored(const TrainingView& view, const std::string& name) {
  const Scores& scores = view.history.epochs.back().scores;
  if (const auto value = find_score(scores, name)) return *value;
  std::string names;
  for (const auto& [other, value] : scores) names += (names.empty() ? "" : ", ") + other;
  throw Error(ErrorCode::not_found,
              fmt::format("there is no score '{}' to watch; there are {}", name, names));
}

// The best score so far, and how long ago it was.
class BestScore {
 public:
  BestScore(std::string monitor, Better better, double step_min)
      : larger_(is_larger_better(better, monitor)),
        step_min_(std::abs(step_min)),
        best_(larger_ ? -std::numeric_limits<double>::infinity()
                      : std::numeric_limits<double>::infinity()) {}

  bool is_better(double value, double than) const {
    return larger_ ? value > than + step_min_ : value < than - step_min_;
  }
  bool improves(double value) const { return is_better(value, best_); }
  double best() const noexcept { return best_; }
  void set_best(double value) noexcept { best_ = value; }

 private:
  bool larger_;
  double step_min_;
  double best_;
};

// JSON has no infinities: null is "none yet".
Json json_of(double value) { return std::isfinite(value) ? Json(value) : Json(); }

// Which epoch a second opinion would keep while the first one is stuck: see the options.
class SecondOpinion {
 public:
  // Whether this epoch is to be kept although the monitored score is no better.
  bool prefers(double value, int epoch, int best_epoch) {
    if (!first_) {
      first_ = best_ = value;
      return false;
    }
    if (!(value < best_)) return false;
    best_ = value;
    if (!(best_epoch == 1 || follows_) || epoch == 1 || !(value < 0.9 * *first_)) return false;
    follows_ = true;
    return true;
  }
  void stop_following() noexcept { follows_ = false; }

  Json state() const {
    Json json;
    json.set("first", first_ ? Json(*first_) : Json());
    json.set("best", json_of(best_));
    json.set("follows", follows_);
    return json;
  }
  void restore(const Json& json) {
    if (!json.at("first").is_null()) first_ = json.at("first").as_double();
    if (!json.at("best").is_null()) best_ = json.at("best").as_double();
    follows_ = json.at("follows").as_bool();
  }

 private:
  std::optional<double> first_;
  double best_ = 0.0;
  bool follows_ = false;
};

int count_of(const Json& state, const char* name) {
  return static_cast<int>(read_size(state, name, name, std::numeric_limits<int>::max()));
}

class EarlyStopping final : public Callback {
 public:
  explicit EarlyStopping(const EarlyStoppingOptions& options)
      : options_(options), score_(options.monitor, options.better, options.step_min) {}

  void on_epoch_end(TrainingView& view) override {
    const double value = monitored(view, options_.monitor);
    const int epoch = view.history.epochs.back().epoch;
    if (epoch <= options_.first_epoch) return;
    if (options_.restore_best && best_epoch_ == 0) keep(view, epoch);
    ++waited_;
    if (score_.improves(value)) {
      score_.set_best(value);
      keep(view, epoch);
      ask_second(view, epoch);
      second_.stop_following();
      if (!options_.baseline || score_.is_better(value, *options_.baseline)) waited_ = 0;
      return;
    }
    if (ask_second(view, epoch)) {
      keep(view, epoch);
      waited_ = 0;
      return;
    }
    if (waited_ >= options_.patience && epoch > 1) {
      view.stops = true;
      view.stop_reason =
          fmt::format("no better {} for {} epoch{}; the best was epoch {}", options_.monitor,
                      waited_, waited_ == 1 ? "" : "s", best_epoch_);
    }
  }

  void on_train_end(TrainingView& view) override {
    if (!options_.restore_best || best_.empty()) return;
    std::size_t i = 0;
    for (Parameter& parameter : view.parameters.all()) parameter.value = best_[i++];
  }

  Json state() const override {
    Json json;
    json.set("best", json_of(score_.best()));
    json.set("best_epoch", best_epoch_);
    json.set("waited", waited_);
    if (!options_.second_opinion.empty()) json.set("second_opinion", second_.state());
    return json;
  }
  void restore(const Json& json) override {
    if (const Json* second = json.find("second_opinion")) second_.restore(*second);
    if (!json.at("best").is_null()) score_.set_best(json.at("best").as_double());
    best_epoch_ = count_of(json, "best_epoch");
    waited_ = count_of(json, "waited");
  }
  void check_against(const History& history) const override {
    const std::vector<double> values = history.values(options_.monitor);
    const bool is_there =
        !std::isfinite(score_.best()) || std::ranges::find(values, score_.best()) != values.end();
    const bool is_kept = !options_.restore_best || best_epoch_ == kept_epoch(history, options_);
    if (is_there && is_kept && waited_ <= static_cast<int>(history.epochs.size())) return;
    throw Error(ErrorCode::corrupt,
                fmt::format("early stopping remembers {} {}, epoch {} and {} epochs without a "
                            "better one, which is not what the history says",
                            options_.monitor, score_.best(), best_epoch_, waited_));
  }
  bool may_have_stopped() const override { return waited_ > 0 && waited_ >= options_.patience; }
  std::vector<Matrix>* kept_parameters() override {
    return options_.restore_best && best_epoch_ > 0 ? &best_ : nullptr;
  }

 private:
  void keep(const TrainingView& view, int epoch) {
    best_epoch_ = epoch;
    if (!options_.restore_best) return;
    best_.clear();
    for (const Parameter& parameter : view.parameters.all()) best_.push_back(parameter.value);
  }

  bool ask_second(const TrainingView& view, int epoch) {
    return !options_.second_opinion.empty() &&
           second_.prefers(monitored(view, options_.second_opinion), epoch, best_epoch_);
  }

  EarlyStoppingOptions options_;
  BestScore score_;
  SecondOpinion second_;
  int best_epoch_ = 0;
  int waited_ = 0;
  std::vector<Matrix> best_;
};

class ReduceOnPlateau final : public Callback {
 public:
  explicit ReduceOnPlateau(const ReduceOnPlateauOptions& options)
      : options_(options), score_(options.monitor, options.better, options.step_min) {
    if (!(options.factor > 0.0 && options.factor < 1.0)) {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format("a factor of {} for the learning rate is not in (0, 1)", options.factor));
    }
  }

  void on_epoch_end(TrainingView& view) override {
    const double value = monitored(view, options_.monitor);
    if (cooling_ > 0) {
      --cooling_;
      waited_ = 0;
    }
    if (score_.improves(value)) {
      score_.set_best(value);
      waited_ = 0;
    } else if (cooling_ == 0 && ++waited_ >= options_.patience) {
      const double rate = view.history.epochs.back().learning_rate;
      if (rate > options_.learning_rate_min) {
        const double next = std::max(rate * options_.factor, options_.learning_rate_min);
        view.learning_rate_factor *= next / rate;
        cooling_ = options_.cooldown;
        waited_ = 0;
      }
    }
  }

  Json state() const override {
    Json json;
    json.set("best", json_of(score_.best()));
    json.set("waited", waited_);
    json.set("cooling", cooling_);
    return json;
  }
  void restore(const Json& json) override {
    if (!json.at("best").is_null()) score_.set_best(json.at("best").as_double());
    waited_ = count_of(json, "waited");
    cooling_ = count_of(json, "cooling");
  }
  void check_against(const History& history) const override {
    const std::vector<double> values = history.values(options_.monitor);
    const bool is_there =
        !std::isfinite(score_.best()) || std::ranges::find(values, score_.best()) != values.end();
    if (is_there && waited_ <= static_cast<int>(history.epochs.size()) &&
        cooling_ <= options_.cooldown) {
      return;
    }
    throw Error(ErrorCode::corrupt,
                fmt::format("the plateau remembers {} {}, {} epochs without a better one and {} of "
                            "cooling, which is not in the history",
                            options_.monitor, score_.best(), waited_, cooling_));
  }
  bool may_have_stopped() const override { return false; }

 private:
  ReduceOnPlateauOptions options_;
  BestScore score_;
  int waited_ = 0;
  int cooling_ = 0;
};

class FunctionCallback final : public Callback {
 public:
  FunctionCallback(std::function<void(TrainingView&)> function, FunctionKind kind)
      : function_(std::move(function)), kind_(kind) {}
  void on_epoch_end(TrainingView& view) override { function_(view); }
  bool may_have_stopped() const override { return kind_ == FunctionKind::may_stop; }

 private:
  std::function<void(TrainingView&)> function_;
  FunctionKind kind_;
};

}  // namespace

bool is_larger_better(Better better, const std::string& monitor) {
  if (better != Better::automatic) return better == Better::larger;
  const std::string name = monitor.starts_with("val_") ? monitor.substr(4) : monitor;
  if (name == "loss") return false;
  return evaluation::larger_is_better(evaluation::parse_prediction_metric(name));
}

std::shared_ptr<Callback> early_stopping(const EarlyStoppingOptions& options) {
  return std::make_shared<EarlyStopping>(options);
}

int kept_epoch(const History& history, const EarlyStoppingOptions& options) {
  BestScore score(options.monitor, options.better, options.step_min);
  SecondOpinion second;
  int kept = 0;
  for (const EpochLog& log : history.epochs) {
    const auto value = find_score(log.scores, options.monitor);
    if (!value || log.epoch <= options.first_epoch) continue;
    const bool improves = score.improves(*value);
    if (kept == 0 || improves) kept = log.epoch;
    if (improves) score.set_best(*value);
    const auto other = find_score(log.scores, options.second_opinion);
    const bool prefers = other && second.prefers(*other, log.epoch, kept);
    if (improves) {
      second.stop_following();
    } else if (prefers) {
      kept = log.epoch;
    }
  }
  return kept;
}

std::shared_ptr<Callback> reduce_on_plateau(const ReduceOnPlateauOptions& options) {
  return std::make_shared<ReduceOnPlateau>(options);
}

std::shared_ptr<Callback> on_epoch_end(std::function<void(TrainingView&)> function,
                                       FunctionKind kind) {
  return std::make_shared<FunctionCallback>(std::move(function), kind);
}

}  // namespace kindred::nn
