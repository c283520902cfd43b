// The quality of a map against the definitions written out in double precision.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/projection/quality.h"

namespace kindred::projection {
namespace {

double exact_distance(MatrixView points, std::size_t a, std::size_t b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < points.cols; ++i) {
    sum += std::pow(static_cast<double>(points.row(a)[i]) - points.row(b)[i], 2);
  }
  return std::sqrt(sum);
}

// ranks[i][j]: 1 for the nearest to i; 0 for i itself.
std::vector<std::vector<std::size_t>> ranks_of(MatrixView points) {
  std::vector<std::vector<std::size_t>> ranks(points.rows, std::vector<std::size_t>(points.rows));
  for (std::size_t i = 0; i < points.rows; ++i) {
    std::vector<std::size_t> order;
    for (std::size_t j = 0; j < points.rows; ++j) {
      if (j != i) order.push_back(j);
    }
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      return exact_distance(points, i, a) < exact_distance(points, i, b);
    });
    for (std::size_t r = 0; r < order.size(); ++r) ranks[i][order[r]] = r + 1;
  }
  return ranks;
}

// 1 - 2 / (n k (2n - 3k - 1)) sum over i, over j near in `map` and not in `data`, of r - k.
double trustworthiness(MatrixView data, MatrixView map, std::size_t k) {
  const auto in_data = ranks_of(data);
  const auto in_map = ranks_of(map);
  double sum = 0.0;
  for (std::size_t i = 0; i < data.rows; ++i) {
    for (std::size_t j = 0; j < data.rows; ++j) {
      if (j != i && in_map[i][j] <= k && in_data[i][j] > k)
        sum += static_cast<double>(in_data[i][j] - k);
    }
  }
  const double n = static_cast<double>(data.rows);
  const double near = static_cast<double>(k);
  return 1.0 - 2.0 / (n * near * (2.0 * n - 3.0 * near - 1.0)) * sum;
}

double preservation(MatrixView data, MatrixView map, std::size_t k) {
  const auto in_data = ranks_of(data);
  const auto in_map = ranks_of(map);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < data.rows; ++i) {
    for (std::size_t j = 0; j < data.rows; ++j) {
      kept += j != i && in_data[i][j] <= k && in_map[i][j] <= k ? 1 : 0;
    }
  }
  return static_cast<double>(kept) / static_cast<double>(data.rows * k);
}

double plain_silhouette(MatrixView points, const data::Labels& labels) {
  double total = 0.0;
  for (std::size_t i = 0; i < points.rows; ++i) {
    std::vector<double> sums(labels.class_count());
    std::vector<double> counts(labels.class_count());
    for (std::size_t j = 0; j < points.rows; ++j) {
      if (j == i) continue;
      sums[labels.of_row[j]] += exact_distance(points, i, j);
      counts[labels.of_row[j]] += 1.0;
    }
    const std::uint32_t own = labels.of_row[i];
    if (counts[own] == 0.0) continue;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < sums.size(); ++c) {
      if (c != own && counts[c] > 0.0) nearest = std::min(nearest, sums[c] / counts[c]);
    }
    const double within = sums[own] / counts[own];
    total += (nearest - within) / std::max(nearest, within);
  }
  return total / static_cast<double>(points.rows);
}

class QualityOracle : public testing::TestWithParam<std::size_t> {};

TEST_P(QualityOracle, EveryMeasureIsItsDefinition) {
  const std::size_t rows = GetParam();
  Matrix data(rows, 6);
  Matrix map(rows, 2);
  data::Labels labels{{}, {"a", "b", "c"}};
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(2, 0, row);
    for (float& value : data.row(row)) value = static_cast<float>(rng.normal());
    // A map that keeps something: the first two columns, shaken.
    for (std::size_t i = 0; i < 2; ++i) {
      map.row(row)[i] = data.row(row)[i] + 0.3F * static_cast<float>(rng.normal());
    }
    labels.of_row.push_back(data.row(row)[0] > 1 ? 2 : data.row(row)[0] > 0 ? 1 : 0);
  }
  ThreadPool pool(2);
  const auto graph = search::neighbor_graph(data, {.neighbors = 15}, pool);
  QualityOptions options;
  options.sample = 0;
  const MapQuality quality = map_quality(data, graph, map, labels, options, pool);
  const std::size_t k = quality.neighbors;
  EXPECT_EQ(k, std::min<std::size_t>(15, (rows - 1) / 2));
  EXPECT_NEAR(quality.trustworthiness, trustworthiness(data, map, k), 1e-12);
  EXPECT_NEAR(quality.continuity, trustworthiness(map, data, k), 1e-12);
  EXPECT_NEAR(quality.neighbor_preservation, preservation(data, map, k), 1e-12);
  ASSERT_TRUE(quality.silhouette.has_value());
  EXPECT_NEAR(*quality.silhouette, plain_silhouette(map, labels), 1e-6);
  EXPECT_GT(quality.triplet_accuracy, 0.5);
}

INSTANTIATE_TEST_SUITE_P(Sizes, QualityOracle, testing::Values(8, 31, 64, 200));

}  // namespace
}  // namespace kindred::projection
