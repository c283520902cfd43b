// UMAP against the textbook: one pull after the other in double precision, powers computed,
// pushes from all points. The maps differ, as runs with different seeds do; what they keep
// of the data must not.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/projection/fuzzy_graph.h"
#include "kindred/projection/quality.h"
#include "kindred/projection/umap.h"

namespace kindred::projection {
namespace {

struct PlainUmap {
  Curve curve = fit_curve(0.1, 1.0);
  std::size_t components = 3;
  int epochs = 200;

  // Algorithm 5 of the paper, from a random start.
  Matrix run(const SparseMatrix& fuzzy) const {
    const std::size_t rows = fuzzy.rows;
    Rng rng(9);
    std::vector<double> y(rows * components);
    for (double& value : y) value = 10.0 * rng.uniform();
    std::vector<double> progress(fuzzy.entry_count(), 0.0);
    for (int epoch = 0; epoch < epochs; ++epoch) {
      const double alpha = 1.0 - static_cast<double>(epoch) / epochs;
      for (std::size_t head = 0; head < rows; ++head) {
        for (std::uint64_t e = fuzzy.offsets[head]; e < fuzzy.offsets[head + 1]; ++e) {
          progress[e] += fuzzy.values[e];
          if (progress[e] < 1.0) continue;
          progress[e] -= 1.0;
          double* a = &y[head * components];
          double* b = &y[fuzzy.columns[e] * components];
          pull(a, b, alpha);
          for (int sample = 0; sample < 5; ++sample) {
            const std::size_t other = rng.below(rows);
            if (other != head) push(a, &y[other * components], alpha);
          }
        }
      }
    }
    Matrix map(rows, components);
    std::ranges::transform(y, map.values().begin(),
                           [](double value) { return static_cast<float>(value); });
    return map;
  }

  double squared(const double* a, const double* b) const {
    double sum = 0.0;
    for (std::size_t c = 0; c < components; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
    return sum;
  }
  void pull(double* a, double* b, double alpha) const {
    const double d = squared(a, b);
    if (d == 0.0) return;
    const double force = -2.0 * curve.a * curve.b * std::pow(d, curve.b - 1.0) /
                         (1.0 + curve.a * std::pow(d, curve.b));
    for (std::size_t c = 0; c < components; ++c) {
      const double step = alpha * std::clamp(force * (a[c] - b[c]), -4.0, 4.0);
      a[c] += step;
      b[c] -= step;
    }
  }
  void push(double* a, const double* b, double alpha) const {
    const double d = squared(a, b);
    const double force = 2.0 * curve.b / ((0.001 + d) * (1.0 + curve.a * std::pow(d, curve.b)));
    for (std::size_t c = 0; c < components; ++c) {
      a[c] += alpha * std::clamp(force * (a[c] - b[c]), -4.0, 4.0);
    }
  }
};

// Points on a bent strip in ten dimensions, with some noise: there is a shape to keep.
Matrix strip(std::size_t rows) {
  Matrix points(rows, 10);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(6, 0, row);
    const double along = 3.0 * rng.uniform();
    const double across = rng.uniform();
    for (std::size_t c = 0; c < 10; ++c) {
      const double bend = c % 2 == 0 ? std::sin(along * static_cast<double>(c + 1) / 2.0)
                                     : std::cos(along * static_cast<double>(c) / 2.0);
      points.row(row)[c] =
          static_cast<float>(bend + across * static_cast<double>(c) / 10.0 + 0.02 * rng.normal());
    }
  }
  return points;
}

TEST(UmapOracle, KeepsAsMuchAsTheTextbook) {
  ThreadPool pool(2);
  const Matrix points = strip(1200);  // Enough for the blocks to meet.
  const auto graph = search::neighbor_graph(points, {}, pool);
  const Matrix plain = PlainUmap().run(fuzzy_graph(search::nearest_of(graph, 14), pool));
  Umap umap(points, graph, {.epochs = 200}, pool);
  run_to_end(umap, pool);
  const MapQuality theirs = map_quality(points, graph, plain, {}, {}, pool);
  const MapQuality ours = map_quality(points, graph, umap.coordinates(), {}, {}, pool);
  EXPECT_GE(ours.trustworthiness, theirs.trustworthiness - 0.005);
  EXPECT_GE(ours.continuity, theirs.continuity - 0.005);
  EXPECT_GE(ours.neighbor_preservation, theirs.neighbor_preservation - 0.02);
  EXPECT_GE(ours.triplet_accuracy, theirs.triplet_accuracy - 0.02);
}

}  // namespace
}  // namespace kindred::projection
