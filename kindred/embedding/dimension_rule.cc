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

}  // namespace kindred::embedding
