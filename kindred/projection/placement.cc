#include "kindred/projection/placement.h"

#include <cstddef>
#include <numeric>
#include <span>

#include "kindred/base/check.h"
#include "kindred/projection/fuzzy_graph.h"

namespace kindred::projection {

Placement place(const search::NeighborGraph& found, MatrixView map) {
  Placement placement{Matrix(found.rows, map.cols), std::vector<float>(found.rows)};
  for (std::size_t row = 0; row < found.rows; ++row) {
    const std::span<const float> distances = found.distances_of(row);
    const std::vector<float> strengths = neighbor_strengths(distances);
    const double total = std::accumulate(strengths.begin(), strengths.end(), 0.0);
    std::vector<double> place(map.cols, 0.0);
    for (std::size_t i = 0; i < found.degree; ++i) {
      const std::uint32_t id = found.ids_of(row)[i];
      KINDRED_CHECK(id < map.rows);
      for (std::size_t c = 0; c < map.cols; ++c) {
        place[c] += strengths[i] / total * static_cast<double>(map.row(id)[c]);
      }
    }
    for (std::size_t c = 0; c < map.cols; ++c) {
      placement.coordinates.row(row)[c] = static_cast<float>(place[c]);
    }
    placement.novelty[row] =
        static_cast<float>(std::accumulate(distances.begin(), distances.end(), 0.0) /
                           static_cast<double>(found.degree));
  }
  return placement;
}

}  // namespace kindred::projection
