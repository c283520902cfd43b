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

std::vector<std::pair<double, std::uint64_t>> QuantileSummary::cumulated() const {
  std::map<double, std::uint64_t> weights;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    for (const double value : levels_[level].values) weights[value] += std::uint64_t{1} << level;
  }
  std::vector<std::pair<double, std::uint64_t>> out(weights.begin(), weights.end());
  for (std::size_t i = 1; i < out.size(); ++i) out[i].second += out[i - 1].second;
  return out;
}

double QuantileSummary::value_at(double share) const {
  const auto values = cumulated();
  const double wanted = share * static_cast<double>(values.back().second);
  const auto found = std::ranges::find_if(
      values, [&](const auto& entry) { return static_cast<double>(entry.second) >= wanted; });
  return found == values.end() ? values.back().first : found->first;
}

std::vector<double> QuantileSummary::boundaries(std::size_t bucket_count) const {
  const auto values = cumulated();
  const auto total = static_cast<double>(values.back().second);
  const auto share_at = [&](std::size_t i) {
    return static_cast<double>(values[i].second) / total;
  };
  std::vector<double> boundaries;
  std::size_t right = 0;    // The value in which the wanted share falls.
  std::size_t cut_off = 0;  // How many values the boundaries so far have below them.
  for (std::size_t i = 1; i < bucket_count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(bucket_count);
    while (share_at(right) < share && right + 1 < values.size()) ++right;
    double boundary = values[right].first;
    if (right > 0) {
      const double left_share = share_at(right - 1);
      const double along = (share - left_share) / (share_at(right) - left_share);
      boundary = values[right - 1].first + along * (boundary - values[right - 1].first);
    }
    std::size_t below = right;
    if (below <= cut_off) {  // A part that nothing would fall into: cut behind the value instead.
      below = right + 1;
      if (below >= values.size() || below <= cut_off) continue;
      boundary = values[below].first;
    }
    boundaries.push_back(boundary);
    cut_off = below;
  }
  return boundaries;
}

}  // namespace kindred::features
