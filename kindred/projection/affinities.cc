#include "kindred/projection/affinities.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "kindred/base/check.h"

namespace kindred::projection {
namespace {

constexpr int kAffinityBisections = 100;
constexpr double kEntropyTolerance = 1e-7;

// What stands for d^2, from 0 for the nearest: adding a constant changes no probability.
std::vector<double> squared_distances(const search::NeighborGraph& graph, std::size_t row) {
  std::vector<double> squared;
  for (const float distance : graph.distances_of(row)) {
    const double d = distance;
    // Unit vectors at cosine distance d are sqrt(2 d) apart; products are their own measure.
    squared.push_back(graph.metric == search::Metric::euclidean ? d * d : 2.0 * d);
  }
  const double nearest = *std::ranges::min_element(squared);
  for (double& value : squared) value -= nearest;
  return squared;
}

// Probabilities of the given entropy.
std::vector<double> conditional(const std::vector<double>& squared, double entropy) {
  std::vector<double> p(squared.size());
  double low = 0.0;
  double high = std::numeric_limits<double>::infinity();
  double beta = 1.0;
  for (int i = 0; i < kAffinityBisections; ++i) {
    double sum = 0.0;
    double weighted = 0.0;
    for (std::size_t j = 0; j < p.size(); ++j) {
      p[j] = std::exp(-beta * squared[j]);
      sum += p[j];
      weighted += p[j] * squared[j];
    }
    const double found = std::log(sum) + beta * weighted / sum;
    for (double& value : p) value /= sum;
    if (std::abs(found - entropy) < kEntropyTolerance) break;
    (found > entropy ? low : high) = beta;
    beta = std::isinf(high) ? 2.0 * beta : 0.5 * (low + high);
  }
  return p;
}

// Rows are sorted, so two rows merge; a + b is b + a to the bit.
SparseMatrix plus_transpose(const SparseMatrix& matrix) {
  const SparseMatrix other = transpose(matrix);
  SparseMatrix sum;
  sum.cols = matrix.cols;
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    std::uint64_t i = matrix.offsets[row];
    std::uint64_t j = other.offsets[row];
    while (i < matrix.offsets[row + 1] || j < other.offsets[row + 1]) {
      const bool has_i = i < matrix.offsets[row + 1];
      const bool has_j = j < other.offsets[row + 1];
      const std::uint32_t column = !has_j   ? matrix.columns[i]
                                   : !has_i ? other.columns[j]
                                            : std::min(matrix.columns[i], other.columns[j]);
      float value = 0.0F;
      if (has_i && matrix.columns[i] == column) value += matrix.values[i++];
      if (has_j && other.columns[j] == column) value += other.values[j++];
      sum.columns.push_back(column);
      sum.values.push_back(value);
    }
    sum.close_row();
  }
  return sum;
}

}  // namespace

std::size_t neighbors_for(double perplexity, std::size_t rows) {
  const auto wanted = static_cast<std::size_t>(3.0 * perplexity);
  return std::min(std::max<std::size_t>(1, wanted), rows - 1);
}

SparseMatrix joint_affinities(const search::NeighborGraph& graph, double perplexity,
                              ThreadPool& pool) {
  KINDRED_CHECK(perplexity >= 1.0 && graph.degree > 0);
  const double effective =
      std::max(1.0, std::min(perplexity, static_cast<double>(graph.degree) / 3.0));
  std::vector<std::vector<double>> p(graph.rows);
  pool.parallel_for(graph.rows, [&](std::size_t row, int) {
    p[row] = conditional(squared_distances(graph, row), std::log(effective));
  });
  SparseMatrix own;
  own.cols = graph.rows;
  std::vector<std::pair<std::uint32_t, float>> entries;
  for (std::size_t row = 0; row < graph.rows; ++row) {
    entries.clear();
    for (std::size_t i = 0; i < graph.degree; ++i) {
      entries.emplace_back(graph.ids_of(row)[i],
                           static_cast<float>(p[row][i] / (2.0 * static_cast<double>(graph.rows))));
    }
    std::ranges::sort(entries);
    for (const auto& [column, value] : entries) {
      own.columns.push_back(column);
      own.values.push_back(value);
    }
    own.close_row();
  }
  return plus_transpose(own);
}

}  // namespace kindred::projection
