#include "kindred/evaluation/share_interval.h"

#include <algorithm>
#include <cmath>

namespace kindred::evaluation {

Interval share_interval(double share, double count) noexcept {
  constexpr double kNormal975 = 1.959963984540054;
  const double z2 = kNormal975 * kNormal975;
  const double centre = (share + z2 / (2.0 * count)) / (1.0 + z2 / count);
  const double half = kNormal975 / (1.0 + z2 / count) *
                      std::sqrt(share * (1.0 - share) / count + z2 / (4.0 * count * count));
  // Rounding must not put the share itself outside.
  return {std::clamp(centre - half, 0.0, share), std::clamp(centre + half, share, 1.0)};
}

}  // namespace kindred::evaluation
