// Which class was taken for which: weights of (truth, prediction) pairs, and what follows.
//
// Cost: O(classes^2) memory. Thread safety: as for any value.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kindred::evaluation {

class ConfusionMatrix {
 public:
  // Requires: class_count > 0.
  explicit ConfusionMatrix(std::size_t class_count);

  // Requires: both below class_count.
  void add(std::size_t truth, std::size_t prediction, double weight = 1.0);

  // Rows of scores, of which the largest is the prediction; one output stands for two
  // classes, the second above `threshold`. Throws Error(invalid_argument) naming the row
  // when a truth is no class. Requires: scores.size() == truths.size() x outputs.
  void add_scores(std::span<const float> truths, std::span<const float> scores, std::size_t outputs,
                  float threshold = 0.5F);

  std::size_t class_count() const noexcept { return class_count_; }
  double count(std::size_t truth, std::size_t prediction) const;
  double total() const;

  // The share on the diagonal; NaN without anything.
  double accuracy() const;
  // Of one class; 0 where nothing is predicted to be it, or nothing is.
  double precision(std::size_t index) const;
  double recall(std::size_t index) const;
  double f1_score(std::size_t index) const;
  // The mean of f1_score() over the classes that occur as truth or prediction.
  double macro_f1_score() const;

 private:
  double truth_total(std::size_t index) const;
  double prediction_total(std::size_t index) const;

  std::size_t class_count_;
  std::vector<double> counts_;  // class_count_ x class_count_, by truth.
};

}  // namespace kindred::evaluation
