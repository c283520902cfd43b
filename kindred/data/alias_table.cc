#include "kindred/data/alias_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kindred/base/check.h"

namespace kindred::data {
namespace {

std::uint32_t as_threshold(double share) {
  return static_cast<std::uint32_t>(std::clamp(share * 0x1p32, 0.0, 0x1p32 - 1.0));
}

}  // namespace

AliasTable::AliasTable(std::span<const std::uint32_t> ids, std::span<const double> weights) {
  KINDRED_CHECK(!ids.empty() && ids.size() == weights.size() && ids.size() < (1ULL << 32U));
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  KINDRED_CHECK(std::isfinite(total) && total > 0.0);
  const std::size_t count = ids.size();
  slots_.resize(count);
  // In units of what one slot holds: those below 1 have room for a part of those above.
  std::vector<double> shares(count);
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::size_t i = 0; i < count; ++i) {
    shares[i] = weights[i] / total * static_cast<double>(count);
    slots_[i].own = slots_[i].other = ids[i];
    (shares[i] < 1.0 ? small : large).push_back(static_cast<std::uint32_t>(i));
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t filled = small.back();
    const std::uint32_t giver = large.back();
    small.pop_back();
    slots_[filled].threshold = as_threshold(shares[filled]);
    slots_[filled].other = ids[giver];
    shares[giver] -= 1.0 - shares[filled];
    if (shares[giver] >= 1.0) continue;
    large.pop_back();
    small.push_back(giver);
  }
  // What is left holds 1 but for rounding, and keeps its own number alone.
}

}  // namespace kindred::data
