#include "kindred/evaluation/binary_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kindred::evaluation {

// False when a prediction is NaN.
template <class Take>
bool BinaryScores::for_each_tie(const Take& take) const {
  std::vector<Score> sorted = scores_;
  const auto is_nan = [](const Score& score) { return std::isnan(score.prediction); };
  if (std::ranges::any_of(sorted, is_nan)) return false;
  // Stable, so that the sums do not depend on the sorting.
  std::ranges::stable_sort(sorted, std::ranges::greater(), &Score::prediction);
  for (std::size_t begin = 0; begin < sorted.size();) {
    double positives = 0.0;
    double negatives = 0.0;
    std::size_t end = begin;
    for (; end < sorted.size() && sorted[end].prediction == sorted[begin].prediction; ++end) {
      const double weight = sorted[end].signed_weight;
      (std::signbit(weight) ? negatives : positives) += std::abs(weight);
    }
    take(positives, negatives);
    begin = end;
  }
  return true;
}

double BinaryScores::roc_area() const {
  double positives = 0.0;
  double negatives = 0.0;
  double won = 0.0;  // Weight of the pairs in which the positive is higher.
  const bool valid = for_each_tie([&](double tied_positives, double tied_negatives) {
    won += tied_negatives * (positives + tied_positives / 2.0);
    positives += tied_positives;
    negatives += tied_negatives;
  });
  if (!valid || positives == 0.0 || negatives == 0.0) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return won / (positives * negatives);
}

double BinaryScores::average_precision() const {
  double positives = 0.0;
  double all = 0.0;
  double sum = 0.0;
  const bool valid = for_each_tie([&](double tied_positives, double tied_negatives) {
    positives += tied_positives;
    all += tied_positives + tied_negatives;
    if (all > 0.0) sum += tied_positives * positives / all;
  });
  if (!valid || positives == 0.0) return std::numeric_limits<double>::quiet_NaN();
  return sum / positives;
}

}  // namespace kindred::evaluation
