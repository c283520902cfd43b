#include "kindred/factorization/rating_scale.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

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

double rating_unit(const SparseMatrix& ratings) {
  constexpr double kOuterShare = 0.02;
  constexpr double kQuarters = 4.0;
  std::vector<float> values = ratings.values;
  if (values.empty()) return 1.0;
  const auto outer = static_cast<std::ptrdiff_t>(kOuterShare * static_cast<double>(values.size()));
  std::ranges::nth_element(values, values.begin() + outer);
  const double low = values[static_cast<std::size_t>(outer)];
  std::ranges::nth_element(values, values.end() - 1 - outer);
  const double high = *(values.end() - 1 - outer);
  if (high > low) return (high - low) / kQuarters;
  const auto [least, most] = std::ranges::minmax(values);  // Nearly all are alike.
  return most > least ? (double{most} - double{least}) / kQuarters : 1.0;
}

SparseMatrix centred(SparseMatrix ratings, double mean, double unit) {
  for (float& value : ratings.values) value = static_cast<float>((double{value} - mean) / unit);
  return ratings;
}

}  // namespace kindred::factorization
