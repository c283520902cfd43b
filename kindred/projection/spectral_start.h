// Where a layout begins: the slow vibrations of the neighbour graph, or principal components.
//
// The eigenvectors of the normalised graph D^-1/2 W D^-1/2 after the first put strongly tied
// points close to each other and weakly tied groups apart: most of the global structure of a
// UMAP map is in its start. They are found by subspace iteration with Chebyshev filters, to
// a tolerance that is ample for a start. A graph in several pieces has no such vectors (the
// first few only tell the pieces apart), so it begins with principal components.
//
// Cost: some hundred products with the sparse matrix.
// Thread safety: pure functions; the same bytes for any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::projection {

// Whether every row can be reached from every other.
bool is_connected(const SparseMatrix& graph);

// rows x components; nothing where the graph is not connected or has too few rows.
// Requires: graph is symmetric with positive values.
std::optional<Matrix> spectral_start(const SparseMatrix& graph, std::size_t components,
                                     std::uint64_t seed, ThreadPool& pool);

// Moves and scales every column into [0, extent], and shakes each value by a normal number of
// standard deviation extent / 10^5, so that copies of a point can come apart.
void fit_into_box(Matrix& coordinates, float extent, std::uint64_t seed);

}  // namespace kindred::projection
