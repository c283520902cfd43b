#include "kindred/projection/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/search/label_vote.h"
#include "kindred/search/normalised_rows.h"

namespace kindred::projection {
namespace {

constexpr std::uint32_t kSampleStream = 0;
constexpr std::uint32_t kTripletStream = 1;

// Distances of the data as the metric means them; smaller is nearer.
class Distances {
 public:
  Distances(MatrixView vectors, search::Metric metric) : metric_(metric), vectors_(vectors) {
    if (metric == search::Metric::cosine) {
      normalised_ = search::normalised_rows(vectors);
      vectors_ = normalised_;
    }
  }
  float operator()(std::size_t a, std::size_t b) const {
    if (metric_ == search::Metric::euclidean) {
      return linalg::squared_distance(vectors_.row(a), vectors_.row(b));
    }
    return -linalg::dot(vectors_.row(a), vectors_.row(b));
  }

 private:
  search::Metric metric_;
  Matrix normalised_;
  MatrixView vectors_;
};

std::vector<std::uint32_t> sample_rows(std::size_t rows, const QualityOptions& options) {
  std::vector<std::uint32_t> chosen(rows);
  std::iota(chosen.begin(), chosen.end(), 0U);
  if (options.sample == 0 || options.sample >= rows) return chosen;
  Rng rng(options.seed, kSampleStream);
  for (std::size_t i = 0; i < options.sample; ++i) {
    std::swap(chosen[i], chosen[i + rng.below(rows - i)]);
  }
  chosen.resize(options.sample);
  std::ranges::sort(chosen);
  return chosen;
}

// Positions in the sample by distance from one of them, itself left out.
std::vector<std::uint32_t> nearest_in_sample(std::span<const float> distances, std::size_t self,
                                             std::size_t k) {
  std::vector<std::uint32_t> order;
  order.reserve(distances.size());
  for (std::uint32_t i = 0; i < distances.size(); ++i) {
    if (i != self) order.push_back(i);
  }
  const auto nearer = [&](std::uint32_t a, std::uint32_t b) {
    return distances[a] != distances[b] ? distances[a] < distances[b] : a < b;
  };
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(k);
  std::nth_element(order.begin(), end - 1, order.end(), nearer);
  order.resize(k);
  return order;
}

// From 1 for the nearest.
std::size_t rank_of(std::uint32_t other, std::span<const float> distances, std::size_t self) {
  std::size_t rank = 1;
  for (std::uint32_t i = 0; i < distances.size(); ++i) {
    if (i == self || i == other) continue;
    if (distances[i] < distances[other] || (distances[i] == distances[other] && i < other)) ++rank;
  }
  return rank;
}

// By how much the ranks, by `distances`, of those who are near elsewhere exceed k.
double rank_excess(std::span<const std::uint32_t> near_elsewhere,
                   std::span<const std::uint32_t> near, std::span<const float> distances,
                   std::size_t self) {
  double excess = 0.0;
  for (const std::uint32_t other : near_elsewhere) {
    if (std::ranges::find(near, other) != near.end()) continue;
    excess += static_cast<double>(rank_of(other, distances, self) - near.size());
  }
  return excess;
}

struct RankMeasures {
  double trustworthiness = 1.0;
  double continuity = 1.0;
};

RankMeasures rank_measures(const Distances& data, const Distances& map,
                           std::span<const std::uint32_t> rows, std::size_t k, ThreadPool& pool) {
  const std::size_t m = rows.size();
  std::vector<double> untrue(m);   // Near in the map, far in the data.
  std::vector<double> missing(m);  // Near in the data, far in the map.
  pool.parallel_for(m, [&](std::size_t i, int) {
    std::vector<float> in_data(m);
    std::vector<float> in_map(m);
    for (std::size_t j = 0; j < m; ++j) {
      in_data[j] = data(rows[i], rows[j]);
      in_map[j] = map(rows[i], rows[j]);
    }
    const auto near_in_data = nearest_in_sample(in_data, i, k);
    const auto near_in_map = nearest_in_sample(in_map, i, k);
    untrue[i] = rank_excess(near_in_map, near_in_data, in_data, i);
    missing[i] = rank_excess(near_in_data, near_in_map, in_map, i);
  });
  const double count = static_cast<double>(m);
  const double near = static_cast<double>(k);
  const double worst = count * near * (2.0 * count - 3.0 * near - 1.0) / 2.0;
  return {1.0 - std::accumulate(untrue.begin(), untrue.end(), 0.0) / worst,
          1.0 - std::accumulate(missing.begin(), missing.end(), 0.0) / worst};
}

double triplet_accuracy(const Distances& data, const Distances& map, std::size_t rows,
                        const QualityOptions& options, ThreadPool& pool) {
  std::vector<std::uint32_t> agreed(rows, 0);
  pool.parallel_for(rows, [&](std::size_t i, int) {
    Rng rng(options.seed, kTripletStream, i);
    for (std::size_t t = 0; t < options.triplets; ++t) {
      // Two others, each pair of distinct ones equally likely.
      const std::size_t j = (i + 1 + rng.below(rows - 1)) % rows;
      std::size_t k = j;
      while (k == j) k = (i + 1 + rng.below(rows - 1)) % rows;
      if ((data(i, j) < data(i, k)) == (map(i, j) < map(i, k))) ++agreed[i];
    }
  });
  const double total = static_cast<double>(rows * options.triplets);
  return std::accumulate(agreed.begin(), agreed.end(), 0.0) / total;
}

// The mean silhouette of a point, or nothing where it has no label.
std::optional<double> silhouette_of(MatrixView points, const data::Labels& labels,
                                    std::span<const std::size_t> members, std::size_t row) {
  const std::uint32_t own = labels.of_row[row];
  if (own == data::kNoLabel) return std::nullopt;
  if (members[own] < 2) return 0.0;
  std::vector<double> sums(members.size(), 0.0);
  for (std::size_t other = 0; other < points.rows; ++other) {
    if (labels.of_row[other] == data::kNoLabel) continue;
    sums[labels.of_row[other]] += std::sqrt(
        static_cast<double>(linalg::squared_distance(points.row(row), points.row(other))));
  }
  const double within = sums[own] / static_cast<double>(members[own] - 1);
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t label = 0; label < sums.size(); ++label) {
    if (label == own || members[label] == 0) continue;
    nearest = std::min(nearest, sums[label] / static_cast<double>(members[label]));
  }
  const double larger = std::max(within, nearest);
  return larger > 0.0 ? (nearest - within) / larger : 0.0;
}

struct Sampled {
  Matrix points;
  data::Labels labels;
};

Sampled sampled(MatrixView points, const data::Labels& labels,
                std::span<const std::uint32_t> rows) {
  Sampled out{Matrix(rows.size(), points.cols), {{}, labels.names}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(points.row(rows[i]), out.points.row(i).begin());
    out.labels.of_row.push_back(labels.of_row[rows[i]]);
  }
  return out;
}

}  // namespace

double neighbor_preservation(const search::NeighborGraph& a, const search::NeighborGraph& b) {
  KINDRED_CHECK(a.rows == b.rows && a.degree == b.degree);
  std::size_t kept = 0;
  for (std::size_t row = 0; row < a.rows; ++row) {
    for (const std::uint32_t id : a.ids_of(row)) {
      kept += std::ranges::count(b.ids_of(row), id) > 0 ? 1 : 0;
    }
  }
  return static_cast<double>(kept) / static_cast<double>(a.rows * a.degree);
}

std::optional<double> label_accuracy(const search::NeighborGraph& graph,
                                     const data::Labels& labels) {
  KINDRED_CHECK(labels.of_row.size() == graph.rows);
  std::size_t asked = 0;
  std::size_t right = 0;
  for (std::size_t row = 0; row < graph.rows; ++row) {
    if (labels.of_row[row] == data::kNoLabel) continue;
    const std::uint32_t winner = search::label_vote(graph.ids_of(row), labels).winner;
    if (winner == data::kNoLabel) continue;
    ++asked;
    right += winner == labels.of_row[row] ? 1 : 0;
  }
  if (asked == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(asked);
}

std::optional<double> silhouette(MatrixView points, const data::Labels& labels, ThreadPool& pool) {
  KINDRED_CHECK(labels.of_row.size() == points.rows);
  std::vector<std::size_t> members(labels.class_count(), 0);
  for (const std::uint32_t label : labels.of_row) {
    if (label != data::kNoLabel) ++members[label];
  }
  if (std::ranges::count_if(members, [](std::size_t count) { return count > 0; }) < 2) {
    return std::nullopt;
  }
  std::vector<std::optional<double>> values(points.rows);
  pool.parallel_for(points.rows, [&](std::size_t row, int) {
    values[row] = silhouette_of(points, labels, members, row);
  });
  double sum = 0.0;
  std::size_t count = 0;
  for (const std::optional<double>& value : values) {
    sum += value.value_or(0.0);
    count += value.has_value() ? 1 : 0;
  }
  return sum / static_cast<double>(count);
}

MapQuality map_quality(MatrixView vectors, const search::NeighborGraph& original, MatrixView map,
                       const data::Labels& labels, const QualityOptions& options,
                       ThreadPool& pool) {
  const std::size_t rows = vectors.rows;
  KINDRED_CHECK(map.rows == rows && original.rows == rows);
  if (rows < 5) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the quality of a map of {} points says nothing: it takes five", rows));
  }
  const std::vector<std::uint32_t> sample = sample_rows(rows, options);
  MapQuality quality;
  // Trustworthiness is defined for k below half the points.
  quality.neighbors = std::min(options.neighbors, (sample.size() - 1) / 2);
  KINDRED_CHECK(quality.neighbors > 0 && original.degree >= quality.neighbors);
  const Distances data(vectors, original.metric);
  const Distances drawn(map, search::Metric::euclidean);
  const RankMeasures ranks = rank_measures(data, drawn, sample, quality.neighbors, pool);
  quality.trustworthiness = ranks.trustworthiness;
  quality.continuity = ranks.continuity;
  search::NeighborGraphOptions near;
  near.neighbors = quality.neighbors;
  const search::NeighborGraph in_map = search::neighbor_graph(map, near, pool);
  quality.neighbor_preservation =
      neighbor_preservation(search::nearest_of(original, quality.neighbors), in_map);
  quality.triplet_accuracy = triplet_accuracy(data, drawn, rows, options, pool);
  if (!labels.of_row.empty()) {
    const Sampled some = sampled(map, labels, sample);
    quality.silhouette = silhouette(some.points, some.labels, pool);
    if (labels.class_count() > 1) quality.label_accuracy = label_accuracy(in_map, labels);
  }
  return quality;
}

Json to_json(const MapQuality& quality) {
  const auto number = [](std::optional<double> value) { return value ? Json(*value) : Json(); };
  Json json;
  json.set("trustworthiness", quality.trustworthiness);
  json.set("continuity", quality.continuity);
  json.set("neighbor_preservation", quality.neighbor_preservation);
  json.set("triplet_accuracy", quality.triplet_accuracy);
  json.set("label_accuracy", number(quality.label_accuracy));
  json.set("silhouette", number(quality.silhouette));
  json.set("neighbors", std::uint64_t{quality.neighbors});
  return json;
}

}  // namespace kindred::projection
