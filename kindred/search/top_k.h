// Exact batch top-k: for each query the k items with the largest score, some left out.
//
// The full score matrix never exists: tiles of queries are scored against blocks of
// items by matrix multiplication, and each query keeps only its best k so far. The
// multiplication may round differently from linalg::dot, but by no more than a proven
// bound (docs/design/exact_search.md): whatever could reach the top k within that bound
// is scored again by linalg::dot, so scores, order and ties are exactly those of the
// plain loop, for any number of threads.
//
// Items are visited by falling norm. A query stops at the first block in which even
// |query| * |item| is below its k-th score so far: with the norms of a trained model
// that is often after a small part of the items.
//
// Cost: at most 2 |Q| |I| d flop, at GEMM speed. Memory: a copy of the allowed items and
// O(tile) a thread, beside the result.
// Thread safety: top_k is a function of its arguments alone; const members of BatchTopK
// from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/neighbor.h"

namespace kindred::search {

// Ids that query q never gets, ascending; null: none are excluded.
using ExcludedIds = std::function<std::span<const std::uint32_t>(std::size_t q)>;

struct TopKFilter {
  ExcludedIds excluded;
  // One flag an item: whether any query may get it; empty: all.
  std::vector<bool> allowed;
};

// Row q of the result is best first, and shorter than k only when fewer items remain.
// Items whose score is NaN are never returned.
// Requires: queries.cols == items.cols, k > 0.
std::vector<std::vector<Neighbor>> top_k(MatrixView queries, MatrixView items, std::size_t k,
                                         const TopKFilter& filter, ThreadPool& pool);

// The same search for many batches of queries: what depends on the items alone (norms,
// order, a copy in that order) is prepared once.
class BatchTopK {
 public:
  // Looks at `items`, which must outlive *this, unchanged. `allowed` as in TopKFilter.
  BatchTopK(MatrixView items, const std::vector<bool>& allowed);

  // As top_k.
  std::vector<std::vector<Neighbor>> search(MatrixView queries, std::size_t k,
                                            const ExcludedIds& excluded, ThreadPool& pool) const;

 private:
  struct Block {
    std::size_t begin = 0;  // Rows [begin, end) of sorted_.
    std::size_t end = 0;
    double norm_max = 0.0;  // Of its vectors, rounded up.
  };
  struct Tile;

  void search_tile(Tile& tile) const;
  void scan_block(const Block& block, Tile& tile) const;

  MatrixView items_;
  Matrix sorted_;                        // Ordinary items by falling norm.
  std::vector<std::uint32_t> ids_;       // Row r of sorted_ is item ids_[r].
  std::vector<std::uint32_t> outliers_;  // Items whose norms could overflow a product.
  std::vector<Block> blocks_;
};

}  // namespace kindred::search
