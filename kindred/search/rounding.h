// How far float scores can be from the truth: the inequalities behind the exact search.
//
// docs/design/exact_search.md derives them. Everything here errs on the safe side: norms
// are rounded up, and a limit that decides what may be skipped is rounded down.
//
// Thread safety: pure.

#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace kindred::search {

// Two vectors within this norm have products and sums of products below 1e36, which no
// order of summation can overflow.
inline constexpr double kNormMax = 1e18;

inline bool is_ordinary(double norm) { return norm <= kNormMax; }  // False for NaN too.

// A sum of `count` squares in double, as a norm that is never below the true one: rounding
// costs at most (count + 2) 2^-53 relative, the factor adds more than that back.
inline double norm_rounded_up(double sum_of_squares, std::size_t count) {
  return std::sqrt(sum_of_squares) * (1.0 + static_cast<double>(count + 4) * 0x1p-52);
}

inline double norm_rounded_up(std::span<const float> vector) {
  double sums[4] = {};  // Four chains of additions, so that none waits for the others.
  const std::size_t whole = vector.size() / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    for (std::size_t j = 0; j < 4; ++j) {
      const double value = vector[i + j];
      sums[j] += value * value;
    }
  }
  for (const float value : vector.subspan(whole)) sums[0] += static_cast<double>(value) * value;
  return norm_rounded_up((sums[0] + sums[1]) + (sums[2] + sums[3]), vector.size());
}

// How far linalg::dot of two vectors of d floats, given the product of their norms, can lie
// from the true value.
struct RoundingBound {
  explicit RoundingBound(std::size_t d) {
    const double n = static_cast<double>(d) + 2.0;
    relative = n * 0x1p-24 / (1.0 - n * 0x1p-24);
    absolute = n * 0x1p-149;
  }
  double error_max(double norms) const { return norms * relative + absolute; }
  double score_max(double norms) const { return norms + error_max(norms); }

  double relative;  // Times |q| |h|.
  double absolute;  // From products that underflow.
};

}  // namespace kindred::search
