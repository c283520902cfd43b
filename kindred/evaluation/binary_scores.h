// The exact areas under the ROC curve and under precision over recall.
//
// The first is the probability that a positive has a higher prediction than a negative,
// ties counting half (Mann and Whitney); the second the mean precision over the positives,
// each taken with all that tie with it (average precision). Every prediction is kept, 8
// bytes each, and sorted when an area is asked for.
//
// Thread safety: as for any value.

#pragma once

#include <cstddef>
#include <vector>

namespace kindred::evaluation {

class BinaryScores {
 public:
  // Requires: weight >= 0.
  void add(float prediction, bool is_positive, float weight) {
    scores_.push_back({prediction, is_positive ? weight : -weight});
  }

  // NaN without a positive or a negative that counts, or with a prediction that is NaN.
  double roc_area() const;

  // NaN without a positive that counts, or with a prediction that is NaN.
  double average_precision() const;

  std::size_t size() const noexcept { return scores_.size(); }
  void reset() { scores_.clear(); }

 private:
  struct Score {
    float prediction;
    float signed_weight;  // Of negatives: negative, or -0.
  };
  // Calls take(positives, negatives) with the weights of every group of ties, highest first.
  template <class Take>
  bool for_each_tie(const Take& take) const;

  std::vector<Score> scores_;
};

}  // namespace kindred::evaluation
