// How well ratings are predicted, and how honest the uncertainty is.
//
//   rmse        root of the mean squared error
//   mae         mean absolute error
//   coverage50  share of the ratings inside the interval that should hold half of them
//   coverage90  share inside the one that should hold nine in ten
//
// Intervals are those of a normal distribution, mean -+ 0.6745 and 1.6449 standard
// deviations. The 95% bounds of the metrics are mean -+ 1.96 standard errors over the
// ratings, as if these were independent of each other; for rmse of the squared error,
// then the root.
//
// Thread safety: pure functions.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kindred/evaluation/result.h"

namespace kindred::evaluation {

struct RatingMetric {
  std::string name;
  std::string definition;  // One line for people.
  double value = 0.0;
  std::optional<Interval> interval;  // 95%; none for fewer than 2 ratings.
};

// What was predicted for some ratings.
struct RatingPredictions {
  std::vector<float> values;      // One for each rating, cut to the scale.
  std::vector<float> centres;     // The same before that: the middles of the intervals.
  std::vector<float> deviations;  // Standard deviations; empty where none is known.
};

// The four metrics, or the first two without deviations.
// Requires: truth not empty, and as long as what the predictions hold.
std::vector<RatingMetric> rating_metrics(std::span<const float> truth,
                                         const RatingPredictions& predictions);

// The mean of each metric over runs (folds or seeds). The interval covers all test
// ratings: that of the mean of independent runs. Requires: runs of the same metrics.
std::vector<RatingMetric> mean_over_runs(const std::vector<std::vector<RatingMetric>>& runs);

}  // namespace kindred::evaluation
