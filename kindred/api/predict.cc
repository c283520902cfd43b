#include "kindred/api/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"

namespace kindred::api {
namespace {

const model::RatingModel& ratings_of(const model::Model& model) {
  if (!model.ratings) {
    throw Error(ErrorCode::invalid_argument,
                "the model knows what people watch, not what they would rate");
  }
  model::validate(*model.ratings, model.users.size(), model.items.size());
  return *model.ratings;
}

}  // namespace

Predictions::Predictions(const model::Model& model)
    : model_(model), predictor_(ratings_of(model)) {}

void Predictions::require_item(std::uint32_t item) const {
  if (item < model_.items.size()) return;
  throw Error(ErrorCode::not_found,
              fmt::format("item {} is none of the model's {}", item, model_.items.size()));
}

std::vector<recommendation::PredictedRating> Predictions::predict(
    const recommendation::Rater& rater, std::span<const std::uint32_t> items) const {
  std::vector<recommendation::PredictedRating> predicted;
  for (const std::uint32_t item : items) {
    require_item(item);
    predicted.push_back(predictor_.predict(rater, item));
  }
  return predicted;
}

std::vector<recommendation::PredictedRating> Predictions::for_user(
    std::uint32_t user, std::span<const std::uint32_t> items) const {
  if (user >= model_.users.size()) {
    throw Error(ErrorCode::not_found,
                fmt::format("user {} is none of the model's {}", user, model_.users.size()));
  }
  return predict(predictor_.known(user), items);
}

std::vector<recommendation::PredictedRating> Predictions::for_ratings(
    std::vector<GivenRating> given, std::span<const std::uint32_t> items) const {
  std::ranges::sort(given, {}, &GivenRating::item);
  std::vector<std::uint32_t> rated;
  std::vector<float> ratings;
  for (const GivenRating& one : given) {
    require_item(one.item);
    if (!std::isfinite(one.rating) || (!rated.empty() && rated.back() == one.item)) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("item {} is rated {}{}", one.item, one.rating,
                              std::isfinite(one.rating) ? " and was rated before" : ""));
    }
    rated.push_back(one.item);
    ratings.push_back(one.rating);
  }
  return predict(predictor_.fold_in(rated, ratings), items);
}

}  // namespace kindred::api
