#include "kindred/evaluation/prediction_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/evaluation/row_values.h"

namespace kindred::evaluation {
namespace {

using Kind = PredictionMetricKind;

struct PredictionMetricName {
  Kind kind;
  std::string_view name;
  std::string_view short_name;  // Or "".
  bool larger_is_better;
};

constexpr auto kPredictionMetricNames = std::to_array<PredictionMetricName>({
    {Kind::mean_squared_error, "mean_squared_error", "mse", false},
    {Kind::root_mean_squared_error, "root_mean_squared_error", "rmse", false},
    {Kind::mean_absolute_error, "mean_absolute_error", "mae", false},
    {Kind::mean_absolute_percentage_error, "mean_absolute_percentage_error", "mape", false},
    {Kind::mean_squared_logarithmic_error, "mean_squared_logarithmic_error", "msle", false},
    {Kind::r2_score, "r2_score", "r2", true},
    {Kind::accuracy, "accuracy", "acc", true},
    {Kind::exact_accuracy, "exact_accuracy", "", true},
    {Kind::binary_accuracy, "binary_accuracy", "", true},
    {Kind::categorical_accuracy, "categorical_accuracy", "", true},
    {Kind::sparse_categorical_accuracy, "sparse_categorical_accuracy", "", true},
    {Kind::top_k_accuracy, "top_k_accuracy", "", true},
    {Kind::precision, "precision", "", true},
    {Kind::recall, "recall", "", true},
    {Kind::f1_score, "f1_score", "f1", true},
    {Kind::auc, "auc", "", true},
    {Kind::auc_pr, "auc_pr", "", true},
    {Kind::auc_by_thresholds, "auc_by_thresholds", "", true},
    {Kind::auc_pr_by_thresholds, "auc_pr_by_thresholds", "", true},
    {Kind::binary_crossentropy, "binary_crossentropy", "log_loss", false},
    {Kind::categorical_crossentropy, "categorical_crossentropy", "", false},
    {Kind::sparse_categorical_crossentropy, "sparse_categorical_crossentropy", "", false},
});

const PredictionMetricName& names_of(Kind kind) noexcept {
  return *std::ranges::find(kPredictionMetricNames, kind, &PredictionMetricName::kind);
}

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, message);
}

// "top_5_accuracy" is 5.
std::size_t parse_top_k(std::string_view name) {
  constexpr std::string_view kBefore = "top_";
  constexpr std::string_view kAfter = "_accuracy";
  if (!name.starts_with(kBefore) || !name.ends_with(kAfter)) return 0;
  name.remove_prefix(kBefore.size());
  if (name.size() <= kAfter.size()) return 0;
  name.remove_suffix(kAfter.size());
  std::size_t k = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), k);
  return error == std::errc() && end == name.data() + name.size() ? k : 0;
}

void check_options(const PredictionMetric& metric) {
  if (!(metric.threshold >= 0.0F && metric.threshold <= 1.0F)) {
    refuse(fmt::format("the threshold of {} is {}; it must be in [0, 1]", name(metric),
                       metric.threshold));
  }
  if (metric.k == 0) refuse("the k of a top-k accuracy is 0; it must be at least 1");
  if (metric.thresholds < 2) {
    refuse(
        fmt::format("{} has {} thresholds; it needs at least 2", name(metric), metric.thresholds));
  }
}

// What accuracy means for these shapes.
Kind resolve(Kind kind, const PredictionBatch& batch) {
  if (kind != Kind::accuracy) return kind;
  if (batch.outputs == 1) return Kind::binary_accuracy;
  return batch.target_width == 1 ? Kind::sparse_categorical_accuracy : Kind::categorical_accuracy;
}

bool takes_class_id(const PredictionMetric& metric, std::size_t target_width) {
  return metric.kind == Kind::sparse_categorical_accuracy ||
         metric.kind == Kind::sparse_categorical_crossentropy ||
         (metric.kind == Kind::top_k_accuracy && target_width == 1);
}

float probability(float prediction, bool from_logits) {
  return from_logits ? 1.0F / (1.0F + std::exp(-prediction)) : prediction;
}

bool is_class_id(float id, std::size_t classes) {
  return id >= 0.0F && id < static_cast<float>(classes) && id == std::floor(id);
}

}  // namespace

PredictionMetric parse_prediction_metric(std::string_view name) {
  std::string names;
  if (const std::size_t k = parse_top_k(name); k > 0) return {.kind = Kind::top_k_accuracy, .k = k};
  for (const PredictionMetricName& known : kPredictionMetricNames) {
    if (known.name == name || (!known.short_name.empty() && known.short_name == name)) {
      return {.kind = known.kind};
    }
    names += names.empty() ? "" : ", ";
    names += known.name;
  }
  refuse(fmt::format("there is no metric '{}'; there are {}", name, names));
}

std::string name(const PredictionMetric& metric) {
  if (metric.kind == Kind::top_k_accuracy) return fmt::format("top_{}_accuracy", metric.k);
  return std::string(names_of(metric.kind).name);
}

bool larger_is_better(const PredictionMetric& metric) noexcept {
  return names_of(metric.kind).larger_is_better;
}

MetricAccumulator::MetricAccumulator(const PredictionMetric& metric)
    : metric_(metric), resolved_(metric), sums_(sums_for(metric)) {}

MetricAccumulator::Sums MetricAccumulator::sums_for(const PredictionMetric& metric) {
  check_options(metric);
  switch (metric.kind) {
    case Kind::r2_score:
      return TargetMoments();
    case Kind::precision:
    case Kind::recall:
    case Kind::f1_score:
      return ThresholdCounts({metric.threshold});
    case Kind::auc_by_thresholds:
    case Kind::auc_pr_by_thresholds:
      return ThresholdCounts(ThresholdCounts::spread(metric.thresholds));
    case Kind::auc:
    case Kind::auc_pr:
      return BinaryScores();
    default:
      return WeightedMean();
  }
}

void MetricAccumulator::settle_shapes(const PredictionBatch& batch) {
  KINDRED_CHECK(batch.predictions.size() == batch.rows * batch.outputs);
  KINDRED_CHECK(batch.targets.size() == batch.rows * batch.target_width);
  KINDRED_CHECK(batch.weights.empty() || batch.weights.size() == batch.rows);
  if (outputs_ == 0) {
    resolved_.kind = resolve(metric_.kind, batch);
    const std::size_t wanted = takes_class_id(resolved_, batch.target_width) ? 1 : batch.outputs;
    if (batch.outputs == 0 || batch.target_width != wanted) {
      refuse(fmt::format("{} of {} outputs wants {} targets a row, and there are {}", name(metric_),
                         batch.outputs, wanted, batch.target_width));
    }
    outputs_ = batch.outputs;
    target_width_ = batch.target_width;
  } else if (batch.outputs != outputs_ || batch.target_width != target_width_) {
    refuse(fmt::format("{} got {} outputs and {} targets a row after {} and {}", name(metric_),
                       batch.outputs, batch.target_width, outputs_, target_width_));
  }
}

void MetricAccumulator::add(const PredictionBatch& batch) {
  settle_shapes(batch);
  const bool class_ids = takes_class_id(resolved_, target_width_);
  for (std::size_t row = 0; row < batch.rows; ++row) {
    const std::span p = batch.predictions.subspan(row * outputs_, outputs_);
    const std::span y = batch.targets.subspan(row * target_width_, target_width_);
    const float weight = batch.weights.empty() ? 1.0F : batch.weights[row];
    if (class_ids && !is_class_id(y.front(), outputs_)) {
      refuse(fmt::format("the target of row {} is {}, not the number of one of {} classes", row,
                         y.front(), outputs_));
    }
    std::visit(Overloaded{[&](WeightedMean& mean) {
                            mean.sum += weight * row_value(resolved_, p, y);
                            mean.weight += weight;
                          },
                          [&](TargetMoments& moments) { moments.add(p, y, weight); },
                          [&](auto& positives) {
                            for (std::size_t i = 0; i < p.size(); ++i) {
                              positives.add(probability(p[i], metric_.from_logits), y[i] > 0.5F,
                                            weight);
                            }
                          }},
               sums_);
  }
}

std::vector<double> MetricAccumulator::values() const {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  return std::visit(
      Overloaded{
          [&](const WeightedMean& mean) -> std::vector<double> {
            if (!(mean.weight > 0.0)) return {kNan};
            const double value = mean.sum / mean.weight;
            return {metric_.kind == Kind::root_mean_squared_error ? std::sqrt(value) : value};
          },
          [&](const TargetMoments& moments) {
            std::vector<double> scores = moments.r2_scores(metric_.regressors);
            return scores.empty() ? std::vector<double>{kNan} : scores;
          },
          [&](const ThresholdCounts& counts) -> std::vector<double> {
            if (!(counts.weight() > 0.0)) return {kNan};
            switch (metric_.kind) {
              case Kind::precision:
                return {counts.precision(0)};
              case Kind::recall:
                return {counts.recall(0)};
              case Kind::f1_score:
                return {counts.f1_score(0)};
              case Kind::auc_by_thresholds:
                return {counts.roc_area(metric_.summation)};
              default:
                return {counts.precision_recall_area(metric_.summation)};
            }
          },
          [&](const BinaryScores& scores) -> std::vector<double> {
            return {metric_.kind == Kind::auc ? scores.roc_area() : scores.average_precision()};
          }},
      sums_);
}

double MetricAccumulator::value() const {
  const std::vector<double> all = values();
  return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

void MetricAccumulator::reset() {
  std::visit(Overloaded{[](WeightedMean& mean) { mean = {}; }, [](auto& sums) { sums.reset(); }},
             sums_);
  outputs_ = 0;
  target_width_ = 0;
}

}  // namespace kindred::evaluation
