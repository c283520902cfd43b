#include "kindred/data/positives.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"

namespace kindred::data {

PositiveRule default_positive_rule(const Interactions& interactions) {
  const auto& values = interactions.by_user.values;
  if (!interactions.has_values || values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return default_positive_rule(*low, *high);
}

PositiveRule default_positive_rule(float low, float high) {
  const bool stars = low >= 0.5F && high <= 5.0F && high > 1.0F;
  return stars ? PositiveRule{.threshold = 4.0F} : PositiveRule{};
}

std::string describe(const PositiveRule& rule) {
  std::string text =
      rule.threshold ? fmt::format("rated {:g} or more", *rule.threshold) : "every pair";
  if (rule.weight_per_value > 0) {
    text += fmt::format(", weighted 1 + {:g} x value", rule.weight_per_value);
  }
  return text;
}

SparseMatrix positives(const SparseMatrix& ratings, const PositiveRule& rule) {
  if (!(rule.weight_per_value >= 0.0F && std::isfinite(rule.weight_per_value))) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("the weight per value is {}, not a number from 0 up", rule.weight_per_value));
  }
  SparseMatrix out;
  out.rows = ratings.rows;
  out.cols = ratings.cols;
  out.offsets.assign(1, 0);
  out.offsets.reserve(ratings.rows + 1);
  for (std::size_t row = 0; row < ratings.rows; ++row) {
    const auto columns = ratings.row_columns(row);
    const auto values = ratings.row_values(row);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!rule.accepts(values[i])) continue;
      out.columns.push_back(columns[i]);
      out.values.push_back(1.0F + rule.weight_per_value * std::max(0.0F, values[i]));
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

}  // namespace kindred::data
