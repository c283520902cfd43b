// UMAP: a map in two or three dimensions that keeps who is near whom.
//
//   neighbour graph  ->  fuzzy graph (fuzzy_graph.h)  ->  start (spectral_start.h)  ->  epochs
//
// In an epoch every pair of the fuzzy graph pulls its points together as often as its
// strength says (the strongest every epoch), and each pull comes with pushes away from points
// drawn at random (linalg/kernels/pull_push.h). The step shrinks from learning_rate to nothing over
// the epochs.
//
// In parallel without races: the points are dealt into blocks, and every pair of the graph
// belongs to the pair of blocks of its two points. Blocks meet as teams do in a tournament:
// in each round every block meets one other, so the meetings of a round share no point and
// run at the same time, each in a fixed order. Pushes come from points of the two blocks
// that meet, which over an epoch are all points. So every pull sees where its points are
// now, as in the serial algorithm, and the result is the same bytes for any number of
// threads. docs/design/umap.md has the measurements: gathering forces from the positions at
// the start of an epoch tears the map.
//
// Cost: an epoch is O(pairs); memory O(pairs).
// Thread safety: one thread steps; see engine.h.
//
// Source: McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection
// for Dimension Reduction", 2018.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/kernels/pull_push.h"
#include "kindred/linalg/matrix.h"
#include "kindred/projection/engine.h"
#include "kindred/projection/low_dimensional_curve.h"
#include "kindred/search/neighbor_graph.h"

namespace kindred::projection {

enum class UmapStart { spectral, pca };

struct UmapOptions {
  int components = 3;          // 2 or 3.
  int neighbors = 15;          // With the point itself. More: global structure; fewer: fine detail.
  double min_dist = 0.1;       // How close points may lie in the map: 0 packs clusters tightly.
  double spread = 1.0;         // The scale of the map.
  int epochs = 0;              // 0: 350 up to 10,000 points, 200 beyond.
  int negative_samples = 5;    // Pushes for each pull: 15 are drawn, together as strong.
  double learning_rate = 1.0;  // Of the first epoch.
  double repulsion = 1.0;      // Strength of the pushes.
  UmapStart start = UmapStart::spectral;  // pca where the graph is in several pieces.
  std::uint64_t seed = 1;
};

class Umap {
 public:
  // `graph` holds the neighbours of every row of `vectors`, at least options.neighbors - 1 of
  // them, or all others; `vectors` are only looked at for the start by principal components.
  // Neither is kept. Throws Error(invalid_argument) naming the option that is out of range.
  Umap(MatrixView vectors, const search::NeighborGraph& graph, const UmapOptions& options,
       ThreadPool& pool);

  // One epoch. Requires: !is_done().
  void step(ThreadPool& pool);

  int step_count() const noexcept { return epoch_; }
  int steps_total() const noexcept { return options_.epochs; }
  bool is_done() const noexcept { return epoch_ == options_.epochs; }
  MatrixView coordinates() const noexcept { return coordinates_; }
  const UmapOptions& options() const noexcept { return options_; }  // epochs is never 0.

 private:
  // A pair of near points; each pair is there twice, once from either end.
  struct Pull {
    linalg::PointPair pair;  // The head is pushed as well.
    std::uint32_t rate;      // Pulls an epoch, times 2^32 - 1.
  };

  std::size_t block_of(std::size_t row) const noexcept { return row % block_count_; }
  std::size_t block_size(std::size_t block) const noexcept;
  // Points lie block after block.
  std::uint32_t block_begin(std::size_t block) const noexcept;
  std::uint32_t place_of(std::size_t row) const noexcept;
  void sort_into_meetings(const std::vector<Pull>& pulls);
  std::vector<linalg::PointPair> due_in(std::size_t index) const;
  void meet(std::size_t first_block, std::size_t second_block);

  UmapOptions options_;
  linalg::PullPushForces forces_;
  std::size_t block_count_ = 1;
  std::vector<Pull> pulls_;            // Of places, by meeting: blocks (0, 0), (0, 1), ....
  std::vector<std::size_t> meetings_;  // Where each begins, and the end.
  Matrix coordinates_;                 // rows x components.
  Matrix places_;                      // The same by place, as pull_and_push() takes them.
  int epoch_ = 0;
};

static_assert(Engine<Umap>);

}  // namespace kindred::projection
