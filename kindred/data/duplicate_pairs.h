// Rows sorted by item, and what becomes of pairs that a file names more than once.
//
//   last, first  the rating with the latest or earliest time; among equal times, or
//                without times, the last or first in the file
//   sum, mean    of the values, added in ascending order, so that shuffling the file's
//                rows changes nothing; the time is the latest
//   error        is left to the caller: the pairs are counted, not merged

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "kindred/data/ratings_reader.h"
#include "kindred/linalg/sparse.h"

namespace kindred::data {

// Sorts one row's entries by column, stably. Reused from row to row.
class RowSorter {
 public:
  // times is empty or as long as the other two. Requires: fewer than 2^32 entries.
  void sort(std::span<std::uint32_t> columns, std::span<float> values,
            std::span<std::int64_t> times);

 private:
  void sort_keys(std::uint32_t column_max);

  std::vector<std::uint64_t> keys_;        // Column in the upper half, place in the lower.
  std::vector<std::uint64_t> other_keys_;  // Where a pass of the radix sort goes.
  std::vector<float> values_;
  std::vector<std::int64_t> times_;
};

struct DuplicateMerge {
  std::size_t duplicate_count = 0;  // Ratings beyond the first of their pair.
  bool finite = true;               // Whether all sums are.
  std::uint32_t first_user = 0;     // The first pair that occurs twice, or is not finite.
  std::uint32_t first_item = 0;
};

// Leaves one entry for each pair. Requires: columns ascend, not strictly, in each row;
// entries of a pair are in file order.
DuplicateMerge merge_duplicate_pairs(SparseMatrix& matrix, std::vector<std::int64_t>& times,
                                     Duplicates rule);

// How often each value occurs; nothing when there are more than 32 of them.
std::map<float, std::size_t> count_values(std::span<const float> values);

}  // namespace kindred::data
