#include "kindred/evaluation/row_values.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "kindred/base/check.h"
#include "kindred/evaluation/prediction_metrics.h"

namespace kindred::evaluation {
namespace {

using Kind = PredictionMetricKind;
using Row = std::span<const float>;

constexpr double kEpsilon = 1e-7;

// The mean of term(y, p) over the outputs.
template <class Term>
double mean_term(Row p, Row y, const Term& term) {
  double sum = 0.0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    sum += term(static_cast<double>(y[i]), static_cast<double>(p[i]));
  }
  return sum / static_cast<double>(p.size());
}

double squared_log_error(double y, double p) {
  const double difference = std::log1p(std::max(p, kEpsilon)) - std::log1p(std::max(y, kEpsilon));
  return difference * difference;
}

std::size_t largest(Row values) {
  return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
}

// Of one class id, or of as many targets as there are outputs.
std::size_t class_of(Row y, std::size_t outputs) {
  return y.size() == 1 && outputs > 1 ? static_cast<std::size_t>(y.front()) : largest(y);
}

bool is_in_top(Row p, std::size_t wanted, std::size_t k) {
  const float score = p[wanted];
  if (std::isnan(score)) return false;
  return static_cast<std::size_t>(std::ranges::count_if(p, [&](float x) { return x > score; })) < k;
}

double binary_entropy(double y, double x, bool from_logits) {
  if (from_logits) return std::max(x, 0.0) - x * y + std::log1p(std::exp(-std::abs(x)));
  const double p = std::clamp(x, kEpsilon, 1.0 - kEpsilon);
  return -(y * std::log(p) + (1.0 - y) * std::log(1.0 - p));
}

// log of each probability, from logits or from probabilities that are scaled to a sum of 1.
double log_probability(Row x, std::size_t wanted, bool from_logits) {
  if (from_logits) {
    const double top = *std::ranges::max_element(x);
    double sum = 0.0;
    for (const float value : x) sum += std::exp(value - top);
    return x[wanted] - top - std::log(sum);
  }
  const double total = std::accumulate(x.begin(), x.end(), 0.0);
  return std::log(std::clamp(x[wanted] / total, kEpsilon, 1.0 - kEpsilon));
}

double entropy(Row x, Row y, bool from_logits) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (y[i] != 0.0F) sum -= y[i] * log_probability(x, i, from_logits);
  }
  return sum;
}

// The threshold of a probability, as one of a logit.
double threshold_for(const PredictionMetric& metric) {
  const double t = metric.threshold;
  return metric.from_logits ? std::log(t / (1.0 - t)) : t;
}

}  // namespace

double row_value(const PredictionMetric& metric, Row p, Row y) {
  switch (metric.kind) {
    case Kind::mean_squared_error:
    case Kind::root_mean_squared_error:
      return mean_term(p, y, [](double t, double x) { return (x - t) * (x - t); });
    case Kind::mean_absolute_error:
      return mean_term(p, y, [](double t, double x) { return std::abs(x - t); });
    case Kind::mean_absolute_percentage_error:
      return mean_term(p, y, [](double t, double x) {
        return 100.0 * std::abs(x - t) / std::max(std::abs(t), kEpsilon);
      });
    case Kind::mean_squared_logarithmic_error:
      return mean_term(p, y, squared_log_error);
    case Kind::exact_accuracy:
      return mean_term(p, y, [](double t, double x) { return x == t ? 1.0 : 0.0; });
    case Kind::binary_accuracy:
      return mean_term(p, y, [limit = threshold_for(metric)](double t, double x) {
        return (x > limit) == (t > 0.5) ? 1.0 : 0.0;
      });
    case Kind::categorical_accuracy:
    case Kind::sparse_categorical_accuracy:
      return largest(p) == class_of(y, p.size()) ? 1.0 : 0.0;
    case Kind::top_k_accuracy:
      return is_in_top(p, class_of(y, p.size()), metric.k) ? 1.0 : 0.0;
    case Kind::binary_crossentropy:
      return mean_term(
          p, y, [&](double t, double x) { return binary_entropy(t, x, metric.from_logits); });
    case Kind::categorical_crossentropy:
      return entropy(p, y, metric.from_logits);
    case Kind::sparse_categorical_crossentropy:
      return -log_probability(p, class_of(y, p.size()), metric.from_logits);
    default:
      break;
  }
  KINDRED_CHECK(false);
  return 0.0;
}

}  // namespace kindred::evaluation
