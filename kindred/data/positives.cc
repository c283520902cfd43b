#include "kindred/data/positives.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"

namespace kindred::data {

ValueScale scale_of_values(const Interactions& interactions) {
  if (!interactions.has_values) return {};
  ValueCounts counts;
  counts.add(interactions.by_user.values);
  return recognize_scale(counts.counts(), interactions.meaning);
}

PositiveRule rule_of(const ValueScale& scale) {
  if (scale.kind == ScaleKind::unclear) throw Error(ErrorCode::invalid_argument, scale.question);
  return {.threshold = scale.liked_from};
}

PositiveRule default_positive_rule(const Interactions& interactions) {
  return rule_of(scale_of_values(interactions));
}

std::string describe(const PositiveRule& rule) {
  std::string text = "every pair";
  if (rule.threshold == kAboveZero) {
    text = "above 0";
  } else if (rule.threshold) {
    text = fmt::format("rated {:g} or more", *rule.threshold);
  }
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
