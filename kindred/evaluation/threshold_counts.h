// What lies above each of some thresholds: precision, recall, and areas under curves.
//
// The areas are the reference's: from n thresholds spread evenly over [0, 1], the first a
// little below and the last a little above. Between two thresholds the ROC curve is a
// straight line, and precision over recall the curve that a straight line of true over
// predicted positives gives (Davis and Goadrich, "The relationship between precision-recall
// and ROC curves", 2006). An approximation: predictions between the same two thresholds are
// tied. binary_scores.h has the exact areas.
//
// Cost: a binary search a prediction. Thread safety: as for any value.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kindred::evaluation {

// Between thresholds: as said above, or by the lower or the higher of the two heights.
enum class AreaSummation { interpolation, minoring, majoring };

class ThresholdCounts {
 public:
  // Requires: thresholds that ascend.
  explicit ThresholdCounts(std::vector<float> thresholds);

  // The thresholds of the reference's areas. Requires: count >= 2.
  static std::vector<float> spread(std::size_t count);

  // Positive is what lies strictly above a threshold.
  void add(float prediction, bool is_positive, double weight);

  // At the threshold of that number; 0 where nothing is predicted, or nothing is, positive.
  double precision(std::size_t threshold) const;
  double recall(std::size_t threshold) const;
  double f1_score(std::size_t threshold) const;

  double roc_area(AreaSummation summation) const;
  double precision_recall_area(AreaSummation summation) const;

  double weight() const noexcept;
  void reset();

 private:
  // Weights of the positives and negatives above each threshold.
  struct Curve {
    std::vector<double> true_positives;
    std::vector<double> false_positives;
    double positives = 0.0;
    double negatives = 0.0;
  };
  Curve curve() const;
  static double interpolated_precision_recall_area(const Curve& curve);

  std::vector<float> thresholds_;
  // Of the predictions above exactly the first i thresholds: one more than thresholds.
  std::vector<double> positive_weights_;
  std::vector<double> negative_weights_;
};

}  // namespace kindred::evaluation
