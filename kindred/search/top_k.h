// Exact batch top-k: for each query the k items with the largest score, some left out.
//
// The score of a pair is linalg::dot, and the answer is that of the plain loop over it, bit
// for bit: scores, order and ties, for any k, filter, number of threads and processor. The
// plain loop is not what runs:
//
//   1. Items are visited by falling norm, in blocks. A query stops at the first block in
//      which even |query| * |item| is below its k-th score so far. With the norms of a
//      trained model that is often after a small part of the items.
//   2. A block is scanned with 8-bit integers, for many queries at a time. Nothing is kept of
//      a pair that cannot reach the k-th score so far; int8_blocks.h has the bound.
//   3. The few pairs left are scored by linalg::dot and offered to the query's best k.
//
// What a filter leaves out is left out before step 3, so that k better ones are found
// instead: a list is short only when too few items remain.
//
// Cost: at most |Q| |I| d byte products. Memory: |I| (d + 12) bytes prepared, O(tile) a thread
// beside the result.
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
#include "kindred/search/int8_blocks.h"
#include "kindred/search/neighbor.h"

namespace kindred::search {

// Ids that query q never gets, ascending; null: none are excluded.
using ExcludedIds = std::function<std::span<const std::uint32_t>(std::size_t q)>;

struct TopKFilter {
  ExcludedIds excluded;
  // One flag an item: whether any query may get it; empty: all.
  std::vector<bool> allowed;
};

// How much work a search was, summed over its queries.
struct TopKCounts {
  std::uint64_t scanned = 0;  // Pairs that went through the first pass.
  std::uint64_t scored = 0;   // Pairs that were scored by linalg::dot.
};

// Row q of the result is best first, and shorter than k only when fewer items remain.
// Items whose score is NaN are never returned.
// Requires: queries.cols == items.cols, k > 0.
std::vector<std::vector<Neighbor>> top_k(MatrixView queries, MatrixView items, std::size_t k,
                                         const TopKFilter& filter, ThreadPool& pool);

// The same search for many batches of queries: what depends on the items alone (their order
// and their codes) is prepared once.
class BatchTopK {
 public:
  // Looks at `items`, which must outlive *this, unchanged. `allowed` as in TopKFilter: only
  // these are prepared.
  BatchTopK(MatrixView items, const std::vector<bool>& allowed, ThreadPool& pool);

  // As top_k, among those of the prepared items that the filter allows as well. Adds the work
  // to `counts` unless it is null.
  std::vector<std::vector<Neighbor>> search(MatrixView queries, std::size_t k,
                                            const TopKFilter& filter, ThreadPool& pool,
                                            TopKCounts* counts = nullptr) const;

 private:
  struct Search;
  struct Tile;

  std::vector<std::vector<Neighbor>> search_few(MatrixView queries, std::size_t k,
                                                const TopKFilter& filter, ThreadPool& pool,
                                                TopKCounts* counts) const;
  std::size_t seed_rows(std::size_t k) const;
  void start_query(const Search& search, std::size_t row, Tile& tile) const;
  void scan_block(const Search& search, const ItemBlock& block, Tile& tile) const;
  void search_tile(const Search& search, Tile& tile) const;

  MatrixView items_;
  std::vector<std::uint32_t> outliers_;  // Items whose norms could overflow a product.
  Int8Blocks blocks_;                    // All others.
};

}  // namespace kindred::search
