// The curve 1 / (1 + a x^2b): how strongly points at distance x in the map belong together.
//
// a and b are chosen so that the curve is nearest, in least squares over [0, 3 spread], to
// what is wanted: 1 up to min_dist, then exp(-(x - min_dist) / spread).
//
// Thread safety: const.

#pragma once

namespace kindred::projection {

struct Curve {
  double a = 1.0;
  double b = 1.0;
};

// Requires: 0 <= min_dist <= spread, 0 < spread.
Curve fit_curve(double min_dist, double spread);

}  // namespace kindred::projection
