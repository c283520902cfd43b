// What somebody would rate something, and how sure that is (recommendation/rating_predictor.h).
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kindred/model/model.h"
#include "kindred/recommendation/rating_predictor.h"

namespace kindred::api {

// A rating that somebody has given.
struct GivenRating {
  std::uint32_t item = 0;
  float rating = 0.0F;
};

class Predictions {
 public:
  // Looks at `model`, which must outlive *this, unchanged.
  // Throws Error(invalid_argument) when the model knows what people watch alone.
  explicit Predictions(const model::Model& model);
  explicit Predictions(model::Model&&) = delete;  // Would dangle.

  // One for each item, in their order. Throws Error(not_found) for rows that are none.
  std::vector<recommendation::PredictedRating> for_user(std::uint32_t user,
                                                        std::span<const std::uint32_t> items) const;

  // The same for somebody of whom only these ratings are known.
  // Throws Error(invalid_argument) too where a rating is not finite or an item is named twice.
  std::vector<recommendation::PredictedRating> for_ratings(
      std::vector<GivenRating> given, std::span<const std::uint32_t> items) const;

 private:
  std::vector<recommendation::PredictedRating> predict(const recommendation::Rater& rater,
                                                       std::span<const std::uint32_t> items) const;
  void require_item(std::uint32_t item) const;

  const model::Model& model_;
  recommendation::RatingPredictor predictor_;
};

}  // namespace kindred::api
