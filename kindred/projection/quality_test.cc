#include "kindred/projection/quality.h"

#include <gtest/gtest.h>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/projection/pca.h"
#include "tests/support/mnist.h"

namespace kindred::projection {
namespace {

Matrix random_points(std::size_t rows, std::size_t cols) {
  Matrix points(rows, cols);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(5, 0, row);
    for (float& value : points.row(row)) value = static_cast<float>(rng.normal());
  }
  return points;
}

TEST(MapQuality, AMapThatIsTheDataIsPerfect) {
  ThreadPool pool(2);
  const Matrix points = random_points(300, 3);
  const auto graph = search::neighbor_graph(points, {}, pool);
  const MapQuality quality = map_quality(points, graph, points, {}, {}, pool);
  EXPECT_EQ(quality.trustworthiness, 1.0);
  EXPECT_EQ(quality.continuity, 1.0);
  EXPECT_EQ(quality.neighbor_preservation, 1.0);
  EXPECT_EQ(quality.triplet_accuracy, 1.0);
  EXPECT_FALSE(quality.silhouette.has_value());
  EXPECT_FALSE(quality.label_accuracy.has_value());
}

TEST(MapQuality, AMapThatHasNothingToDoWithTheDataIsChance) {
  ThreadPool pool(2);
  const Matrix points = random_points(600, 8);
  Matrix other(600, 2);
  for (std::size_t row = 0; row < 600; ++row) {
    Rng rng(77, 1, row);
    for (float& value : other.row(row)) value = static_cast<float>(rng.normal());
  }
  const auto graph = search::neighbor_graph(points, {}, pool);
  const MapQuality quality = map_quality(points, graph, other, {}, {}, pool);
  EXPECT_NEAR(quality.trustworthiness, 0.5, 0.05);
  EXPECT_NEAR(quality.neighbor_preservation, 15.0 / 600.0, 0.02);
  EXPECT_NEAR(quality.triplet_accuracy, 0.5, 0.03);
}

TEST(MapQuality, TheSampleAndTheThreadsChangeNothingButTheSample) {
  ThreadPool one(1);
  ThreadPool three(3);
  const Matrix points = random_points(500, 4);
  const Matrix map = fit_pca(points, 2, one).transform(points, one);
  const auto graph = search::neighbor_graph(points, {}, one);
  QualityOptions options;
  options.sample = 200;
  const MapQuality a = map_quality(points, graph, map, {}, options, one);
  const MapQuality b = map_quality(points, graph, map, {}, options, three);
  EXPECT_EQ(to_json(a), to_json(b));
  options.sample = 0;
  EXPECT_NEAR(map_quality(points, graph, map, {}, options, one).trustworthiness, a.trustworthiness,
              0.05);
}

TEST(MapQuality, LabelsAskOnlyThoseThatHaveOne) {
  // Two groups far apart, and a stranger without a label between the first.
  const Matrix map(7, 1, {0.0F, 1.0F, 0.5F, 10.0F, 11.0F, 12.0F, 10.4F});
  const data::Labels labels{{0, 0, data::kNoLabel, 1, 1, 0, 1}, {"a", "b"}};
  ThreadPool pool(1);
  const auto graph = search::neighbor_graph(map, {.neighbors = 2}, pool);
  // Of the six with a label, 12.0 alone is outvoted.
  EXPECT_EQ(label_accuracy(graph, labels), 5.0 / 6.0);
  EXPECT_EQ(label_accuracy(graph, {std::vector<std::uint32_t>(7, data::kNoLabel), {"a"}}),
            std::nullopt);
  EXPECT_EQ(silhouette(map, {std::vector<std::uint32_t>(7, 0), {"a"}}, pool), std::nullopt);
  const auto three = search::neighbor_graph(map.view().slice(0, 3), {}, pool);
  EXPECT_THROW(map_quality(map.view().slice(0, 3), three, map.view().slice(0, 3), {}, {}, pool),
               Error);
}

// scikit-learn 1.9.1 on the same digits (NearestNeighbors, brute; PCA(3); trustworthiness of
// samples of 3,000: .829 to .836): neighbours by pixels vote right .9421 with k = 15; of PCA
// the vote .5574 and the preservation .0860. Triplets .724 and silhouette .042 by numpy.
TEST(MapQuality, DigitsAndTheirPrincipalComponents) {
  const auto digits = test::mnist(10000);
  if (!digits) GTEST_SKIP() << test::missing_data("mnist");
  ThreadPool pool(2);
  const auto graph = search::neighbor_graph(digits->images, {}, pool);
  EXPECT_NEAR(label_accuracy(graph, digits->labels).value(), 0.9421, 0.0002);
  const Matrix map = fit_pca(digits->images, 3, pool).transform(digits->images, pool);
  const MapQuality quality = map_quality(digits->images, graph, map, digits->labels, {}, pool);
  EXPECT_NEAR(*quality.label_accuracy, 0.5574, 0.0005);
  EXPECT_NEAR(quality.neighbor_preservation, 0.0860, 0.0002);
  EXPECT_NEAR(quality.trustworthiness, 0.8325, 0.006);
  EXPECT_NEAR(quality.triplet_accuracy, 0.724, 0.006);
  EXPECT_NEAR(*quality.silhouette, 0.042, 0.01);
}

}  // namespace
}  // namespace kindred::projection
