// What maps of the 10,000 handwritten test digits keep of them: measured once, held for ever.
// docs/guide/projections.md shows the numbers.

#include <gtest/gtest.h>

#include "kindred/projection/pca.h"
#include "kindred/projection/quality.h"
#include "kindred/projection/tsne.h"
#include "kindred/projection/umap.h"
#include "tests/support/mnist.h"

namespace kindred::projection {
namespace {

// umap-learn 0.5.12 with the same defaults: .9474, .9707 and .373.
TEST(DigitsMap, Umap) {
  const auto digits = test::mnist(10000);
  if (!digits) GTEST_SKIP() << test::missing_data("mnist");
  ThreadPool pool(2);
  const auto graph = search::neighbor_graph(digits->images, {}, pool);
  Umap umap(digits->images, graph, {}, pool);
  EXPECT_EQ(umap.steps_total(), 350);
  run_to_end(umap, pool);
  const MapQuality quality =
      map_quality(digits->images, graph, umap.coordinates(), digits->labels, {}, pool);
  EXPECT_GE(*quality.label_accuracy, 0.945);
  EXPECT_GE(quality.trustworthiness, 0.97);
  EXPECT_GE(quality.neighbor_preservation, 0.375);
  EXPECT_GE(quality.continuity, 0.95);
}

// Kindred: .9555 and .9765. Trustworthiness and preservation are of the pixels, although the
// neighbours came from 50 principal components.
TEST(DigitsMap, TsneInThreeDimensions) {
  const auto digits = test::mnist(10000);
  if (!digits) GTEST_SKIP() << test::missing_data("mnist");
  ThreadPool pool(2);
  const Matrix few = reduced(digits->images, kTsneColumns, pool);
  Tsne tsne(few, search::neighbor_graph(few, {.neighbors = 90}, pool), {}, pool);
  run_to_end(tsne, pool);
  const auto graph = search::neighbor_graph(digits->images, {}, pool);
  const MapQuality quality =
      map_quality(digits->images, graph, tsne.coordinates(), digits->labels, {}, pool);
  EXPECT_GE(*quality.label_accuracy, 0.953);
  EXPECT_GE(quality.trustworthiness, 0.974);
  EXPECT_GE(quality.neighbor_preservation, 0.43);
}

}  // namespace
}  // namespace kindred::projection
