// How much of the variance of targets predictions explain: R squared, output by output.
//
// Sums of targets are taken relative to the first row's, so that targets far from 0 lose
// no digits. Thread safety: as for any value.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace kindred::evaluation {

class TargetMoments {
 public:
  // A row of predictions and targets. Requires: as many as in the rows before.
  void add(std::span<const float> predictions, std::span<const float> targets, double weight);

  // 1 - residual / total variance of each output; 0 where the targets are constant. With
  // `regressors` > 0 adjusted for that many: 1 - (1 - r2)(n - 1) / (n - regressors - 1), n the
  // number of rows; not where that has no meaning. Empty when nothing was added.
  std::vector<double> r2_scores(std::size_t regressors) const;

  void reset();

 private:
  std::vector<float> origin_;             // The targets of the first row.
  std::vector<double> sum_;               // Of weight x (target - origin), for each output.
  std::vector<double> squared_;           // Of weight x (target - origin)^2.
  std::vector<double> residual_squared_;  // Of weight x (target - prediction)^2.
  double weight_ = 0.0;
  std::size_t rows_ = 0;
};

}  // namespace kindred::evaluation
