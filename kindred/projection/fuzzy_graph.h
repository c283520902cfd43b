// The fuzzy neighbour graph of UMAP: how strongly each pair of near points belongs together.
//
// Distances are made comparable between dense and thin regions: of each row, the nearest
// neighbour has strength 1, and the others exp(-(distance - nearest) / scale) with the scale
// at which the strengths sum to log2(k). A pair in which either is a neighbour of the other
// gets the strength of "one or the other": p + q - p q.
//
// Cost: O(n k log k). Thread safety: pure functions; the same bytes for any number of threads.
//
// Source: McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection
// for Dimension Reduction", 2018, algorithms 1 to 3.

#pragma once

#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/sparse.h"
#include "kindred/search/neighbor_graph.h"

namespace kindred::projection {

// The strengths of one row's neighbours, in (0, 1], the nearest first.
// Requires: distances ascend and are not empty.
std::vector<float> neighbor_strengths(std::span<const float> distances);

// n x n, symmetric, columns ascending in every row, nothing on the diagonal.
SparseMatrix fuzzy_graph(const search::NeighborGraph& graph, ThreadPool& pool);

}  // namespace kindred::projection
