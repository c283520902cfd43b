// The kinds within a label: the 7s with a bar and the 7s without.
//
// k-means on the label's rows; each kind is shown by its medoid. The number of kinds is
// chosen by the simplified silhouette (search/kmeans.h), or given.
//
// Thread safety: a pure function; the same bytes for any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"

namespace kindred::insight {

struct SubCluster {
  std::uint32_t medoid = 0;
  std::vector<std::uint32_t> rows;  // Ascending.
  double rms = 0.0;                 // Root of the mean squared distance to the kind's mean.
};

struct SubClusterOptions {
  std::size_t clusters = 0;  // 0: the best of 2 to clusters_max.
  std::size_t clusters_max = 8;
  std::uint64_t seed = 1;
};

// Largest first. Fewer rows than two kinds give one kind, no rows give none.
// Requires: rows are distinct rows of `vectors`.
std::vector<SubCluster> sub_clusters(MatrixView vectors, std::span<const std::uint32_t> rows,
                                     const SubClusterOptions& options, ThreadPool& pool);

}  // namespace kindred::insight
