// How spread out each label's points are, in the space of the data.
//
// Never measure this in a map: UMAP and t-SNE even out densities, and a tight label may look
// wide there.
//
// Cost: O(n d). Thread safety: pure functions; the same bytes for any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/labels.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/neighbor_graph.h"

namespace kindred::insight {

struct LabelSpread {
  std::uint32_t label = 0;
  std::size_t count = 0;  // Its rows.
  double rms = 0.0;       // Root of the mean squared distance of a row to the label's centroid.
  std::optional<double> nearest;  // Mean distance of a row to its nearest neighbour of any label.
};

// Widest first; equal ones in the order of the labels. Labels without rows are left out.
// `graph` may be null; then `nearest` is absent. Distances to centroids are Euclidean; give
// normalised rows where cosine is meant. Requires: as many rows in all.
std::vector<LabelSpread> label_spreads(MatrixView vectors, const data::Labels& labels,
                                       const search::NeighborGraph* graph, ThreadPool& pool);

struct Outlier {
  std::uint32_t row = 0;
  double distance = 0.0;  // Mean distance to its nearest neighbours.
  double ratio = 0.0;     // That over the median of its label: 1 is ordinary.
};

// The `count` rows that are farthest from their neighbours for a row of their label, by
// falling ratio; equal ones by row. A label whose median is 0 has none.
// Labels may be empty (of no rows): then all rows are one label.
std::vector<Outlier> outliers(const search::NeighborGraph& graph, const data::Labels& labels,
                              std::size_t count);

}  // namespace kindred::insight
