#include "kindred/recommendation/rating_ranker.h"

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/search/neighbor.h"

namespace kindred::recommendation {
namespace {

// Chosen on MovieLens 100K between 0 (watch alone) and 1: between .1 and .5 it hardly matters,
// and at 1 people are no longer shown what they watch.
constexpr double kChancePower = 0.25;
constexpr float kHighShare = 0.75F;
constexpr std::size_t kCandidatesMin = 100;
constexpr std::size_t kCandidatesPerItem = 10;

RecommendationList best_of(std::vector<search::Neighbor>& scored, std::size_t k) {
  const std::size_t count = std::min(k, scored.size());
  std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(count),
                    scored.end(), search::better);
  RecommendationList list;
  for (std::size_t i = 0; i < count; ++i) {
    list.items.push_back({scored[i].id, i + 1, scored[i].score});
  }
  return list;
}

}  // namespace

float high_rating(const data::PositiveRule& rule, const factorization::RatingScale& scale) {
  return rule.threshold.value_or(scale.low + kHighShare * (scale.high - scale.low));
}

RatingRanker::RatingRanker(const model::Model& model, const std::vector<bool>& allowed)
    : predictor_((KINDRED_CHECK(model.ratings.has_value()), *model.ratings)),
      threshold_(high_rating(model.positive_rule, model.ratings->scale)) {
  std::vector<bool> rated(model.items.size());
  for (const std::uint32_t item : model.seen.columns) rated[item] = true;
  for (std::uint32_t item = 0; item < rated.size(); ++item) {
    if (rated[item] && (allowed.empty() || allowed[item])) candidates_.push_back(item);
  }
}

std::size_t RatingRanker::candidates_for(std::size_t k) noexcept {
  return std::max(kCandidatesMin, kCandidatesPerItem * k);
}

RecommendationList RatingRanker::by_rate(const Rater& rater, std::span<const std::uint32_t> seen,
                                         std::size_t k) const {
  std::vector<search::Neighbor> scored;
  for (const std::uint32_t item : candidates_) {
    if (std::ranges::binary_search(seen, item)) continue;
    scored.push_back({item, predictor_.predict(rater, item).centre});
  }
  return best_of(scored, k);
}

RecommendationList RatingRanker::by_both(const RecommendationList& watched, const Rater& rater,
                                         std::size_t k) const {
  if (watched.by_popularity) {
    RecommendationList list = watched;
    list.items.resize(std::min(k, list.items.size()));
    return list;
  }
  std::vector<search::Neighbor> scored;
  for (const Recommendation& candidate : watched.items) {
    const double chance =
        predictor_.chance_of_at_least(predictor_.predict(rater, candidate.item), threshold_);
    const double will_watch = std::max(0.0, double{candidate.score});
    scored.push_back(
        {candidate.item, static_cast<float>(will_watch * std::pow(chance, kChancePower))});
  }
  return best_of(scored, k);
}

}  // namespace kindred::recommendation
