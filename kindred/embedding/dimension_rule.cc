#include "kindred/embedding/dimension_rule.h"

#include <algorithm>
#include <cmath>

namespace kindred::embedding {

double fourth_root(std::size_t count) noexcept {
  return std::sqrt(std::sqrt(static_cast<double>(count)));
}

int starting_dimensions(std::size_t count) noexcept {
  const double root = fourth_root(count);
  if (root <= 10.0) return std::max(1, static_cast<int>(std::lround(root)));
  return 5 * static_cast<int>(std::lround(root / 5.0));
}

int default_dimensions(std::size_t count, int usual) noexcept {
  constexpr std::size_t kThingsPerDimension = 8;
  constexpr int kDimensionsMin = 8;
  const std::size_t filled = count / kThingsPerDimension;
  if (filled >= static_cast<std::size_t>(usual)) return usual;
  return std::max(kDimensionsMin, static_cast<int>(filled));
}

}  // namespace kindred::embedding
