#include "kindred/insight/sub_clusters.h"

#include <algorithm>
#include <cmath>

#include "kindred/insight/clusters.h"
#include "kindred/search/kmeans.h"

namespace kindred::insight {
namespace {

Matrix gathered(MatrixView vectors, std::span<const std::uint32_t> rows) {
  Matrix out(rows.size(), vectors.cols);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(vectors.row(rows[i]), out.row(i).begin());
  }
  return out;
}

search::Kmeans cut(const Matrix& points, const SubClusterOptions& options, ThreadPool& pool) {
  search::KmeansOptions kmeans;
  kmeans.seed = options.seed;
  if (options.clusters > 0 || points.rows() < 4) {
    kmeans.clusters = std::min(std::max<std::size_t>(1, options.clusters), points.rows());
    return search::kmeans(points, kmeans, pool);
  }
  const std::size_t most = std::clamp<std::size_t>(options.clusters_max, 2, points.rows() / 2);
  return search::kmeans_of_best_count(points, most, kmeans, pool).best;
}

}  // namespace

std::vector<SubCluster> sub_clusters(MatrixView vectors, std::span<const std::uint32_t> rows,
                                     const SubClusterOptions& options, ThreadPool& pool) {
  if (rows.empty()) return {};
  const search::Kmeans found = cut(gathered(vectors, rows), options, pool);
  std::vector<SubCluster> kinds(found.centres.rows());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SubCluster& kind = kinds[found.cluster_of[i]];
    kind.rows.push_back(rows[i]);
    kind.rms += static_cast<double>(found.distances[i]) * found.distances[i];
  }
  std::erase_if(kinds, [](const SubCluster& kind) { return kind.rows.empty(); });
  for (SubCluster& kind : kinds) {
    kind.rms = std::sqrt(kind.rms / static_cast<double>(kind.rows.size()));
    std::ranges::sort(kind.rows);
    kind.medoid = typical_rows(vectors, kind.rows, 1).front();
  }
  return kinds;
}

}  // namespace kindred::insight
