// The order in which those get items of whom nothing is known: what most people have seen.
//
// One order for `recommend` and for evaluation. Items that equally many have seen go by their
// labels, so that the order of the rows of a file decides nothing.
//
// Cost: O(pairs + items log items). Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <vector>

#include "kindred/data/vocabulary.h"
#include "kindred/linalg/sparse.h"
#include "kindred/search/neighbor.h"

namespace kindred::recommendation {

// Of each label its place among all, by bytes.
std::vector<std::uint32_t> label_ranks(const data::Vocabulary& labels);

// All items, most seen first; the score is the share of users who have seen the item.
// Requires: one label for each column of `seen`.
std::vector<search::Neighbor> by_popularity(const SparseMatrix& seen,
                                            const data::Vocabulary& labels);

}  // namespace kindred::recommendation
