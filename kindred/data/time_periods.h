// Cuts time into periods that hold about as many ratings each.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kindred::data {

class TimePeriods {
 public:
  // At most `count` periods; fewer where many ratings have one time.
  // Requires: count > 0, times not empty.
  TimePeriods(std::span<const std::int64_t> times, std::size_t count);

  std::size_t count() const noexcept { return edges_.size() + 1; }

  // The period of any time: before the first it is the first, after the last the last.
  std::uint32_t period(std::int64_t time) const noexcept;
  std::vector<std::uint32_t> periods(std::span<const std::int64_t> times) const;

 private:
  std::vector<std::int64_t> edges_;  // The first times of all periods but the first, ascending.
};

}  // namespace kindred::data
