#include "kindred/evaluation/target_moments.h"

#include "kindred/base/check.h"

namespace kindred::evaluation {

void TargetMoments::add(std::span<const float> predictions, std::span<const float> targets,
                        double weight) {
  if (rows_ == 0) {
    origin_.assign(targets.begin(), targets.end());
    sum_.assign(targets.size(), 0.0);
    squared_.assign(targets.size(), 0.0);
    residual_squared_.assign(targets.size(), 0.0);
  }
  KINDRED_DCHECK(targets.size() == origin_.size() && predictions.size() == targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double shifted = static_cast<double>(targets[i]) - origin_[i];
    const double residual = static_cast<double>(targets[i]) - predictions[i];
    sum_[i] += weight * shifted;
    squared_[i] += weight * shifted * shifted;
    residual_squared_[i] += weight * residual * residual;
  }
  weight_ += weight;
  ++rows_;
}

std::vector<double> TargetMoments::r2_scores(std::size_t regressors) const {
  std::vector<double> scores;
  const auto n = static_cast<double>(rows_);
  const double free = n - static_cast<double>(regressors) - 1.0;
  for (std::size_t i = 0; rows_ > 0 && i < sum_.size(); ++i) {
    const double total = weight_ > 0.0 ? squared_[i] - sum_[i] * sum_[i] / weight_ : 0.0;
    double score = total > 0.0 ? 1.0 - residual_squared_[i] / total : 0.0;
    if (regressors > 0 && free > 0.0) score = 1.0 - (1.0 - score) * (n - 1.0) / free;
    scores.push_back(score);
  }
  return scores;
}

void TargetMoments::reset() { *this = TargetMoments(); }

}  // namespace kindred::evaluation
