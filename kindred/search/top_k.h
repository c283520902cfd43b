// Exact batch top-k: for each query the k items with the largest score, some left out.
//
// The full score matrix never exists: queries are scored in tiles against blocks of
// items, and each query keeps only its best k so far. The first pass may use fast
// arithmetic; whatever could reach the top k by a proven error bound is scored again
// by linalg::dot, so scores, order and ties are exactly those of the plain loop.
//
// Cost: 2 |Q| |I| d flop, at GEMM speed. Memory: O(tile), beside the result.
// Thread safety: functions of their arguments alone.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"

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

struct TopKFilter {
  // Ids that query q never gets, ascending; null: none are excluded.
  std::function<std::span<const std::uint32_t>(std::size_t q)> excluded;
  // One flag an item: whether any query may get it; empty: all.
  std::vector<bool> allowed;
};

// Row q of the result is best first, and shorter than k only when fewer items remain.
// Items whose score is NaN are never returned.
// Requires: queries.cols == items.cols, k > 0.
std::vector<std::vector<Neighbor>> top_k(MatrixView queries, MatrixView items, std::size_t k,
                                         const TopKFilter& filter, ThreadPool& pool);

}  // namespace kindred::search
