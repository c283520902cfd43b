#include "kindred/projection/umap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <string_view>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/target.h"
#include "kindred/projection/fuzzy_graph.h"
#include "kindred/projection/placement.h"
#include "kindred/projection/quality.h"
#include "kindred/projection/spectral_start.h"

namespace kindred::projection {
namespace {

// Three clouds in eight dimensions: row r belongs to cloud r % 3.
Matrix umap_clouds(std::size_t rows, double distance = 8.0) {
  Matrix points(rows, 8);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(4, 0, row);
    for (float& value : points.row(row)) value = static_cast<float>(rng.normal());
    points.row(row)[row % 3] += static_cast<float>(distance);
  }
  return points;
}

data::Labels cloud_labels(std::size_t rows) {
  data::Labels labels{{}, {"a", "b", "c"}};
  for (std::size_t row = 0; row < rows; ++row) {
    labels.of_row.push_back(static_cast<std::uint32_t>(row % 3));
  }
  return labels;
}

TEST(FuzzyGraph, StrengthsSumToTheLogarithmOfTheNeighbours) {
  const std::vector<float> distances = {1.0F, 1.5F, 2.0F, 4.0F, 4.5F, 5.0F, 8.0F};
  const std::vector<float> strengths = neighbor_strengths(distances);
  EXPECT_EQ(strengths[0], 1.0F);
  EXPECT_TRUE(std::ranges::is_sorted(strengths, std::greater<>()));
  EXPECT_NEAR(std::accumulate(strengths.begin(), strengths.end(), 0.0), std::log2(8.0), 1e-4);
}

TEST(FuzzyGraph, CopiesAndEqualDistancesAreNoTrouble) {
  for (const float strength : neighbor_strengths(std::vector<float>{0, 0, 0})) {
    EXPECT_EQ(strength, 1.0F);
  }
  for (const float strength : neighbor_strengths(std::vector<float>{2, 2, 2})) {
    EXPECT_EQ(strength, 1.0F);
  }
  // Products as distances: minus a product may be negative.
  EXPECT_EQ(neighbor_strengths(std::vector<float>{-3, -2, 1})[0], 1.0F);
}

TEST(FuzzyGraph, IsSymmetricWithoutADiagonal) {
  ThreadPool pool(2);
  const SparseMatrix fuzzy =
      fuzzy_graph(search::neighbor_graph(umap_clouds(300), {.neighbors = 10}, pool), pool);
  EXPECT_NO_THROW(validate(fuzzy, "fuzzy graph"));
  EXPECT_EQ(transpose(fuzzy), fuzzy);
  for (std::size_t row = 0; row < fuzzy.rows; ++row) {
    EXPECT_EQ(std::ranges::count(fuzzy.row_columns(row), row), 0);
    for (const float value : fuzzy.row_values(row)) EXPECT_TRUE(value > 0.0F && value <= 1.0F);
  }
}

// scipy.optimize.curve_fit in umap-learn 0.5.12: umap.umap_.find_ab_params(1.0, 0.1).
TEST(LowDimensionalCurve, IsThatOfTheReference) {
  const Curve curve = fit_curve(0.1, 1.0);
  EXPECT_NEAR(curve.a, 1.57694, 1e-4);
  EXPECT_NEAR(curve.b, 0.89506, 1e-4);
}

TEST(LowDimensionalCurve, OfAnotherSpreadIsTheSameCurveScaled) {
  for (const double near : {0.0, 0.1, 0.5, 1.0}) {
    const Curve unit = fit_curve(near, 1.0);
    for (const double spread : {1e-10, 0.001, 0.5, 100.0, 999.0}) {
      const Curve curve = fit_curve(near * spread, spread);
      for (const double x : {0.3, 1.0, 2.5}) {
        EXPECT_NEAR(curve.a * std::pow(x * spread, 2.0 * curve.b),
                    unit.a * std::pow(x, 2.0 * unit.b), 1e-6)
            << near << ", " << spread;
      }
    }
  }
}

// A ring: its slow vibrations are a cosine and a sine, so the start is a circle.
TEST(SpectralStart, ARingBecomesACircle) {
  SparseMatrix ring;
  constexpr std::uint32_t kRows = 400;
  ring.cols = kRows;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    std::vector<std::uint32_t> columns = {(row + 1) % kRows, (row + kRows - 1) % kRows};
    std::ranges::sort(columns);
    ring.append_row(columns, std::vector<float>{1.0F, 1.0F});
  }
  ThreadPool pool(2);
  const auto start = spectral_start(ring, 2, 1, pool);
  ASSERT_TRUE(start.has_value());
  const auto radius = [&](std::size_t row) {
    return std::hypot(start->row(row)[0], start->row(row)[1]);
  };
  for (std::size_t row = 1; row < kRows; ++row) EXPECT_NEAR(radius(row) / radius(0), 1.0, 0.05);
  ThreadPool one(1);
  EXPECT_EQ(*spectral_start(ring, 2, 1, one), *start);
}

TEST(SpectralStart, PiecesHaveNone) {
  ThreadPool pool(1);
  const Matrix apart = umap_clouds(300, 1000.0);
  const SparseMatrix fuzzy =
      fuzzy_graph(search::neighbor_graph(apart, {.neighbors = 5}, pool), pool);
  EXPECT_FALSE(is_connected(fuzzy));
  EXPECT_FALSE(spectral_start(fuzzy, 2, 1, pool).has_value());
}

TEST(Umap, KeepsCloudsTogetherInTwoAndThreeDimensions) {
  ThreadPool pool(2);
  for (const double distance : {8.0, 1000.0}) {  // One piece, and three.
    const Matrix points = umap_clouds(600, distance);
    const auto graph = search::neighbor_graph(points, {}, pool);
    for (const int components : {2, 3}) {
      Umap umap(points, graph, {.components = components, .epochs = 100}, pool);
      run_to_end(umap, pool);
      EXPECT_EQ(umap.coordinates().cols, static_cast<std::size_t>(components));
      const MapQuality quality =
          map_quality(points, graph, umap.coordinates(), cloud_labels(600), {}, pool);
      EXPECT_EQ(quality.label_accuracy, 1.0);
      EXPECT_GT(quality.trustworthiness, 0.9);
    }
  }
}

// Of so few points many pushes come from the ends of the pull.
TEST(Umap, SmallDataOnEveryTarget) {
  ThreadPool pool(1);
  const Matrix points = umap_clouds(60);
  const auto graph = search::neighbor_graph(points, {}, pool);
  for (const std::string_view target : linalg::simd_targets()) {
    ASSERT_TRUE(linalg::force_simd_target(target));
    Umap umap(points, graph, {}, pool);
    run_to_end(umap, pool);
    const MapQuality quality =
        map_quality(points, graph, umap.coordinates(), cloud_labels(60), {}, pool);
    EXPECT_GT(quality.trustworthiness, 0.9) << target;
    for (const float value : umap.coordinates().values()) EXPECT_LT(std::abs(value), 60.0F);
  }
  linalg::force_simd_target(linalg::simd_targets().front());
}

TEST(Umap, SameBytesForAnyNumberOfThreadsAndAnotherSeedGivesOthers) {
  const Matrix points = umap_clouds(1500);
  ThreadPool one(1);
  const auto graph = search::neighbor_graph(points, {}, one);
  const auto map = [&](ThreadPool& pool, std::uint64_t seed) {
    Umap umap(points, graph, {.epochs = 30, .seed = seed}, pool);
    run_to_end(umap, pool);
    const auto values = umap.coordinates().values();
    return std::vector<float>(values.begin(), values.end());
  };
  const std::vector<float> first = map(one, 1);
  for (const int threads : {2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(map(pool, 1), first);
  }
  EXPECT_NE(map(one, 2), first);
}

TEST(Umap, TinyDataAndCopies) {
  ThreadPool pool(2);
  for (const std::size_t rows : {2U, 3U, 17U}) {
    for (const bool copies : {false, true}) {
      const Matrix points = copies ? Matrix(rows, 4) : umap_clouds(rows);
      Umap umap(points, search::neighbor_graph(points, {}, pool), {.epochs = 50}, pool);
      run_to_end(umap, pool);
      for (const float value : umap.coordinates().values()) EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST(Umap, NamesTheOptionThatIsOutOfRange) {
  ThreadPool pool(1);
  const Matrix points = umap_clouds(40);
  const auto graph = search::neighbor_graph(points, {.neighbors = 5}, pool);
  const auto message = [&](const UmapOptions& options) {
    try {
      Umap(points, graph, options, pool);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(message({.components = 4}), "UMAP's components is 4, not 2 or 3");
  EXPECT_EQ(message({.neighbors = 15}),
            "UMAP's neighbors is 15, not at most one more than the neighbours of the graph");
  EXPECT_EQ(message({.neighbors = 5, .min_dist = 2.0}),
            "UMAP's min_dist is 2, not from 0 to the spread");
  EXPECT_EQ(message({.neighbors = 6}), "no error");
}

TEST(Placement, NewPointsGoToTheirOwnKind) {
  ThreadPool pool(2);
  const Matrix points = umap_clouds(600);
  Umap umap(points, search::neighbor_graph(points, {}, pool), {.epochs = 100}, pool);
  run_to_end(umap, pool);
  const Matrix more = umap_clouds(630);  // The last thirty are new.
  const MatrixView fresh = more.view().slice(600, 630);
  const Placement placement =
      place(search::neighbors_among(fresh, points, {.neighbors = 10}, pool), umap.coordinates());
  const auto near =
      search::neighbors_among(placement.coordinates, umap.coordinates(), {.neighbors = 1}, pool);
  for (std::size_t i = 0; i < 30; ++i) EXPECT_EQ(near.ids_of(i)[0] % 3, i % 3) << i;
  // A stranger is novel.
  const Matrix stranger(1, 8, std::vector<float>(8, 100.0F));
  const Placement odd =
      place(search::neighbors_among(stranger, points, {.neighbors = 10}, pool), umap.coordinates());
  EXPECT_GT(odd.novelty[0], 20.0F * placement.novelty[0]);
}

}  // namespace
}  // namespace kindred::projection
