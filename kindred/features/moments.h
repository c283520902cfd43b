// Count, mean, variance and range of a stream of numbers, by Welford's recurrence.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace kindred::features {

struct Moments {
  std::uint64_t count = 0;
  double mean = 0.0;
  double squares = 0.0;  // Sum of the squared distances to the mean.
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();

  void add(double value) {
    ++count;
    const double before = value - mean;
    mean += before / static_cast<double>(count);
    squares += before * (value - mean);
    minimum = std::min(minimum, value);
    maximum = std::max(maximum, value);
  }
  // Of the population. Rounding must not make a constant column look as if it varied.
  double stddev() const {
    return minimum == maximum ? 0.0 : std::sqrt(squares / static_cast<double>(count));
  }
};

}  // namespace kindred::features
