// Recommendations by what people would rate, alone or with what they will watch.
//
//   rate   the items with the highest predicted rating, among those that anybody has rated
//   both   of the items that a person will most likely watch, ten for each one wanted and
//          at least a hundred, those come first whose
//              (score for watching) x (chance of a high rating)^(1/4)
//          is highest: what is both likely to be watched and likely to be rated highly
//
// The chance is that of a normal distribution about the predicted rating.
// docs/guide/quality.md says what each order was measured to give.
//
// Cost: one prediction an item (rate) or a candidate (both). Thread safety: const members
// from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/data/positives.h"
#include "kindred/model/model.h"
#include "kindred/recommendation/rating_predictor.h"
#include "kindred/recommendation/recommender.h"

namespace kindred::recommendation {

// From where a rating is high: where it counts as liked, or three quarters up the scale
// (4 of 5 stars) where every pair does.
float high_rating(const data::PositiveRule& rule, const factorization::RatingScale& scale);

enum class RankBy { watch, rate, both };

class RatingRanker {
 public:
  // Looks at `model`, which must outlive *this and have ratings. `allowed` has one flag an
  // item, or is empty: all.
  RatingRanker(const model::Model& model, const std::vector<bool>& allowed);

  const RatingPredictor& predictor() const noexcept { return predictor_; }

  // `seen` ascends and is left out. The score is the predicted rating before it is cut to
  // the scale, so that the best of the best differ.
  RecommendationList by_rate(const Rater& rater, std::span<const std::uint32_t> seen,
                             std::size_t k) const;

  // `watched` is best first, ideally candidates_for(k) items. A list by popularity stays
  // as it is but for its length.
  RecommendationList by_both(const RecommendationList& watched, const Rater& rater,
                             std::size_t k) const;

  static std::size_t candidates_for(std::size_t k) noexcept;

 private:
  RatingPredictor predictor_;
  std::vector<std::uint32_t> candidates_;  // Rated by somebody, and allowed; ascending.
  float threshold_;
};

}  // namespace kindred::recommendation
