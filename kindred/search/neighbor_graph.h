// The k nearest neighbours of every row of a table, the row itself left out: what maps,
// clusters and the search for wrong labels start from.
//
// Exact. Tiles of rows meet blocks of rows in one matrix product each; for Euclidean
// distance the product is of centred vectors with one more column that carries half the
// squared norm, so that what comes out orders rows by distance. The product may round
// differently from linalg::squared_distance and linalg::dot, but by no more than a proven
// bound (docs/design/neighbor_graph.md): whatever could be among the k nearest within that
// bound is measured again by those functions. So ids, order and distances are those of the
// plain loop, for any number of threads; ties go to the smaller id.
//
// What a distance is:
//   euclidean  the distance
//   cosine     1 - cosine, in [0, 2]; a row of zeros is at 1 from everything
//   dot        minus the product: smaller is nearer, and it may be negative
//
// Cost: 2 n^2 d flop at the speed of matrix products, for Euclidean distance half of that, since
// one product serves both of its rows, and of long vectors that few directions describe a
// fraction (shadow.h); memory O(n k) and a copy of the vectors, half a copy more for a while
// where they are long. Thread safety: a function of its arguments.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/exact.h"

namespace kindred::search {

struct NeighborGraph {
  std::size_t rows = 0;
  std::size_t degree = 0;  // Neighbours of each row: at most rows - 1.
  Metric metric = Metric::euclidean;
  std::vector<std::uint32_t> ids;  // rows x degree, nearest first.
  std::vector<float> distances;    // rows x degree, ascending.

  std::span<const std::uint32_t> ids_of(std::size_t row) const {
    return {ids.data() + row * degree, degree};
  }
  std::span<const float> distances_of(std::size_t row) const {
    return {distances.data() + row * degree, degree};
  }

  bool operator==(const NeighborGraph&) const = default;
};

struct NeighborGraphOptions {
  std::size_t neighbors = 15;  // Fewer where there are not as many other rows.
  Metric metric = Metric::euclidean;
  // Called by the calling thread, now and then, with how many rows are done. It may throw,
  // which ends the work: that is how to cancel it.
  std::function<void(std::size_t rows_done)> progress = {};
};

// Throws Error(invalid_argument) naming the row if a value is not finite, or if there are
// fewer than two rows or no columns.
NeighborGraph neighbor_graph(MatrixView vectors, const NeighborGraphOptions& options,
                             ThreadPool& pool);

// For new points: row q of the result are the `options.neighbors` nearest rows of `vectors`
// to row q of `queries` (nobody is left out). Distances as above. Throws as above, and if
// the columns differ.
NeighborGraph neighbors_among(MatrixView queries, MatrixView vectors,
                              const NeighborGraphOptions& options, ThreadPool& pool);

// The graph of the `neighbors` nearest alone. Requires: neighbors <= graph.degree.
NeighborGraph nearest_of(const NeighborGraph& graph, std::size_t neighbors);

}  // namespace kindred::search
