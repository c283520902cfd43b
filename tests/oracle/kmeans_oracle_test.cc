// k-means against every possible partition: on few points the best one can be found by
// looking at all of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/search/kmeans.h"

namespace kindred::search {
namespace {

// The sum of squared distances of the points of one cluster to their mean.
double inertia_of(MatrixView points, const std::vector<std::size_t>& rows) {
  double inertia = 0.0;
  for (std::size_t c = 0; c < points.cols && !rows.empty(); ++c) {
    double mean = 0.0;
    for (const std::size_t row : rows) mean += points.row(row)[c];
    mean /= static_cast<double>(rows.size());
    for (const std::size_t row : rows) {
      inertia += (points.row(row)[c] - mean) * (points.row(row)[c] - mean);
    }
  }
  return inertia;
}

double best_inertia(MatrixView points, std::size_t clusters) {
  std::size_t partitions = 1;
  for (std::size_t row = 0; row < points.rows; ++row) partitions *= clusters;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t code = 0; code < partitions; ++code) {
    std::vector<std::vector<std::size_t>> rows(clusters);
    for (std::size_t row = 0, rest = code; row < points.rows; ++row, rest /= clusters) {
      rows[rest % clusters].push_back(row);
    }
    double inertia = 0.0;
    for (const auto& cluster : rows) inertia += inertia_of(points, cluster);
    best = std::min(best, inertia);
  }
  return best;
}

TEST(KmeansOracle, FindsTheBestOfAllPartitions) {
  ThreadPool pool(2);
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Matrix points(9, 2);
    Rng rng(seed);
    for (float& value : points.values()) value = static_cast<float>(rng.normal());
    for (const std::size_t clusters : {1U, 2U, 3U}) {
      const double best = best_inertia(points, clusters);
      const Kmeans found = kmeans(points, {.clusters = clusters, .restarts = 100}, pool);
      EXPECT_NEAR(found.inertia, best, 1e-5 * (1.0 + best)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace kindred::search
