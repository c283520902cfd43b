#include "kindred/features/quantiles.h"

#include <algorithm>
#include <map>

namespace kindred::features {

void QuantileSummary::add(double value) {
  if (levels_.empty()) levels_.emplace_back();
  levels_.front().values.push_back(value);
  ++count_;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    if (levels_[level].values.size() < kLevelSize) return;
    compact(level);
  }
}

void QuantileSummary::compact(std::size_t level) {
  if (level + 1 == levels_.size()) levels_.emplace_back();
  Level& full = levels_[level];
  std::vector<double>& next = levels_[level + 1].values;
  std::ranges::sort(full.values);
  for (std::size_t i = full.second_first ? 1 : 0; i < full.values.size(); i += 2) {
    next.push_back(full.values[i]);
  }
  full.second_first = !full.second_first;
  full.values.clear();
}

std::vector<double> QuantileSummary::boundaries(std::size_t bucket_count) const {
  std::map<double, std::uint64_t> weights;
  std::uint64_t total = 0;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    for (const double value : levels_[level].values) weights[value] += std::uint64_t{1} << level;
    total += levels_[level].values.size() << level;
  }
  std::vector<double> boundaries;
  auto right = weights.begin();
  double left_value = right->first;
  double left_share = 0.0;
  double right_share = static_cast<double>(right->second) / static_cast<double>(total);
  std::uint64_t cumulative = right->second;
  for (std::size_t i = 1; i < bucket_count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(bucket_count);
    while (right_share < share && std::next(right) != weights.end()) {
      left_value = right->first;
      left_share = right_share;
      ++right;
      cumulative += right->second;
      right_share = static_cast<double>(cumulative) / static_cast<double>(total);
    }
    // Below the first value there is nothing to interpolate with.
    const bool is_first = right == weights.begin();
    const double along = is_first ? 1.0 : (share - left_share) / (right_share - left_share);
    const double boundary = left_value + along * (right->first - left_value);
    if (boundaries.empty() || boundary > boundaries.back()) boundaries.push_back(boundary);
  }
  return boundaries;
}

}  // namespace kindred::features
