#include "kindred/insight/spread.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "kindred/base/check.h"

namespace kindred::insight {
namespace {

std::vector<std::vector<std::uint32_t>> rows_by_label(const data::Labels& labels) {
  std::vector<std::vector<std::uint32_t>> rows(labels.class_count());
  for (std::uint32_t row = 0; row < labels.of_row.size(); ++row) {
    if (labels.of_row[row] != data::kNoLabel) rows[labels.of_row[row]].push_back(row);
  }
  return rows;
}

// sqrt(sum over the rows of |x - mean|^2 / count), in two passes.
double rms_spread(MatrixView vectors, std::span<const std::uint32_t> rows) {
  std::vector<double> mean(vectors.cols, 0.0);
  for (const std::uint32_t row : rows) {
    const float* vector = vectors.row(row).data();
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += vector[i];
  }
  for (double& value : mean) value /= static_cast<double>(rows.size());
  double sum = 0.0;
  for (const std::uint32_t row : rows) {
    const float* vector = vectors.row(row).data();
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const double difference = vector[i] - mean[i];
      sum += difference * difference;
    }
  }
  return std::sqrt(sum / static_cast<double>(rows.size()));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double mean_distance(const search::NeighborGraph& graph, std::size_t row) {
  const std::span<const float> distances = graph.distances_of(row);
  return std::accumulate(distances.begin(), distances.end(), 0.0) /
         static_cast<double>(distances.size());
}

}  // namespace

std::vector<LabelSpread> label_spreads(MatrixView vectors, const data::Labels& labels,
                                       const search::NeighborGraph* graph, ThreadPool& pool) {
  KINDRED_CHECK(labels.of_row.size() == vectors.rows);
  KINDRED_CHECK(graph == nullptr || graph->rows == vectors.rows);
  const auto rows = rows_by_label(labels);
  std::vector<LabelSpread> all(rows.size());
  pool.parallel_for(rows.size(), [&](std::size_t label, int) {
    LabelSpread& spread = all[label];
    spread.label = static_cast<std::uint32_t>(label);
    spread.count = rows[label].size();
    if (spread.count == 0) return;
    spread.rms = rms_spread(vectors, rows[label]);
    if (graph == nullptr) return;
    double sum = 0.0;
    for (const std::uint32_t row : rows[label]) sum += graph->distances_of(row).front();
    spread.nearest = sum / static_cast<double>(spread.count);
  });
  std::erase_if(all, [](const LabelSpread& spread) { return spread.count == 0; });
  std::ranges::stable_sort(
      all, [](const LabelSpread& a, const LabelSpread& b) { return a.rms > b.rms; });
  return all;
}

std::vector<Outlier> outliers(const search::NeighborGraph& graph, const data::Labels& labels,
                              std::size_t count) {
  data::Labels one;
  if (labels.of_row.empty()) one = {std::vector<std::uint32_t>(graph.rows, 0), {""}};
  const data::Labels& by = labels.of_row.empty() ? one : labels;
  KINDRED_CHECK(by.of_row.size() == graph.rows);
  std::vector<Outlier> all;
  for (const std::vector<std::uint32_t>& rows : rows_by_label(by)) {
    if (rows.empty()) continue;
    std::vector<double> distances;
    for (const std::uint32_t row : rows) distances.push_back(mean_distance(graph, row));
    const double ordinary = median(distances);
    if (!(ordinary > 0.0)) continue;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      all.push_back({rows[i], distances[i], distances[i] / ordinary});
    }
  }
  std::ranges::sort(all, [](const Outlier& a, const Outlier& b) {
    return a.ratio != b.ratio ? a.ratio > b.ratio : a.row < b.row;
  });
  if (all.size() > count) all.resize(count);
  return all;
}

}  // namespace kindred::insight
