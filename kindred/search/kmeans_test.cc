#include "kindred/search/kmeans.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::search {
namespace {

// Clouds around the corners of a cube: row r belongs to corner r % corners.
Matrix clouds(std::size_t rows, std::size_t corners, double distance = 10.0) {
  Matrix points(rows, 5);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(8, 0, row);
    for (float& value : points.row(row)) value = static_cast<float>(rng.normal());
    for (std::size_t bit = 0; bit < 4; ++bit) {
      if (((row % corners) >> bit & 1U) != 0) points.row(row)[bit] += static_cast<float>(distance);
    }
  }
  return points;
}

TEST(Kmeans, FindsCloudsThatAreThere) {
  ThreadPool pool(2);
  const Matrix points = clouds(900, 6);
  const Kmeans found = kmeans(points, {.clusters = 6}, pool);
  EXPECT_TRUE(found.has_converged);
  for (std::size_t row = 6; row < 900; ++row) {
    EXPECT_EQ(found.cluster_of[row], found.cluster_of[row % 6]) << row;
  }
  // Five normal dimensions around each centre.
  EXPECT_NEAR(found.inertia / 900.0, 5.0, 0.3);
}

TEST(Kmeans, EveryPointIsAtItsNearestCentreAndEveryCentreIsAMean) {
  ThreadPool pool(2);
  const Matrix points = clouds(700, 3, 2.0);  // Clouds that overlap.
  const Kmeans found = kmeans(points, {.clusters = 7}, pool);
  ASSERT_TRUE(found.has_converged);
  std::vector<double> sums(7 * 5, 0.0);
  std::vector<std::size_t> sizes(7, 0);
  for (std::size_t row = 0; row < 700; ++row) {
    const std::uint32_t own = found.cluster_of[row];
    ++sizes[own];
    for (std::size_t i = 0; i < 5; ++i) sums[own * 5 + i] += points.row(row)[i];
    const float mine = linalg::squared_distance(points.row(row), found.centres.row(own));
    EXPECT_EQ(std::sqrt(mine), found.distances[row]);
    for (std::size_t c = 0; c < 7; ++c) {
      EXPECT_LE(mine, linalg::squared_distance(points.row(row), found.centres.row(c)) + 1e-4F);
    }
  }
  for (std::size_t c = 0; c < 7; ++c) {
    EXPECT_GE(sizes[c == 0 ? 0 : c - 1], sizes[c]);  // Numbered by size.
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_NEAR(found.centres.row(c)[i], sums[c * 5 + i] / static_cast<double>(sizes[c]), 1e-4);
    }
  }
}

TEST(Kmeans, SameBytesForAnyNumberOfThreads) {
  const Matrix points = clouds(1000, 8, 3.0);
  ThreadPool one(1);
  const Kmeans first = kmeans(points, {.clusters = 9, .seed = 5}, one);
  for (const int threads : {2, 4}) {
    ThreadPool pool(threads);
    const Kmeans found = kmeans(points, {.clusters = 9, .seed = 5}, pool);
    EXPECT_EQ(found.cluster_of, first.cluster_of);
    EXPECT_EQ(found.centres, first.centres);
    EXPECT_EQ(found.inertia, first.inertia);
  }
}

TEST(Kmeans, MoreClustersNeverCostMore) {
  ThreadPool pool(2);
  const Matrix points = clouds(400, 4, 2.0);
  double before = std::numeric_limits<double>::infinity();
  for (const std::size_t clusters : {1U, 2U, 4U, 8U, 16U, 400U}) {
    const double inertia = kmeans(points, {.clusters = clusters}, pool).inertia;
    EXPECT_LT(inertia, before) << clusters;
    before = inertia;
  }
  EXPECT_NEAR(before, 0.0, 1e-6);  // Each point its own cluster.
}

TEST(Kmeans, CopiesAreFewerThanClusters) {
  ThreadPool pool(2);
  Matrix points(30, 2);
  for (std::size_t row = 0; row < 30; ++row) points.row(row)[0] = static_cast<float>(row % 3);
  const Kmeans found = kmeans(points, {.clusters = 5}, pool);
  EXPECT_EQ(found.inertia, 0.0);
  EXPECT_EQ(std::set<std::uint32_t>(found.cluster_of.begin(), found.cluster_of.end()).size(), 3U);
}

TEST(Kmeans, TheBestCountIsThatOfTheClouds) {
  ThreadPool pool(2);
  for (const std::size_t corners : {2U, 5U, 8U}) {
    const ChosenKmeans chosen = kmeans_of_best_count(clouds(600, corners), 24, {}, pool);
    EXPECT_EQ(chosen.best.centres.rows(), corners);
    std::vector<std::size_t> counts;
    for (const ClusterCount& tried : chosen.tried) counts.push_back(tried.clusters);
    EXPECT_EQ(counts, (std::vector<std::size_t>{2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24}));
  }
  EXPECT_EQ(default_clusters_max(10000), 100U);
  EXPECT_EQ(default_clusters_max(3), 2U);
}

TEST(Kmeans, RefusesWhatCannotBeCut) {
  ThreadPool pool(1);
  EXPECT_THROW(kmeans(clouds(3, 2), {.clusters = 4}, pool), Error);
  EXPECT_THROW(kmeans(clouds(3, 2), {.clusters = 0}, pool), Error);
  Matrix broken = clouds(5, 2);
  broken.row(4)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(kmeans(broken, {.clusters = 2}, pool), Error);
  EXPECT_THROW(kmeans_of_best_count(clouds(9, 2), 1, {}, pool), Error);
}

}  // namespace
}  // namespace kindred::search
