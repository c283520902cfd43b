#include "kindred/data/time_periods.h"

#include <algorithm>

#include "kindred/base/check.h"

namespace kindred::data {

TimePeriods::TimePeriods(std::span<const std::int64_t> times, std::size_t count) {
  KINDRED_CHECK(count > 0 && !times.empty());
  std::vector<std::int64_t> sorted(times.begin(), times.end());
  std::ranges::sort(sorted);
  for (std::size_t period = 1; period < count; ++period) {
    const std::int64_t edge = sorted[sorted.size() * period / count];
    if (edge > sorted.front() && (edges_.empty() || edge > edges_.back())) edges_.push_back(edge);
  }
}

std::uint32_t TimePeriods::period(std::int64_t time) const noexcept {
  return static_cast<std::uint32_t>(std::ranges::upper_bound(edges_, time) - edges_.begin());
}

std::vector<std::uint32_t> TimePeriods::periods(std::span<const std::int64_t> times) const {
  std::vector<std::uint32_t> out(times.size());
  std::ranges::transform(times, out.begin(), [&](std::int64_t time) { return period(time); });
  return out;
}

}  // namespace kindred::data
