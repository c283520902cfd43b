#include "kindred/evaluation/rating.h"

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"

namespace kindred::evaluation {
namespace {

constexpr double kDeviationsOfHalf = 0.674490;  // Of a normal distribution.
constexpr double kDeviationsOfNineTenths = 1.644854;
constexpr double kStandardErrors = 1.96;

// A mean with its 95% interval, not below 0.
struct Mean {
  double value = 0.0;
  std::optional<Interval> interval;
};

template <typename ValueOf>
Mean mean_of(std::size_t count, ValueOf value_of) {
  const auto n = static_cast<double>(count);
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i) sum += value_of(i);
  Mean mean{.value = sum / n, .interval = {}};
  if (count < 2) return mean;
  double squares = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double difference = value_of(i) - mean.value;
    squares += difference * difference;
  }
  const double margin = kStandardErrors * std::sqrt(squares / (n - 1.0) / n);
  mean.interval = Interval{std::max(0.0, mean.value - margin), mean.value + margin};
  return mean;
}

RatingMetric metric(const char* name, const char* definition, const Mean& mean) {
  return {name, definition, mean.value, mean.interval};
}

}  // namespace

std::vector<RatingMetric> rating_metrics(std::span<const float> truth,
                                         const RatingPredictions& predictions) {
  KINDRED_CHECK(!truth.empty() && predictions.values.size() == truth.size());
  const auto error = [&](std::size_t i) {
    return double{truth[i]} - double{predictions.values[i]};
  };
  Mean squared = mean_of(truth.size(), [&](std::size_t i) { return error(i) * error(i); });
  squared.value = std::sqrt(squared.value);
  if (squared.interval) {
    squared.interval =
        Interval{std::sqrt(squared.interval->low), std::sqrt(squared.interval->high)};
  }
  std::vector<RatingMetric> metrics = {
      metric("rmse", "root of the mean squared error", squared),
      metric("mae", "mean absolute error",
             mean_of(truth.size(), [&](std::size_t i) { return std::abs(error(i)); }))};
  if (predictions.deviations.empty()) return metrics;

  KINDRED_CHECK(predictions.deviations.size() == truth.size());
  KINDRED_CHECK(predictions.centres.size() == truth.size());
  const auto covered = [&](double deviations) {
    Mean mean = mean_of(truth.size(), [&](std::size_t i) {
      const double distance = std::abs(double{truth[i]} - double{predictions.centres[i]});
      return distance <= deviations * double{predictions.deviations[i]} ? 1.0 : 0.0;
    });
    if (mean.interval) mean.interval->high = std::min(1.0, mean.interval->high);
    return mean;
  };
  metrics.push_back(
      metric("coverage50", "share of ratings inside the 50% interval", covered(kDeviationsOfHalf)));
  metrics.push_back(metric("coverage90", "share of ratings inside the 90% interval",
                           covered(kDeviationsOfNineTenths)));
  return metrics;
}

std::vector<RatingMetric> mean_over_runs(const std::vector<std::vector<RatingMetric>>& runs) {
  KINDRED_CHECK(!runs.empty());
  std::vector<RatingMetric> means = runs.front();
  const auto count = static_cast<double>(runs.size());
  for (std::size_t m = 0; m < means.size(); ++m) {
    double sum = 0.0;
    double variance = 0.0;
    bool bounded = true;
    for (const auto& run : runs) {
      KINDRED_CHECK(run.size() == means.size() && run[m].name == means[m].name);
      sum += run[m].value;
      bounded = bounded && run[m].interval.has_value();
      if (!bounded) continue;
      const double half_width = 0.5 * (run[m].interval->high - run[m].interval->low);
      variance += half_width * half_width;
    }
    means[m].value = sum / count;
    means[m].interval.reset();
    if (!bounded) continue;
    const double margin = std::sqrt(variance) / count;
    means[m].interval = Interval{means[m].value - margin, means[m].value + margin};
  }
  return means;
}

}  // namespace kindred::evaluation
