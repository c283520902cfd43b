#include "kindred/factorization/rating_scale.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "kindred/base/error.h"

namespace kindred::factorization {

RatingScale rating_scale(const SparseMatrix& ratings) {
  if (ratings.entry_count() == 0) {
    throw Error(ErrorCode::invalid_argument, "there are no ratings to learn from");
  }
  const auto [low, high] = std::ranges::minmax(ratings.values);
  const double sum = std::accumulate(ratings.values.begin(), ratings.values.end(), 0.0);
  return {.mean = sum / static_cast<double>(ratings.entry_count()), .low = low, .high = high};
}

SparseMatrix centred(SparseMatrix ratings, double mean) {
  for (float& value : ratings.values) value = static_cast<float>(double{value} - mean);
  return ratings;
}

}  // namespace kindred::factorization
