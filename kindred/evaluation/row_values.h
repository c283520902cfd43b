// The value of one row, for the metrics of prediction_metrics.h that are means over rows.
//
// Thread safety: pure.

#pragma once

#include <span>

namespace kindred::evaluation {

struct PredictionMetric;

// Requires: a metric that is a mean over rows, its accuracy resolved; targets that suit it
// (as many as predictions, or one class id).
double row_value(const PredictionMetric& metric, std::span<const float> predictions,
                 std::span<const float> targets);

}  // namespace kindred::evaluation
