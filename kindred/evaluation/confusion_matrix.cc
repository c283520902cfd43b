#include "kindred/evaluation/confusion_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::evaluation {
namespace {

double ratio(double a, double b) { return b > 0.0 ? a / b : 0.0; }

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::size_t class_count)
    : class_count_(class_count), counts_(class_count * class_count) {
  KINDRED_CHECK(class_count > 0);
}

void ConfusionMatrix::add(std::size_t truth, std::size_t prediction, double weight) {
  KINDRED_CHECK(truth < class_count_ && prediction < class_count_);
  counts_[truth * class_count_ + prediction] += weight;
}

void ConfusionMatrix::add_scores(std::span<const float> truths, std::span<const float> scores,
                                 std::size_t outputs, float threshold) {
  KINDRED_CHECK(scores.size() == truths.size() * outputs);
  KINDRED_CHECK(std::max<std::size_t>(outputs, 2) == class_count_);
  for (std::size_t row = 0; row < truths.size(); ++row) {
    const float truth = truths[row];
    if (!(truth >= 0.0F && truth < static_cast<float>(class_count_)) ||
        truth != std::floor(truth)) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("the target of row {} is {}, not the number of one of {} classes",
                              row, truth, class_count_));
    }
    const std::span<const float> own = scores.subspan(row * outputs, outputs);
    const auto largest = std::ranges::max_element(own) - own.begin();
    const std::size_t prediction =
        outputs == 1 ? (own.front() > threshold ? 1U : 0U) : static_cast<std::size_t>(largest);
    add(static_cast<std::size_t>(truth), prediction);
  }
}

double ConfusionMatrix::count(std::size_t truth, std::size_t prediction) const {
  KINDRED_CHECK(truth < class_count_ && prediction < class_count_);
  return counts_[truth * class_count_ + prediction];
}

double ConfusionMatrix::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), 0.0);
}

double ConfusionMatrix::truth_total(std::size_t index) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < class_count_; ++i) sum += count(index, i);
  return sum;
}

double ConfusionMatrix::prediction_total(std::size_t index) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < class_count_; ++i) sum += count(i, index);
  return sum;
}

double ConfusionMatrix::accuracy() const {
  const double all = total();
  if (!(all > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  double hits = 0.0;
  for (std::size_t i = 0; i < class_count_; ++i) hits += count(i, i);
  return hits / all;
}

double ConfusionMatrix::precision(std::size_t index) const {
  return ratio(count(index, index), prediction_total(index));
}

double ConfusionMatrix::recall(std::size_t index) const {
  return ratio(count(index, index), truth_total(index));
}

double ConfusionMatrix::f1_score(std::size_t index) const {
  return ratio(2.0 * count(index, index), truth_total(index) + prediction_total(index));
}

double ConfusionMatrix::macro_f1_score() const {
  double sum = 0.0;
  double classes = 0.0;
  for (std::size_t i = 0; i < class_count_; ++i) {
    if (truth_total(i) + prediction_total(i) == 0.0) continue;
    sum += f1_score(i);
    ++classes;
  }
  return ratio(sum, classes);
}

}  // namespace kindred::evaluation
