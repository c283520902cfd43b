#include "kindred/search/neighbor_graph.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::search {
namespace {

Matrix random_points(std::size_t rows, std::size_t cols, double offset = 0.0) {
  Matrix points(rows, cols);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(5, 0, row);
    for (float& value : points.row(row)) value = static_cast<float>(rng.normal() + offset);
  }
  return points;
}

TEST(NeighborGraph, LeavesTheRowItselfOutAndBreaksTiesByTheSmallerId) {
  // On a line: 0, 1, 1, 2; row 1 and row 2 are the same point.
  const Matrix points(4, 1, {0, 1, 1, 2});
  ThreadPool pool(1);
  const NeighborGraph graph = neighbor_graph(points, {.neighbors = 2}, pool);
  EXPECT_EQ(graph.ids, (std::vector<std::uint32_t>{1, 2, 2, 0, 1, 0, 1, 2}));
  EXPECT_EQ(graph.distances, (std::vector<float>{1, 1, 0, 1, 0, 1, 1, 1}));
}

TEST(NeighborGraph, AskingForMoreThanThereAreGivesAll) {
  ThreadPool pool(1);
  const NeighborGraph graph = neighbor_graph(random_points(3, 2), {.neighbors = 50}, pool);
  EXPECT_EQ(graph.degree, 2U);
}

TEST(NeighborGraph, DistancesOfTheThreeMetrics) {
  const Matrix points(3, 2, {1, 0, 0, 2, 3, 0});
  ThreadPool pool(1);
  const NeighborGraph cosine =
      neighbor_graph(points, {.neighbors = 2, .metric = Metric::cosine}, pool);
  EXPECT_EQ(cosine.ids_of(0)[0], 2U);
  EXPECT_EQ(cosine.distances_of(0)[0], 0.0F);
  EXPECT_EQ(cosine.distances_of(0)[1], 1.0F);
  const NeighborGraph dot = neighbor_graph(points, {.neighbors = 2, .metric = Metric::dot}, pool);
  EXPECT_EQ(dot.distances_of(0)[0], -3.0F);
  EXPECT_EQ(dot.distances_of(0)[1], 0.0F);
}

TEST(NeighborGraph, ProgressEndsAtTheLastRowAndMayCancel) {
  ThreadPool pool(2);
  const Matrix points = random_points(5000, 3);
  for (const Metric metric : {Metric::euclidean, Metric::cosine}) {
    std::vector<std::size_t> seen;
    NeighborGraphOptions options{.neighbors = 2, .metric = metric};
    options.progress = [&](std::size_t rows) { seen.push_back(rows); };
    neighbor_graph(points, options, pool);
    EXPECT_GT(seen.size(), 1U);
    EXPECT_EQ(seen.back(), 5000U);
    options.progress = [](std::size_t) { throw Error(ErrorCode::cancelled, "stop"); };
    EXPECT_THROW(neighbor_graph(points, options, pool), Error);
  }
}

TEST(NeighborGraph, RefusesWhatIsNotFiniteAndTooFew) {
  ThreadPool pool(1);
  Matrix broken = random_points(5, 2);
  broken.row(3)[0] = std::numeric_limits<float>::infinity();
  try {
    neighbor_graph(broken, {}, pool);
    FAIL() << "accepted infinity";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "row 3 holds inf: it has no neighbours");
  }
  EXPECT_THROW(neighbor_graph(Matrix(1, 2), {}, pool), Error);
  EXPECT_THROW(neighbors_among(Matrix(1, 3), Matrix(2, 2), {}, pool), Error);
}

TEST(NeighborGraph, NewPointsFindTheirPlace) {
  ThreadPool pool(2);
  const Matrix points = random_points(700, 6, 100.0);
  for (const Metric metric : {Metric::euclidean, Metric::cosine}) {
    const NeighborGraph found = neighbors_among(points.view().slice(3, 9), points,
                                                {.neighbors = 4, .metric = metric}, pool);
    const NeighborGraph graph = neighbor_graph(points, {.neighbors = 3, .metric = metric}, pool);
    ASSERT_EQ(found.rows, 6U);
    for (std::size_t row = 0; row < 6; ++row) {
      EXPECT_EQ(found.ids_of(row)[0], row + 3);  // The point itself is there,
      for (std::size_t i = 0; i < 3; ++i) {      // and after it what the graph says.
        EXPECT_EQ(found.ids_of(row)[i + 1], graph.ids_of(row + 3)[i]);
      }
    }
  }
}

TEST(NeighborGraph, TheNearestOfAGraphAreTheGraphOfTheNearest) {
  ThreadPool pool(2);
  const Matrix points = random_points(200, 5);
  EXPECT_EQ(nearest_of(neighbor_graph(points, {.neighbors = 20}, pool), 7),
            neighbor_graph(points, {.neighbors = 7}, pool));
}

}  // namespace
}  // namespace kindred::search
