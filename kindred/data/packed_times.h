// Times of the ratings of one chunk, in four bytes each where they allow it.
//
// They are kept as distances from the earliest, and as they are where the chunk spans more
// than 2^32 of them (136 years, in seconds). Thread safety: of a value.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace kindred::data {

class PackedTimes {
 public:
  PackedTimes() = default;
  explicit PackedTimes(std::span<const std::int64_t> times) {
    if (times.empty()) return;
    const auto [first, last] = std::ranges::minmax(times);
    earliest_ = first;
    const auto distance = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
    if (distance > std::numeric_limits<std::uint32_t>::max()) {
      wide_.assign(times.begin(), times.end());
      return;
    }
    distances_.resize(times.size());
    std::ranges::transform(times, distances_.begin(), [&](std::int64_t time) {
      return static_cast<std::uint32_t>(static_cast<std::uint64_t>(time) -
                                        static_cast<std::uint64_t>(earliest_));
    });
  }

  // Requires: i is below the number of times.
  std::int64_t operator[](std::size_t i) const noexcept {
    return distances_.empty() ? wide_[i] : earliest_ + distances_[i];
  }

 private:
  std::int64_t earliest_ = 0;
  std::vector<std::uint32_t> distances_;  // Empty where they do not fit,
  std::vector<std::int64_t> wide_;        // and this one where they do.
};

}  // namespace kindred::data
