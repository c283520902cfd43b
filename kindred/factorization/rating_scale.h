// What a rating model knows of ratings as such: their mean and their range.
//
// Models learn what ratings say beside the mean; predictions are cut to the range.
//
// Thread safety: plain values and pure functions.

#pragma once

#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

struct RatingScale {
  double mean = 0.0;
  float low = 0.0F;  // The smallest and the largest rating seen.
  float high = 0.0F;

  float clip(float rating) const noexcept {
    return rating < low ? low : rating > high ? high : rating;
  }
  bool operator==(const RatingScale&) const = default;
};

// Of all ratings; the mean is summed in double precision, in order.
// Throws Error(invalid_argument) when there are none.
RatingScale rating_scale(const SparseMatrix& ratings);

// A quarter of the width that all but the outermost fiftieths of the ratings take up: 1 for stars
// from 1 to 5, 5 for -10 to 10. Few strays do not move it. Above 0; multiplied by a where all
// ratings are, and the same wherever their 0 lies.
double rating_unit(const SparseMatrix& ratings);

// The same ratings less their mean, divided by `unit`.
SparseMatrix centred(SparseMatrix ratings, double mean, double unit = 1.0);

}  // namespace kindred::factorization
