// t-SNE against the textbook: all pairs, in double precision, with the affinities of every
// pair. Both descend the same function from the same kind of start, so they must end at
// about the same divergence.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/projection/quality.h"
#include "kindred/projection/tsne.h"

namespace kindred::projection {
namespace {

using Table = std::vector<std::vector<double>>;

double squared(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t c = 0; c < a.size(); ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

// Joint probabilities of all pairs.
Table affinities(MatrixView points, double perplexity) {
  const std::size_t n = points.rows;
  Table rows(n);
  for (std::size_t i = 0; i < n; ++i) rows[i].assign(points.row(i).begin(), points.row(i).end());
  Table p(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    double low = 0.0;
    double high = 1e6;
    for (int bisection = 0; bisection < 200; ++bisection) {
      const double beta = 0.5 * (low + high);
      double sum = 0.0;
      double weighted = 0.0;
      for (std::size_t j = 0; j < n; ++j) {
        if (j == i) continue;
        const double d = squared(rows[i], rows[j]);
        p[i][j] = std::exp(-beta * d);
        sum += p[i][j];
        weighted += p[i][j] * d;
      }
      const bool too_wide =
          sum > 0.0 && std::log(sum) + beta * weighted / sum > std::log(perplexity);
      (too_wide ? low : high) = beta;
      for (double& value : p[i]) value /= sum;
    }
  }
  Table joint = p;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      joint[i][j] = (p[i][j] + p[j][i]) / (2.0 * static_cast<double>(n));
    }
  }
  return joint;
}

struct PlainTsne {
  const Table& p;
  Table y;

  double normaliser() const {
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      for (std::size_t j = 0; j < y.size(); ++j) {
        if (i != j) sum += 1.0 / (1.0 + squared(y[i], y[j]));
      }
    }
    return sum;
  }
  double divergence() const {
    const double z = normaliser();
    double sum = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      for (std::size_t j = 0; j < y.size(); ++j) {
        if (p[i][j] > 0.0) sum += p[i][j] * std::log(p[i][j] * z * (1.0 + squared(y[i], y[j])));
      }
    }
    return sum;
  }
  void run(int iterations) {
    const std::size_t columns = y[0].size();
    Table velocity(y.size(), std::vector<double>(columns, 0.0));
    for (int iteration = 0; iteration < iterations; ++iteration) {
      const double exaggeration = iteration < 250 ? 12.0 : 1.0;
      const double momentum = iteration < 250 ? 0.5 : 0.8;
      const double z = normaliser();
      Table gradient(y.size(), std::vector<double>(columns, 0.0));
      for (std::size_t i = 0; i < y.size(); ++i) {
        for (std::size_t j = 0; j < y.size(); ++j) {
          const double w = 1.0 / (1.0 + squared(y[i], y[j]));
          const double factor = i == j ? 0.0 : (exaggeration * p[i][j] - w / z) * w;
          for (std::size_t c = 0; c < columns; ++c) gradient[i][c] += factor * (y[i][c] - y[j][c]);
        }
      }
      for (std::size_t i = 0; i < y.size(); ++i) {
        for (std::size_t c = 0; c < columns; ++c) {
          velocity[i][c] = momentum * velocity[i][c] - 20.0 * gradient[i][c];
          y[i][c] += velocity[i][c];
        }
      }
    }
  }
};

TEST(TsneOracle, EndsAtTheDivergenceOfTheTextbook) {
  constexpr std::size_t kRows = 160;
  Matrix points(kRows, 6);
  for (std::size_t row = 0; row < kRows; ++row) {
    Rng rng(8, 0, row);
    for (float& value : points.row(row)) value = static_cast<float>(rng.normal());
    points.row(row)[row % 4] += 4.0F;
  }
  ThreadPool pool(2);
  const double perplexity = 15.0;
  const auto graph = search::neighbor_graph(points, {.neighbors = kRows - 1}, pool);
  for (const int components : {2, 3}) {
    Tsne tsne(points, graph,
              {.components = components, .perplexity = perplexity, .iterations = 600}, pool);
    const Table p = affinities(points, perplexity);
    Table start(kRows);
    for (std::size_t row = 0; row < kRows; ++row) {
      start[row].assign(tsne.coordinates().row(row).begin(), tsne.coordinates().row(row).end());
    }
    PlainTsne plain{p, start};
    plain.run(600);
    run_to_end(tsne, pool);
    PlainTsne ours{p, start};
    for (std::size_t row = 0; row < kRows; ++row) {
      ours.y[row].assign(tsne.coordinates().row(row).begin(), tsne.coordinates().row(row).end());
    }
    // Theirs sees all pairs, ours the nearest three perplexities: a few percent.
    EXPECT_LT(ours.divergence(), 1.05 * plain.divergence()) << components;
    EXPECT_NEAR(tsne.divergence(pool), ours.divergence(), 0.1 * ours.divergence());
  }
}

}  // namespace
}  // namespace kindred::projection
