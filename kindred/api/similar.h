// The items or users nearest to one of them.
//
// Where the model has vectors, near is what a metric of theirs says; a model item by item says
// which items go with an item, and of users nothing.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/model/model.h"
#include "kindred/search/exact.h"
#include "kindred/search/neighbor.h"

namespace kindred::api {

struct SimilarOptions {
  bool users = false;  // Users instead of items.
  std::size_t count = 10;
  search::Metric metric = search::Metric::cosine;
  std::vector<bool> allowed = {};  // One flag a row; empty: all.
};

// Nearest first; fewer only where fewer are left. Leaves out `row` itself and all about which
// nothing was learned.
// Throws Error(not_found) for a row that is none or of which nothing was learned, and
// Error(invalid_argument) for what the model cannot say.
std::vector<search::Neighbor> similar(const model::Model& model, std::uint32_t row,
                                      const SimilarOptions& options, ThreadPool& pool);

}  // namespace kindred::api
