// An id and how near it is: what every search returns.

#pragma once

#include <cstdint>

namespace kindred::search {

struct Neighbor {
  std::uint32_t id = 0;
  float score = 0.0F;  // Larger is nearer, whatever the metric.

  bool operator==(const Neighbor&) const = default;
};

// Best first; equal scores by the smaller id.
constexpr bool better(const Neighbor& a, const Neighbor& b) noexcept {
  return a.score > b.score || (a.score == b.score && a.id < b.id);
}

}  // namespace kindred::search
