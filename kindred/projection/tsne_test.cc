#include "kindred/projection/tsne.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/projection/affinities.h"
#include "kindred/projection/quality.h"
#include "kindred/projection/space_tree.h"

namespace kindred::projection {
namespace {

Matrix clouds(std::size_t rows) {
  Matrix points(rows, 8);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(4, 0, row);
    for (float& value : points.row(row)) value = static_cast<float>(rng.normal());
    points.row(row)[row % 3] += 8.0F;
  }
  return points;
}

TEST(Affinities, SumToOneAndAreSymmetric) {
  ThreadPool pool(2);
  const auto graph = search::neighbor_graph(clouds(300), {.neighbors = 30}, pool);
  const SparseMatrix p = joint_affinities(graph, 10.0, pool);
  EXPECT_NO_THROW(validate(p, "affinities"));
  EXPECT_EQ(transpose(p), p);
  double sum = 0.0;
  for (const float value : p.values) sum += value;
  EXPECT_NEAR(sum, 1.0, 1e-5);
}

// On a ring every point sees the same, so the joint affinities are the conditional ones over
// n, and the entropy of a row of n p is the logarithm of the perplexity.
TEST(Affinities, HaveThePerplexityAskedFor) {
  constexpr std::size_t kRows = 100;
  Matrix ring(kRows, 2);
  for (std::size_t row = 0; row < kRows; ++row) {
    const double angle = 6.283185307179586 * static_cast<double>(row) / kRows;
    ring.row(row)[0] = static_cast<float>(std::cos(angle));
    ring.row(row)[1] = static_cast<float>(std::sin(angle));
  }
  ThreadPool pool(1);
  // An even number of neighbours, so that both sides are the same.
  const auto graph = search::neighbor_graph(ring, {.neighbors = 40}, pool);
  const SparseMatrix p = joint_affinities(graph, 12.0, pool);
  double entropy = 0.0;
  for (const float value : p.row_values(7)) {
    const double q = value * static_cast<double>(kRows);
    if (q > 0.0) entropy -= q * std::log(q);
  }
  EXPECT_NEAR(std::exp(entropy), 12.0, 0.05);
}

// All pairs in double precision.
double plain_repulsion(const Matrix& points, Matrix& pushes) {
  double normaliser = 0.0;
  for (std::size_t i = 0; i < points.rows(); ++i) {
    std::vector<double> push(points.cols(), 0.0);
    for (std::size_t j = 0; j < points.rows(); ++j) {
      if (i == j) continue;
      double squared = 0.0;
      for (std::size_t c = 0; c < points.cols(); ++c) {
        squared += std::pow(double{points.row(i)[c]} - points.row(j)[c], 2);
      }
      const double w = 1.0 / (1.0 + squared);
      normaliser += w;
      for (std::size_t c = 0; c < points.cols(); ++c) {
        push[c] += w * w * (double{points.row(i)[c]} - points.row(j)[c]);
      }
    }
    for (std::size_t c = 0; c < points.cols(); ++c) pushes.row(i)[c] = static_cast<float>(push[c]);
  }
  return normaliser;
}

TEST(SpaceTree, IsTheSumOverAllPairs) {
  ThreadPool pool(2);
  for (const std::size_t columns : {2U, 3U}) {
    for (const std::size_t rows : {1U, 2U, 9U, 33U, 500U}) {
      for (const bool copies : {false, true}) {
        Matrix points(rows, columns);
        for (std::size_t row = 0; row < rows; ++row) {
          Rng rng(2, 0, copies ? row % 4 : row);
          for (float& value : points.row(row)) value = static_cast<float>(20.0 * rng.normal());
        }
        Matrix exact(rows, columns);
        const double wanted = plain_repulsion(points, exact);
        const SpaceTree tree(points);
        Matrix found(rows, columns);
        EXPECT_NEAR(tree.repulsion(0.0, found, pool), wanted, 1e-5 * wanted + 1e-5);
        for (std::size_t i = 0; i < found.values().size(); ++i) {
          EXPECT_NEAR(found.values()[i], exact.values()[i], 1e-4F) << rows << " x " << columns;
        }
        EXPECT_NEAR(tree.repulsion(0.5, found, pool), wanted, 0.01 * wanted + 1e-5);
      }
    }
  }
}

TEST(SpaceTree, TakingCellsAsOneChangesLittle) {
  ThreadPool pool(2);
  Matrix points(3000, 3);
  for (std::size_t row = 0; row < 3000; ++row) {
    Rng rng(3, 0, row);
    for (float& value : points.row(row)) value = static_cast<float>(15.0 * rng.normal());
  }
  Matrix exact(3000, 3);
  Matrix found(3000, 3);
  const SpaceTree tree(points);
  const double wanted = tree.repulsion(0.0, exact, pool);
  EXPECT_NEAR(tree.repulsion(0.5, found, pool), wanted, 0.005 * wanted);
  double error = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < found.values().size(); ++i) {
    error += std::pow(double{found.values()[i]} - exact.values()[i], 2);
    size += std::pow(double{exact.values()[i]}, 2);
  }
  EXPECT_LT(std::sqrt(error / size), 0.02);
}

TEST(Tsne, KeepsCloudsTogetherAndLowersTheDivergence) {
  ThreadPool pool(2);
  const Matrix points = clouds(600);
  const auto graph = search::neighbor_graph(points, {.neighbors = 60}, pool);
  data::Labels labels{{}, {"a", "b", "c"}};
  for (std::uint32_t row = 0; row < 600; ++row) labels.of_row.push_back(row % 3);
  for (const int components : {2, 3}) {
    Tsne tsne(points, graph, {.components = components, .perplexity = 20, .iterations = 400}, pool);
    const double before = tsne.divergence(pool);
    run_to_end(tsne, pool);
    EXPECT_LT(tsne.divergence(pool), 0.5 * before);
    const MapQuality quality = map_quality(points, graph, tsne.coordinates(), labels, {}, pool);
    EXPECT_EQ(quality.label_accuracy, 1.0);
    EXPECT_GT(quality.trustworthiness, 0.9);
  }
}

TEST(Tsne, SameBytesForAnyNumberOfThreads) {
  const Matrix points = clouds(900);
  ThreadPool one(1);
  const auto graph = search::neighbor_graph(points, {.neighbors = 30}, one);
  const TsneOptions options{.perplexity = 10, .iterations = 40, .exaggerated_iterations = 20};
  Tsne first(points, graph, options, one);
  run_to_end(first, one);
  for (const int threads : {2, 3}) {
    ThreadPool pool(threads);
    Tsne tsne(points, graph, options, pool);
    run_to_end(tsne, pool);
    EXPECT_TRUE(std::ranges::equal(tsne.coordinates().values(), first.coordinates().values()));
  }
}

TEST(Tsne, TinyDataAndCopies) {
  ThreadPool pool(2);
  for (const std::size_t rows : {2U, 3U, 17U}) {
    for (const bool copies : {false, true}) {
      const Matrix points = copies ? Matrix(rows, 4) : clouds(rows);
      const auto graph = search::neighbor_graph(points, {.neighbors = 90}, pool);
      Tsne tsne(points, graph, {.iterations = 60, .exaggerated_iterations = 30}, pool);
      run_to_end(tsne, pool);
      for (const float value : tsne.coordinates().values()) EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST(Tsne, NamesTheOptionThatIsOutOfRange) {
  ThreadPool pool(1);
  const Matrix points = clouds(200);
  const auto graph = search::neighbor_graph(points, {.neighbors = 30}, pool);
  const auto message = [&](const TsneOptions& options) {
    try {
      Tsne(points, graph, options, pool);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(message({.components = 1}), "t-SNE's components is 1, not 2 or 3");
  EXPECT_EQ(message({.perplexity = 0.5}), "t-SNE's perplexity is 0.5, not from 1 to 10,000");
  EXPECT_EQ(message({.perplexity = 30}),
            "t-SNE's perplexity is 30, not at most a third of the neighbours of the graph");
  EXPECT_EQ(message({.perplexity = 10}), "no error");
}

}  // namespace
}  // namespace kindred::projection
