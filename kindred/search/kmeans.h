// k-means: n points into k clusters around their means.
//
// Centres are drawn one by one, each likely to be far from those before (k-means++, the best
// of a few draws); then every point joins the nearest centre and every centre moves to the
// mean of its points, until nothing changes. Tiles of points meet all centres in one matrix
// product. A centre that loses all its points moves to the point that is farthest from its
// own centre.
//
// Cost: O(n k d) an iteration at the speed of matrix products; memory O(n + k d) beside the
// data. Thread safety: pure functions; the same bytes for any number of threads: a centre's
// points are added in their order by one thread.
//
// Source: Lloyd, "Least squares quantization in PCM", 1982; Arthur and Vassilvitskii,
// "k-means++: the advantages of careful seeding", SODA 2007.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"

namespace kindred::search {

struct KmeansOptions {
  std::size_t clusters = 8;
  int iterations_max = 100;
  int restarts = 3;  // Whole runs from other draws; the one with the least inertia is kept.
  std::uint64_t seed = 1;
};

struct Kmeans {
  Matrix centres;                         // k x d: the means of the clusters.
  std::vector<std::uint32_t> cluster_of;  // Of each row, below k; every cluster has a row,
                                          // unless there are fewer distinct rows than k.
  std::vector<float> distances;           // Of each row to its centre.
  double inertia = 0.0;                   // The sum of the squares of `distances`.
  int iterations = 0;
  bool has_converged = false;  // Whether the last iteration changed nothing.
};

// Clusters are numbered by falling size; equal sizes by their first row.
// Throws Error(invalid_argument) if there are fewer rows than clusters, no clusters, no
// columns, or a value is not finite.
Kmeans kmeans(MatrixView points, const KmeansOptions& options, ThreadPool& pool);

// How well a number of clusters fits: the mean over the points of (b - a) / max(a, b), where
// a is the distance to the own centre and b to the nearest other one (the simplified
// silhouette). 1: tight and far apart; 0: no clusters to speak of.
double simplified_silhouette(MatrixView points, const Kmeans& clusters, ThreadPool& pool);

struct ClusterCount {
  std::size_t clusters = 0;
  double silhouette = 0.0;
};

struct ChosenKmeans {
  Kmeans best;
  std::vector<ClusterCount> tried;  // In ascending order of clusters.
};

// The number of clusters in 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, ... (four for
// every doubling) up to clusters_max whose simplified silhouette is the largest; of equal
// ones the smallest number. options.clusters is ignored. Throws as kmeans does, and for
// clusters_max below 2.
ChosenKmeans kmeans_of_best_count(MatrixView points, std::size_t clusters_max,
                                  const KmeansOptions& options, ThreadPool& pool);

// What kmeans_of_best_count is given where nobody says: the square root of the rows, within
// 2 and 100.
std::size_t default_clusters_max(std::size_t rows) noexcept;

}  // namespace kindred::search
