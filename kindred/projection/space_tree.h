// Points of a map in a tree of cells, so that far groups of them can be taken as one.
//
// Barnes and Hut's octree (quadtree in two dimensions): every cell knows how many points it
// holds and their centre. Points are ordered along a Morton curve, so that cells are ranges
// and close points lie together; a run of close points asks for its far bodies together and
// then measures them one point at a time, sixteen bodies at once (linalg/kernels/repulsion.h).
//
// Cost: O(n log n) to build; O(n log n / theta^d) for all pushes.
// Thread safety: const; the same bytes for any number of threads.
//
// Source: Barnes and Hut, "A hierarchical O(N log N) force-calculation algorithm", Nature 1986;
// van der Maaten, "Accelerating t-SNE using tree-based algorithms", JMLR 2014.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"

namespace kindred::projection {

class SpaceTree {
 public:
  // Requires: points are finite, have 2 or 3 columns and at least one row.
  explicit SpaceTree(MatrixView points);

  // For every point p: pushes.row(p) = the sum over the others o of w^2 (p - o), with
  // w = 1 / (1 + |p - o|^2); returns the sum of w over all ordered pairs. A cell is taken as
  // one where its width is below theta times its distance: 0 measures every pair.
  // Requires: pushes has the shape of the points.
  double repulsion(double theta, Matrix& pushes, ThreadPool& pool) const;

 private:
  struct Cell {
    std::array<float, 3> centre{};  // The mean of its points.
    float width = 0.0F;
    std::uint32_t begin = 0;  // Its points, in the order of the curve: [begin, end).
    std::uint32_t end = 0;
    std::uint32_t children = 0;  // Index of the first; those of a cell lie side by side.
    std::uint32_t child_count = 0;
    std::uint32_t level = 0;
  };
  struct Run {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  class Far;  // The bodies that a run sees.

  void sort_along_curve(MatrixView points);
  void grow();
  void split(std::uint32_t cell);
  void find_centres();
  void gather(const Run& run, float theta_squared, Far& far) const;

  std::size_t columns_ = 0;
  float width_ = 0.0F;                    // Of the root.
  std::vector<std::uint64_t> codes_;      // Of each point in order along the curve.
  std::vector<std::uint32_t> rows_;       // Its row.
  std::array<std::vector<float>, 3> at_;  // Its coordinates.
  std::vector<Cell> cells_;               // The root first, parents before children.
  std::vector<Run> runs_;                 // All points, in order.
};

}  // namespace kindred::projection
