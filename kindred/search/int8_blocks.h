// Items as short integers, in blocks by falling norm: what the first pass of the search reads.
//
// A block of items has one scale s, a component is stored as the integer nearest to h_i / s,
// and so is a query's with a scale of its own. The integer product, times both scales,
// differs from the true score by no more than
//
//     |s_q codes_q| max |h - s codes_h|  +  |q - s_q codes_q| max |h|
//
// (Cauchy-Schwarz; docs/design/exact_search.md), where the maxima are those of the block. So
// an item whose integer product is below some whole number cannot reach a given score.
//
// Cost: one pass over the items, and a sort of their norms; n d bytes and 12 n.
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/kernels/int8_scan.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/rounding.h"

namespace kindred::search {

struct ItemBlock {
  std::size_t begin = 0;  // Rows [begin, end) of the order; begin is a multiple of a panel.
  std::size_t end = 0;
  double norm_max = 0.0;      // Rounded up, as all norms here.
  double residual_max = 0.0;  // The largest |h - scale * codes|.
  double scale = 1.0;         // What a code of 1 stands for.
};

// All that the bound asks of a query.
struct QuantisedQuery {
  double norm = 0.0;
  double codes_norm = 0.0;     // |scale * codes|.
  double residual_norm = 0.0;  // |q - scale * codes|.
  double scale = 1.0;
  std::int32_t code_sum = 0;
};

class Int8Blocks {
 public:
  Int8Blocks() = default;
  // Of the rows `ids` of `items`. norms: one for each row of `items`, rounded up; those of
  // `ids` are ordinary. Requires: items.cols <= linalg::kInt8ComponentsMax.
  Int8Blocks(MatrixView items, std::vector<std::uint32_t> ids, std::span<const double> norms,
             ThreadPool& pool);

  std::span<const ItemBlock> blocks() const noexcept { return blocks_; }
  std::size_t block_items_max() const noexcept { return block_items_max_; }

  // The item in each row, by falling norm; rows with equal norms by id.
  std::span<const std::uint32_t> ids() const noexcept { return ids_; }

  // Codes of a vector: components rounded up to whole groups.
  std::size_t code_count() const noexcept { return groups_ * linalg::kGroupComponents; }

  linalg::Int8Panels panels(const ItemBlock& block) const noexcept;

  // Writes the codes of `query`, whose norm is given, and returns what is known of them.
  // Requires: codes.size() == code_count(), an ordinary norm.
  QuantisedQuery quantise(std::span<const float> query, double norm,
                          std::span<std::int8_t> codes) const;

  // What the integer sums of the block start from so that every item whose linalg::dot with
  // the query may reach `threshold` ends at 0 or above.
  std::int32_t start(const ItemBlock& block, const QuantisedQuery& query,
                     float threshold) const noexcept;

 private:
  void sort_by_norm(std::span<const double> norms);
  void cut_blocks();
  void fill(MatrixView items, std::span<const double> norms, ItemBlock& block);

  std::size_t groups_ = 0;
  std::size_t block_items_max_ = 0;
  RoundingBound rounding_{0};
  std::vector<std::uint32_t> ids_;
  std::vector<ItemBlock> blocks_;
  std::vector<std::uint8_t> bytes_;  // Panels, block after block.
};

}  // namespace kindred::search
