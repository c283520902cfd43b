// Metrics of predicted values and classes, added up batch by batch.
//
// Each is an accumulator: add() batches of any size, ask for the value, reset() between
// epochs. What is accumulated are sums over all rows, so the value is that of the whole
// epoch and not a mean over batches. With weights, every sum is a weighted one.
//
//   mean_squared_error, mean_absolute_error, mean_absolute_percentage_error,
//   mean_squared_logarithmic_error     of a row, the mean over its outputs
//   root_mean_squared_error            the root of the first, over the whole epoch
//   r2_score                           1 - residual / total variance of each output, averaged
//   accuracy                           binary, sparse or categorical, by the shapes
//   exact_accuracy                     share of outputs that equal their target
//   binary_accuracy                    share of outputs on the right side of the threshold
//   categorical_accuracy               share of rows whose largest output is that of the target
//   sparse_categorical_accuracy        the same, the target being the number of the class
//   top_k_accuracy                     share of rows whose class is among the k largest
//   precision, recall, f1_score        of what lies above the threshold
//   auc                                area under the ROC curve, exactly, ties half
//   auc_pr                             area under precision over recall: average precision
//   auc_by_thresholds, auc_pr_by_thresholds
//                                      the reference's approximations from 200 thresholds
//   binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy
//                                      mean -log of the probability of the truth: log loss
//
// Names and formulas are those of Keras 3, except that its `AUC` is `auc_by_thresholds`
// here: the exact one costs a sort and no error.
//
// Cost: O(rows x outputs) a batch and O(1) memory; the exact areas keep every prediction
// (8 bytes an output) and sort when asked for their value.
//
// Thread safety: as for any value.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kindred/evaluation/binary_scores.h"
#include "kindred/evaluation/target_moments.h"
#include "kindred/evaluation/threshold_counts.h"

namespace kindred::evaluation {

enum class PredictionMetricKind {
  mean_squared_error,
  root_mean_squared_error,
  mean_absolute_error,
  mean_absolute_percentage_error,
  mean_squared_logarithmic_error,
  r2_score,
  accuracy,
  exact_accuracy,
  binary_accuracy,
  categorical_accuracy,
  sparse_categorical_accuracy,
  top_k_accuracy,
  precision,
  recall,
  f1_score,
  auc,
  auc_pr,
  auc_by_thresholds,
  auc_pr_by_thresholds,
  binary_crossentropy,
  categorical_crossentropy,
  sparse_categorical_crossentropy,
};

struct PredictionMetric {
  PredictionMetricKind kind = PredictionMetricKind::mean_squared_error;
  float threshold = 0.5F;        // Of accuracy, precision, recall, F1: above it is positive.
  std::size_t k = 5;             // Of top_k_accuracy.
  std::size_t thresholds = 200;  // Of the areas by thresholds; at least 2.
  AreaSummation summation = AreaSummation::interpolation;  // Of the same.
  std::size_t regressors = 0;                              // r2_score is adjusted for so many.
  // Predictions are what comes before the sigmoid or softmax. Thresholds still speak of
  // probabilities; errors and ranks do not ask.
  bool from_logits = false;

  bool operator==(const PredictionMetric&) const = default;
};

// By the names above or the short ones: "mse", "rmse", "mae", "mape", "msle", "r2", "acc",
// "f1", "log_loss", and "top_5_accuracy" for any k. Throws Error(invalid_argument), listing
// the names, for anything else.
PredictionMetric parse_prediction_metric(std::string_view name);

// As it is written above, with the number for k: "top_5_accuracy".
std::string name(const PredictionMetric& metric);

// Whether the metric rises as predictions get better.
bool larger_is_better(const PredictionMetric& metric) noexcept;

// Rows as a model gives them. Targets are as wide as the predictions, or one class id a row.
struct PredictionBatch {
  std::span<const float> predictions;  // rows x outputs, row-major.
  std::span<const float> targets;      // rows x target_width.
  std::size_t rows = 0;
  std::size_t outputs = 1;
  std::size_t target_width = 1;
  std::span<const float> weights = {};  // rows; empty: all 1.
};

// Of a value for each row.
struct WeightedMean {
  double sum = 0.0;
  double weight = 0.0;
};

class MetricAccumulator {
 public:
  // Throws Error(invalid_argument) for an option out of range.
  explicit MetricAccumulator(const PredictionMetric& metric);

  const PredictionMetric& metric() const noexcept { return metric_; }

  // Throws Error(invalid_argument) when the widths do not suit the metric or differ from
  // those of the batches before, or a class id is none.
  // Requires: spans as long as rows and widths say.
  void add(const PredictionBatch& batch);

  // NaN where nothing was added, or where the metric is not defined: AUC of one class only.
  // The mean over values().
  double value() const;

  // r2_score: one for each output; others: the value alone.
  std::vector<double> values() const;

  // As if newly made. Keeps its memory.
  void reset();

 private:
  using Sums = std::variant<WeightedMean, TargetMoments, ThresholdCounts, BinaryScores>;

  static Sums sums_for(const PredictionMetric& metric);
  void settle_shapes(const PredictionBatch& batch);

  PredictionMetric metric_;
  PredictionMetric resolved_;     // With the kind of accuracy that the shapes ask for.
  std::size_t outputs_ = 0;       // Of the batches so far; 0: none yet.
  std::size_t target_width_ = 0;  // Likewise.
  Sums sums_;
};

}  // namespace kindred::evaluation
