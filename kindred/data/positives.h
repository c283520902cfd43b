// Which of the pairs count as "watched and liked": the positives that iALS learns from.
//
// A pair is positive when its value is at or above a threshold, or always. Its weight
// is 1, or grows with the value. Entries below the threshold stay in the Interactions:
// they are "seen", and never recommended.
//
// Where nobody names a threshold it comes from the scale of the values (value_scale.h), which
// is asked of all of them and of the name of their column.

#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "kindred/data/interactions.h"
#include "kindred/data/value_scale.h"
#include "kindred/linalg/sparse.h"

namespace kindred::data {

struct PositiveRule {
  std::optional<float> threshold;  // Positive from here up; none: every pair is positive.
  float weight_per_value = 0.0F;   // c in the weight 1 + c * value; 0 weighs all alike.

  bool accepts(float value) const noexcept { return !threshold || value >= *threshold; }

  bool operator==(const PositiveRule&) const = default;
};

// The scale of the interactions' values; of kind `none` where they have none.
ValueScale scale_of_values(const Interactions& interactions);

// What is liked on a scale; every pair where there are no values. Throws
// Error(invalid_argument) with the scale's question where that is not clear.
PositiveRule rule_of(const ValueScale& scale);
// The same for what the interactions hold.
PositiveRule default_positive_rule(const Interactions& interactions);

// "rated 4 or more", "above 0", "every pair"; for messages.
std::string describe(const PositiveRule& rule);

// The positives as users x items; the value is the weight, 1 or more: negative ratings
// weigh as 0 does. Throws Error(invalid_argument) when the weight per value is negative or
// not finite.
SparseMatrix positives(const SparseMatrix& ratings, const PositiveRule& rule);

}  // namespace kindred::data
