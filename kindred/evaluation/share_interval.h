// How sure a share is: the 95% interval of Wilson.
//
// The share of 73 in 73 is 1, but not surely 1: another 73 might have held a miss. The normal
// approximation would say 1 to 1; Wilson's interval says 0.95 to 1, and in the middle of the
// range, with many cases, both agree.
//
// Thread safety: a pure function.
//
// Source: Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

#pragma once

#include "kindred/evaluation/result.h"

namespace kindred::evaluation {

// Requires: 0 <= share <= 1, count > 0.
Interval share_interval(double share, double count) noexcept;

}  // namespace kindred::evaluation
