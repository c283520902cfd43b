// The neighbour graph against the plain loop: every id, every distance, every tie.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/search/neighbor_graph.h"
#include "kindred/search/normalised_rows.h"

namespace kindred::search {
namespace {

// What to order by, and the id.
using Ranked = std::tuple<float, std::uint32_t>;

std::vector<Ranked> plain_neighbors(MatrixView vectors, MatrixView normalised, std::size_t row,
                                    Metric metric) {
  std::vector<Ranked> all;
  for (std::uint32_t id = 0; id < vectors.rows; ++id) {
    if (id == row) continue;
    const float value = metric == Metric::euclidean
                            ? linalg::squared_distance_plain(vectors.row(row), vectors.row(id))
                        : metric == Metric::dot
                            ? -linalg::dot_plain(vectors.row(row), vectors.row(id))
                            : -linalg::dot_plain(normalised.row(row), normalised.row(id));
    all.emplace_back(value, id);
  }
  std::ranges::sort(all);
  return all;
}

NeighborGraph plain_graph(MatrixView vectors, std::size_t k, Metric metric) {
  const Matrix normalised = normalised_rows(vectors);
  NeighborGraph graph{vectors.rows, std::min(k, vectors.rows - 1), metric, {}, {}};
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    const std::vector<Ranked> all = plain_neighbors(vectors, normalised, row, metric);
    for (std::size_t i = 0; i < graph.degree; ++i) {
      const auto [value, id] = all[i];
      graph.ids.push_back(id);
      graph.distances.push_back(metric == Metric::euclidean ? std::sqrt(value)
                                : metric == Metric::dot     ? value
                                                            : 1.0F + value);
    }
  }
  return graph;
}

enum class Kind { normal, far_away, grid, copies, huge, tiny };

// `grid` is full of equal distances, `copies` of equal points, `far_away` has a mean that
// dwarfs its distances, `huge` overflows a squared norm.
Matrix points_of(Kind kind, std::size_t rows, std::size_t cols) {
  Matrix points(rows, cols);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(11, 0, kind == Kind::copies ? row % 7 : row);
    for (float& value : points.row(row)) {
      const double normal = rng.normal();
      value = static_cast<float>(kind == Kind::far_away ? 1e4 + normal
                                 : kind == Kind::grid   ? std::round(normal)
                                 : kind == Kind::huge   ? 1e19 * normal
                                 : kind == Kind::tiny   ? 1e-20 * normal
                                                        : normal);
    }
  }
  return points;
}

TEST(NeighborGraphOracle, EqualsThePlainLoop) {
  ThreadPool pool(2);
  for (const Kind kind :
       {Kind::normal, Kind::far_away, Kind::grid, Kind::copies, Kind::huge, Kind::tiny}) {
    for (const std::size_t rows : {2U, 127U, 129U, 1025U}) {
      for (const std::size_t cols : {1U, 3U, 33U}) {
        const Matrix points = points_of(kind, rows, cols);
        for (const Metric metric : {Metric::euclidean, Metric::cosine, Metric::dot}) {
          if (kind == Kind::huge && metric == Metric::dot) continue;  // Infinite products.
          EXPECT_TRUE(neighbor_graph(points, {.neighbors = 12, .metric = metric}, pool) ==
                      plain_graph(points, 12, metric))
              << "kind " << static_cast<int>(kind) << ", " << rows << " x " << cols << ", metric "
              << static_cast<int>(metric);
        }
      }
    }
  }
}

// Long vectors with noise in every direction, and `latent` directions in which they differ more.
// Every tenth is a copy; `outlier` makes one row a thousand times as long.
Matrix long_points(std::size_t latent, double noise, bool outlier) {
  constexpr std::size_t kRows = 4200;
  constexpr std::size_t kCols = 400;
  Matrix mixing(latent, kCols);
  for (std::size_t i = 0; i < latent; ++i) {
    Rng rng(12, 0, i);
    for (float& value : mixing.row(i)) value = static_cast<float>(rng.normal());
  }
  Matrix points(kRows, kCols);
  for (std::size_t row = 0; row < kRows; ++row) {
    Rng rng(12, 1, row % 10 == 9 ? row - 1 : row);
    for (float& value : points.row(row)) value = static_cast<float>(3.0 + noise * rng.normal());
    for (std::size_t i = 0; i < latent; ++i) {
      const auto weight = static_cast<float>(rng.normal());
      for (std::size_t c = 0; c < kCols; ++c) points.row(row)[c] += weight * mixing.row(i)[c];
    }
  }
  if (outlier) {
    for (float& value : points.row(100)) value *= 1000.0F;
  }
  return points;
}

// By shadows, and where they are of no use.
TEST(NeighborGraphOracle, LongVectorsEqualThePlainLoop) {
  ThreadPool one(1);
  ThreadPool three(3);
  for (const auto& [latent, noise, outlier] :
       {std::tuple{10, 0.3, false}, std::tuple{60, 0.1, false}, std::tuple{10, 0.0, false},
        std::tuple{0, 1.0, false}, std::tuple{10, 0.3, true}, std::tuple{0, 0.0, false}}) {
    const Matrix points = long_points(static_cast<std::size_t>(latent), noise, outlier);
    const NeighborGraph graph = neighbor_graph(points, {.neighbors = 12}, three);
    EXPECT_EQ(neighbor_graph(points, {.neighbors = 12}, one), graph);
    for (const std::size_t row : {0U, 8U, 9U, 100U, 511U, 512U, 2000U, 4199U}) {
      const std::vector<Ranked> all = plain_neighbors(points, MatrixView{}, row, Metric::euclidean);
      for (std::size_t i = 0; i < graph.degree; ++i) {
        const auto [value, id] = all[i];
        EXPECT_EQ(graph.ids_of(row)[i], id) << latent << " directions, row " << row;
        EXPECT_EQ(graph.distances_of(row)[i], std::sqrt(value));
      }
    }
  }
}

TEST(NeighborGraphOracle, SameForAnyNumberOfThreads) {
  const Matrix points = points_of(Kind::normal, 700, 20);
  ThreadPool one(1);
  const NeighborGraph first = neighbor_graph(points, {.neighbors = 15}, one);
  for (const int threads : {2, 3, 4}) {
    ThreadPool pool(threads);
    EXPECT_EQ(neighbor_graph(points, {.neighbors = 15}, pool), first);
  }
}

}  // namespace
}  // namespace kindred::search
