// t-SNE: a map in two or three dimensions in which points pick the neighbours they have in
// the data.
//
//   neighbour graph  ->  affinities (affinities.h)  ->  start by principal components  ->
//   iterations of gradient descent with momentum and gains
//
// Neighbours pull in proportion to their affinity; everything pushes everything else, summed
// by a tree of cells (space_tree.h). In the first iterations the pulls are exaggerated, so
// that groups form while points can still pass each other.
//
// Wide data is best reduced to kTsneColumns principal components (pca.h, reduced()) before the
// graph, as in the experiments of the papers.
//
// Cost: an iteration is O(n log n) and O(n perplexity); memory O(n perplexity).
// Thread safety: one thread steps; see engine.h. The same bytes for any number of threads.
//
// Source: van der Maaten, "Accelerating t-SNE using tree-based algorithms", JMLR 2014;
// Belkina et al., "Automated optimized parameters for t-distributed stochastic neighbor
// embedding", Nature Communications 2019, for the learning rate.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"
#include "kindred/projection/engine.h"
#include "kindred/search/neighbor_graph.h"

namespace kindred::projection {

inline constexpr std::size_t kTsneColumns = 50;

struct TsneOptions {
  int components = 3;        // 2 or 3.
  double perplexity = 30.0;  // Neighbours that a point effectively has. Small: fine detail.
  int iterations = 1000;
  double exaggeration = 12.0;        // Of the pulls
  int exaggerated_iterations = 250;  // in the first iterations.
  // 0: rows / exaggeration while groups form, rows / 4 while they settle; of at least 200 rows.
  double learning_rate = 0.0;
  double theta = 0.5;      // Larger is faster and coarser; 0 is exact.
  std::uint64_t seed = 1;  // Of the tiny shake that lets copies come apart.
};

class Tsne {
 public:
  // `graph` holds the neighbours of every row of `vectors`, at least neighbors_for(perplexity)
  // of them, of which it takes so many; `vectors` are only looked at for the start. Neither is
  // kept. Throws Error(invalid_argument) naming the option that is out of range.
  Tsne(MatrixView vectors, const search::NeighborGraph& graph, const TsneOptions& options,
       ThreadPool& pool);

  // One iteration. Requires: !is_done().
  void step(ThreadPool& pool);

  int step_count() const noexcept { return iteration_; }
  int steps_total() const noexcept { return options_.iterations; }
  bool is_done() const noexcept { return iteration_ == options_.iterations; }
  MatrixView coordinates() const noexcept { return coordinates_; }
  const TsneOptions& options() const noexcept { return options_; }

  // The Kullback-Leibler divergence of the map's pairs from the data's, which the iterations
  // lower: exact over the pairs of the graph, the sum over all pairs by the tree.
  double divergence(ThreadPool& pool) const;

 private:
  TsneOptions options_;
  SparseMatrix affinities_;
  Matrix coordinates_;           // rows x components.
  Matrix pushes_;                // Of the current iteration.
  std::vector<float> velocity_;  // The last update of each coordinate
  std::vector<float> gains_;     // and how much its learning rate has grown.
  int iteration_ = 0;
};

static_assert(Engine<Tsne>);

}  // namespace kindred::projection
