// What somebody would rate something, and how sure that is.
//
// The rating is the mean over the model's draws, cut to the scale of the ratings. Its
// deviation joins what the draws disagree about with the noise that no model can know;
// it speaks of the rating before the cut. An ALS model has one draw and no deviation.
//
// A new person is folded in: in closed form, draw by draw, from a few ratings. Folding in
// a known user's own ratings gives an ALS model's stored vector.
//
// Of somebody or something unknown the prediction is the typical one: for a person as for one
// who has rated nothing yet, for an item as for one that nobody has rated.
//
// Cost: draws x d a prediction; draws x (ratings d^2 + d^3) to fold somebody in.
// Thread safety: const members from any number of threads.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kindred/factorization/lower_factor.h"
#include "kindred/linalg/matrix.h"
#include "kindred/model/rating_model.h"

namespace kindred::recommendation {

struct PredictedRating {
  float rating = 0.0F;             // Cut to the scale.
  std::optional<float> deviation;  // Standard deviation of a rating about `centre`.
  float centre = 0.0F;             // Before the cut.
};

// Somebody as a rating model sees them.
struct Rater {
  Matrix vectors;                                   // draws x D.
  std::optional<std::uint32_t> user;                // The row of a known user.
  std::vector<factorization::LowerFactor> factors;  // Of a new person's precisions.
};

class RatingPredictor {
 public:
  // Looks at `model`, which must outlive *this.
  explicit RatingPredictor(const model::RatingModel& model) : model_(model) {}
  RatingPredictor(model::RatingModel&&) = delete;

  // Requires: user is a row of the model.
  Rater known(std::uint32_t user) const;

  // Requires: items are distinct rows of the model, and as many as ratings.
  // Throws Error(invalid_argument) for a rating that is not on the scale of the model.
  Rater fold_in(std::span<const std::uint32_t> items, std::span<const float> ratings) const;

  // Requires: item is a row of the model.
  PredictedRating predict(const Rater& rater, std::uint32_t item) const;

  // Of an item that the model does not know.
  PredictedRating predict_unknown(const Rater& rater) const;

  // The chance of a rating of at least `threshold`; of a prediction without deviation as
  // if it were the error on the ratings that the model learned from.
  double chance_of_at_least(const PredictedRating& predicted, float threshold) const;

 private:
  const model::RatingModel& model_;
};

}  // namespace kindred::recommendation
