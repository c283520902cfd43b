// The affinities of t-SNE: how likely each point would pick each neighbour.
//
// p(j|i) = exp(-beta_i d_ij^2) over its sum, with the beta_i at which the entropy is the
// logarithm of the perplexity: the number of neighbours that a point effectively has. The
// joint p_ij = (p(j|i) + p(i|j)) / 2n sums to 1.
//
// Cost: O(n k). Thread safety: a pure function; the same bytes for any number of threads.
//
// Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 2008.

#pragma once

#include <cstddef>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/sparse.h"
#include "kindred/search/neighbor_graph.h"

namespace kindred::projection {

// How many neighbours a perplexity needs, where there are that many: three times itself.
std::size_t neighbors_for(double perplexity, std::size_t rows);

// n x n, symmetric, nothing on the diagonal. Takes every neighbour of the graph. A perplexity
// beyond a third of the neighbours is lowered to that. Requires: perplexity >= 1.
SparseMatrix joint_affinities(const search::NeighborGraph& graph, double perplexity,
                              ThreadPool& pool);

}  // namespace kindred::projection
