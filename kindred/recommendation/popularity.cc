#include "kindred/recommendation/popularity.h"

#include <algorithm>
#include <numeric>

#include "kindred/base/check.h"

namespace kindred::recommendation {

std::vector<std::uint32_t> label_ranks(const data::Vocabulary& labels) {
  std::vector<std::uint32_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(
      order, [&](std::uint32_t a, std::uint32_t b) { return labels.label(a) < labels.label(b); });
  std::vector<std::uint32_t> ranks(labels.size());
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) ranks[order[rank]] = rank;
  return ranks;
}

std::vector<search::Neighbor> by_popularity(const SparseMatrix& seen,
                                            const data::Vocabulary& labels) {
  KINDRED_CHECK(labels.size() == seen.cols);
  std::vector<std::size_t> counts(seen.cols);
  for (const std::uint32_t item : seen.columns) ++counts[item];
  const std::vector<std::uint32_t> ranks = label_ranks(labels);
  std::vector<std::uint32_t> order(seen.cols);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : ranks[a] < ranks[b];
  });
  std::vector<search::Neighbor> items;
  for (const std::uint32_t item : order) {
    const double share = static_cast<double>(counts[item]) /
                         static_cast<double>(std::max<std::size_t>(1, seen.rows));
    items.push_back({item, static_cast<float>(share)});
  }
  return items;
}

}  // namespace kindred::recommendation
