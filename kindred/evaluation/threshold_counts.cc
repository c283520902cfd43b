#include "kindred/evaluation/threshold_counts.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kindred/base/check.h"

namespace kindred::evaluation {
namespace {

double ratio_or_zero(double a, double b) { return b > 0.0 ? a / b : 0.0; }

// Under the points (x, y), whose x descend.
double area_under(std::span<const double> x, std::span<const double> y, AreaSummation summation) {
  double area = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    double height = 0.0;
    switch (summation) {
      case AreaSummation::interpolation:
        height = (y[i] + y[i + 1]) / 2.0;
        break;
      case AreaSummation::minoring:
        height = std::min(y[i], y[i + 1]);
        break;
      case AreaSummation::majoring:
        height = std::max(y[i], y[i + 1]);
        break;
    }
    area += (x[i] - x[i + 1]) * height;
  }
  return area;
}

// From the weights of the predictions above exactly i thresholds to those above number i.
std::vector<double> above_each(std::span<const double> weights) {
  std::vector<double> sums(weights.size() - 1);
  double sum = 0.0;
  for (std::size_t i = sums.size(); i-- > 0;) sums[i] = sum += weights[i + 1];
  return sums;
}

}  // namespace

ThresholdCounts::ThresholdCounts(std::vector<float> thresholds)
    : thresholds_(std::move(thresholds)),
      positive_weights_(thresholds_.size() + 1),
      negative_weights_(thresholds_.size() + 1) {
  KINDRED_CHECK(!thresholds_.empty() && std::ranges::is_sorted(thresholds_));
}

std::vector<float> ThresholdCounts::spread(std::size_t count) {
  KINDRED_CHECK(count >= 2);
  std::vector<float> thresholds(count);
  for (std::size_t i = 0; i < count; ++i) {
    thresholds[i] = static_cast<float>(static_cast<double>(i) / static_cast<double>(count - 1));
  }
  thresholds.front() = -1e-7F;
  thresholds.back() = 1.0F + 1e-7F;
  return thresholds;
}

void ThresholdCounts::add(float prediction, bool is_positive, double weight) {
  const auto passed = std::ranges::lower_bound(thresholds_, prediction) - thresholds_.begin();
  (is_positive ? positive_weights_ : negative_weights_)[static_cast<std::size_t>(passed)] += weight;
}

ThresholdCounts::Curve ThresholdCounts::curve() const {
  Curve curve;
  curve.true_positives = above_each(positive_weights_);
  curve.false_positives = above_each(negative_weights_);
  curve.positives = curve.true_positives.front() + positive_weights_.front();
  curve.negatives = curve.false_positives.front() + negative_weights_.front();
  return curve;
}

double ThresholdCounts::precision(std::size_t threshold) const {
  const Curve c = curve();
  const double hits = c.true_positives.at(threshold);
  return ratio_or_zero(hits, hits + c.false_positives.at(threshold));
}

double ThresholdCounts::recall(std::size_t threshold) const {
  const Curve c = curve();
  return ratio_or_zero(c.true_positives.at(threshold), c.positives);
}

double ThresholdCounts::f1_score(std::size_t threshold) const {
  const double p = precision(threshold);
  const double r = recall(threshold);
  return ratio_or_zero(2.0 * p * r, p + r);
}

double ThresholdCounts::roc_area(AreaSummation summation) const {
  const Curve c = curve();
  std::vector<double> hit_rates;
  std::vector<double> false_alarm_rates;
  for (std::size_t i = 0; i < thresholds_.size(); ++i) {
    hit_rates.push_back(ratio_or_zero(c.true_positives[i], c.positives));
    false_alarm_rates.push_back(ratio_or_zero(c.false_positives[i], c.negatives));
  }
  return area_under(false_alarm_rates, hit_rates, summation);
}

double ThresholdCounts::precision_recall_area(AreaSummation summation) const {
  const Curve c = curve();
  if (summation == AreaSummation::interpolation) return interpolated_precision_recall_area(c);
  std::vector<double> recalls;
  std::vector<double> precisions;
  for (std::size_t i = 0; i < thresholds_.size(); ++i) {
    recalls.push_back(ratio_or_zero(c.true_positives[i], c.positives));
    precisions.push_back(
        ratio_or_zero(c.true_positives[i], c.true_positives[i] + c.false_positives[i]));
  }
  return area_under(recalls, precisions, summation);
}

// Between two thresholds true positives are a + b p, p the predicted positives, so the area
// is the integral of (a + b p) / p over recall: b (true positives gained + a log(p / p')).
double ThresholdCounts::interpolated_precision_recall_area(const Curve& c) {
  double area = 0.0;
  for (std::size_t i = 0; i + 1 < c.true_positives.size(); ++i) {
    const double gained = c.true_positives[i] - c.true_positives[i + 1];
    const double more = c.true_positives[i] + c.false_positives[i];
    const double fewer = c.true_positives[i + 1] + c.false_positives[i + 1];
    const double slope = ratio_or_zero(gained, more - fewer);
    const double intercept = c.true_positives[i + 1] - slope * fewer;
    const double growth = fewer > 0.0 ? std::log(more / fewer) : 0.0;
    area += ratio_or_zero(slope * (gained + intercept * growth), c.positives);
  }
  return area;
}

double ThresholdCounts::weight() const noexcept {
  const double positives = std::accumulate(positive_weights_.begin(), positive_weights_.end(), 0.0);
  return std::accumulate(negative_weights_.begin(), negative_weights_.end(), positives);
}

void ThresholdCounts::reset() {
  std::ranges::fill(positive_weights_, 0.0);
  std::ranges::fill(negative_weights_, 0.0);
}

}  // namespace kindred::evaluation
