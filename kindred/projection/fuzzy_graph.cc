#include "kindred/projection/fuzzy_graph.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "kindred/base/check.h"

namespace kindred::projection {
namespace {

// Bisection of the scale: enough to use up the digits of a double.
constexpr int kWidthBisections = 64;
constexpr double kWidthTolerance = 1e-5;
// Where all neighbours are equally far there is no scale; one this small, relative to the
// mean distance, makes the nearest 1 and nothing a division by zero.
constexpr double kScaleMin = 1e-3;

double strength(double distance, double nearest, double scale) {
  return distance <= nearest ? 1.0 : std::exp(-(distance - nearest) / scale);
}

double sum_of_strengths(std::span<const float> distances, double nearest, double scale) {
  double sum = 0.0;
  for (const float distance : distances) sum += strength(distance, nearest, scale);
  return sum;
}

// The nearest that is not a copy of the row, or the nearest where all are.
double nearest_of_row(std::span<const float> distances) {
  const auto apart = std::ranges::find_if(distances, [](float distance) { return distance > 0; });
  return distances.front() == 0.0F && apart != distances.end() ? *apart : distances.front();
}

struct Entry {
  std::uint32_t column;
  float strength;
  bool is_own;  // Whether the row named the column, or the column the row.
};

// a + b - a b where both named each other.
void append_united(std::vector<Entry>& entries, SparseMatrix& out) {
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.column != b.column ? a.column < b.column : a.is_own > b.is_own;
  });
  for (std::size_t i = 0; i < entries.size(); ++i) {
    float united = entries[i].strength;
    if (i + 1 < entries.size() && entries[i + 1].column == entries[i].column) {
      const float other = entries[++i].strength;
      // In the order of the rows' numbers, so that (i, j) and (j, i) are the same bits.
      united = united + other - united * other;
    }
    out.columns.push_back(entries[i].column);
    out.values.push_back(united);
  }
}

}  // namespace

std::vector<float> neighbor_strengths(std::span<const float> distances) {
  KINDRED_CHECK(!distances.empty());
  const double nearest = nearest_of_row(distances);
  // The row itself counts as a neighbour of strength 1 in the paper's k, though not in the sum.
  const double target = std::log2(static_cast<double>(distances.size() + 1));
  double low = 0.0;
  double high = std::numeric_limits<double>::infinity();
  double scale = 1.0;
  for (int i = 0; i < kWidthBisections; ++i) {
    const double sum = sum_of_strengths(distances, nearest, scale);
    if (std::abs(sum - target) < kWidthTolerance) break;
    (sum > target ? high : low) = scale;
    scale = std::isinf(high) ? 2.0 * scale : 0.5 * (low + high);
  }
  const double mean = std::accumulate(distances.begin(), distances.end(), 0.0) /
                      static_cast<double>(distances.size());
  scale = std::max(scale, kScaleMin * std::abs(mean));
  std::vector<float> strengths;
  for (const float distance : distances) {
    strengths.push_back(static_cast<float>(strength(distance, nearest, scale)));
  }
  return strengths;
}

SparseMatrix fuzzy_graph(const search::NeighborGraph& graph, ThreadPool& pool) {
  std::vector<std::vector<float>> strengths(graph.rows);
  pool.parallel_for(graph.rows, [&](std::size_t row, int) {
    strengths[row] = neighbor_strengths(graph.distances_of(row));
  });
  std::vector<std::vector<Entry>> entries(graph.rows);
  for (std::size_t row = 0; row < graph.rows; ++row) {
    for (std::size_t i = 0; i < graph.degree; ++i) {
      const std::uint32_t other = graph.ids_of(row)[i];
      entries[row].push_back({other, strengths[row][i], true});
      entries[other].push_back({static_cast<std::uint32_t>(row), strengths[row][i], false});
    }
  }
  SparseMatrix out;
  out.cols = graph.rows;
  for (std::size_t row = 0; row < graph.rows; ++row) {
    append_united(entries[row], out);
    out.close_row();
  }
  return out;
}

}  // namespace kindred::projection
