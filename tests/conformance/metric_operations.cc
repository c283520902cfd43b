// Metrics of values and classes.

#include <fmt/format.h>

#include "kindred/evaluation/prediction_metrics.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/predictions.h"

namespace kindred::conformance {
namespace {

using evaluation::AreaSummation;
using evaluation::PredictionMetric;
using evaluation::PredictionMetricKind;

// The files' own names, which are none of ours.
constexpr const char* kThresholds =
    "num"
    "_thresholds";
constexpr const char* kRegressors =
    "num"
    "_regressors";

// Options of the reference, under its names.
PredictionMetric read_metric(PredictionMetricKind kind, const Json& arguments) {
  PredictionMetric metric{.kind = kind};
  metric.threshold = static_cast<float>(number_or(arguments, "threshold", metric.threshold));
  metric.from_logits = flag_or(arguments, "from_logits", metric.from_logits);
  const auto count = [&](const char* name, std::size_t& option) {
    if (const Json* found = find_argument(arguments, name)) option = found->as_uint();
  };
  count("k", metric.k);
  count(kThresholds, metric.thresholds);
  count(kRegressors, metric.regressors);
  if (kind == PredictionMetricKind::auc_by_thresholds && text_or(arguments, "curve", "") == "PR") {
    metric.kind = PredictionMetricKind::auc_pr_by_thresholds;
  }
  const std::string summation = text_or(arguments, "summation_method", "interpolation");
  if (summation == "minoring") {
    metric.summation = AreaSummation::minoring;
  } else if (summation == "majoring") {
    metric.summation = AreaSummation::majoring;
  } else if (summation != "interpolation") {
    throw Skip(fmt::format("there is no summation {}", summation));
  }
  return metric;
}

Json metric_of(PredictionMetricKind kind, const Question& question) {
  const Predictions read = read_predictions(question);
  evaluation::MetricAccumulator sums(read_metric(kind, question.arguments));
  sums.add(
      {read.predictions, read.targets, read.rows, read.outputs, read.target_width, read.weights});
  if (!question.expected.is_array()) return sums.value();
  Json out{Json::Array{}};
  for (const double value : sums.values()) out.push(value);
  return out;
}

}  // namespace

void add_metric_operations(Operations& operations) {
  const auto offer = [&](const char* name, PredictionMetricKind kind) {
    operations[fmt::format("metric.{}", name)] = [kind](const Question& question) {
      return metric_of(kind, question);
    };
  };
  for (const char* const name :
       {"mean_squared_error", "root_mean_squared_error", "mean_absolute_error",
        "mean_absolute_percentage_error", "mean_squared_logarithmic_error", "r2_score",
        "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "precision",
        "recall", "binary_crossentropy", "categorical_crossentropy",
        "sparse_categorical_crossentropy"}) {
    offer(name, evaluation::parse_prediction_metric(name).kind);
  }
  // What these two are called there and here.
  offer("accuracy", PredictionMetricKind::exact_accuracy);
  offer("auc", PredictionMetricKind::auc_by_thresholds);
  offer("top_k_categorical_accuracy", PredictionMetricKind::top_k_accuracy);
  offer("sparse_top_k_categorical_accuracy", PredictionMetricKind::top_k_accuracy);
}

}  // namespace kindred::conformance
