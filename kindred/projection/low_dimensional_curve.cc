#include "kindred/projection/low_dimensional_curve.h"

#include <cmath>

namespace kindred::projection {
namespace {

constexpr int kSamples = 300;
constexpr int kIterations = 200;

double wanted(double x, double min_dist) { return x < min_dist ? 1.0 : std::exp(-(x - min_dist)); }

double sum_of_squares(const Curve& curve, double min_dist) {
  double sum = 0.0;
  for (int i = 1; i < kSamples; ++i) {
    const double x = 3.0 * i / (kSamples - 1);
    const double error = 1.0 / (1.0 + curve.a * std::pow(x, 2.0 * curve.b)) - wanted(x, min_dist);
    sum += error * error;
  }
  return sum;
}

// At spread 1. Levenberg's method on the logarithms of a and b, which keeps both positive.
Curve fit_unit_curve(double min_dist) {
  Curve curve;
  double damping = 1e-3;
  double best = sum_of_squares(curve, min_dist);
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    // The normal equations of the two unknowns.
    double aa = 0.0, ab = 0.0, bb = 0.0, ga = 0.0, gb = 0.0;
    for (int i = 1; i < kSamples; ++i) {
      const double x = 3.0 * i / (kSamples - 1);
      const double power = curve.a * std::pow(x, 2.0 * curve.b);
      const double value = 1.0 / (1.0 + power);
      const double error = value - wanted(x, min_dist);
      const double by_a = -value * value * power;
      const double by_b = by_a * 2.0 * curve.b * std::log(x);
      aa += by_a * by_a;
      ab += by_a * by_b;
      bb += by_b * by_b;
      ga += by_a * error;
      gb += by_b * error;
    }
    aa *= 1.0 + damping;
    bb *= 1.0 + damping;
    const double determinant = aa * bb - ab * ab;
    if (!(determinant > 0.0)) break;
    const Curve next = {curve.a * std::exp(-(bb * ga - ab * gb) / determinant),
                        curve.b * std::exp(-(aa * gb - ab * ga) / determinant)};
    const double sum = sum_of_squares(next, min_dist);
    if (sum < best) {
      const bool is_done = best - sum < 1e-15 * best;
      curve = next;
      best = sum;
      damping *= 0.3;
      if (is_done) break;
    } else {
      damping *= 10.0;
      if (damping > 1e12) break;
    }
  }
  return curve;
}

}  // namespace

Curve fit_curve(double min_dist, double spread) {
  const Curve unit = fit_unit_curve(min_dist / spread);
  return {unit.a * std::pow(spread, -2.0 * unit.b), unit.b};
}

}  // namespace kindred::projection
