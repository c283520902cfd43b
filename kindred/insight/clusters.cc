#include "kindred/insight/clusters.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/data/labels.h"

namespace kindred::insight {
namespace {

constexpr double kScoreMin = 3.0;
// A text column of which each distinct value has fewer rows than this on average is a name.
constexpr double kRowsOfValueMin = 2.0;

// The parts of "Action|Comedy", each once.
std::set<std::string_view> parts_of(std::string_view cell) {
  std::set<std::string_view> parts;
  while (!cell.empty()) {
    const std::size_t end = std::min(cell.find('|'), cell.size());
    if (end > 0) parts.insert(cell.substr(0, end));
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return parts;
}

struct ValueCount {
  double here = 0.0;
  double overall = 0.0;
};

// Among `known` rows with a value, `have` have this one; of `drawn` rows `hits` do. The
// hypergeometric distribution's mean and variance.
double count_score(double hits, double drawn, double have, double known) {
  if (known < 2.0) return 0.0;
  const double share = have / known;
  const double variance = drawn * share * (1.0 - share) * (known - drawn) / (known - 1.0);
  return variance > 0.0 ? (hits - drawn * share) / std::sqrt(variance) : 0.0;
}

std::vector<Attribute> text_attributes(const data::Column& column,
                                       std::span<const std::uint32_t> rows) {
  std::map<std::string_view, ValueCount> counts;
  double known = 0.0;
  double drawn = 0.0;
  double values = 0.0;
  for (const std::string& cell : column.text()) {
    known += cell.empty() ? 0.0 : 1.0;
    for (const std::string_view part : parts_of(cell)) {
      counts[part].overall += 1.0;
      values += 1.0;
    }
  }
  if (values < kRowsOfValueMin * static_cast<double>(counts.size())) return {};
  for (const std::uint32_t row : rows) {
    const std::string& cell = column.text()[row];
    drawn += cell.empty() ? 0.0 : 1.0;
    for (const std::string_view part : parts_of(cell)) counts[part].here += 1.0;
  }
  std::vector<Attribute> found;
  for (const auto& [value, count] : counts) {
    const double score = count_score(count.here, drawn, count.overall, known);
    if (score < kScoreMin) continue;
    found.push_back(
        {column.name, std::string(value), count.here / drawn, count.overall / known, score});
  }
  return found;
}

struct Moments {
  double count = 0.0;
  double mean = 0.0;
  double squares = 0.0;  // Sum of squared deviations, by Welford's recurrence.

  void add(double value) {
    if (std::isnan(value)) return;
    count += 1.0;
    const double before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
};

std::vector<Attribute> number_attributes(const data::Column& column,
                                         std::span<const std::uint32_t> rows) {
  Moments overall;
  Moments here;
  for (const double value : column.numbers()) overall.add(value);
  for (const std::uint32_t row : rows) here.add(column.numbers()[row]);
  if (here.count == 0.0 || overall.count < 2.0) return {};
  // The variance of the mean of rows drawn without replacement.
  const double variance = overall.squares / overall.count / here.count *
                          (overall.count - here.count) / (overall.count - 1.0);
  if (!(variance > 0.0)) return {};
  const double score = (here.mean - overall.mean) / std::sqrt(variance);
  if (std::abs(score) < kScoreMin) return {};
  return {{column.name, "", here.mean, overall.mean, score}};
}

void sort_by_score(std::vector<Attribute>& attributes) {
  std::ranges::stable_sort(attributes, [](const Attribute& a, const Attribute& b) {
    return std::abs(a.score) > std::abs(b.score);
  });
}

}  // namespace

std::vector<Attribute> over_represented(const data::Table& table,
                                        std::span<const std::uint32_t> rows,
                                        const AttributeLimits& limits) {
  std::vector<Attribute> all;
  for (const data::Column& column : table.columns()) {
    std::vector<Attribute> found =
        column.is_text() ? text_attributes(column, rows) : number_attributes(column, rows);
    sort_by_score(found);
    if (found.size() > limits.count_of_column) found.resize(limits.count_of_column);
    std::ranges::move(found, std::back_inserter(all));
  }
  sort_by_score(all);
  if (all.size() > limits.count) all.resize(limits.count);
  return all;
}

std::vector<std::uint32_t> typical_rows(MatrixView vectors, std::span<const std::uint32_t> rows,
                                        std::size_t count) {
  KINDRED_CHECK(!rows.empty());
  std::vector<double> mean(vectors.cols, 0.0);
  for (const std::uint32_t row : rows) {
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += vectors.row(row)[i];
  }
  for (double& value : mean) value /= static_cast<double>(rows.size());
  std::vector<std::pair<double, std::uint32_t>> order;
  for (const std::uint32_t row : rows) {
    double sum = 0.0;
    for (std::size_t i = 0; i < mean.size(); ++i) {
      const double difference = vectors.row(row)[i] - mean[i];
      sum += difference * difference;
    }
    order.emplace_back(sum, row);
  }
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), end, order.end());
  std::vector<std::uint32_t> typical;
  for (auto it = order.begin(); it != end; ++it) typical.push_back(it->second);
  return typical;
}

std::vector<Cluster> describe_clusters(MatrixView vectors, const data::Table& table,
                                       std::span<const std::uint32_t> cluster_of,
                                       const ClusterDetail& detail) {
  KINDRED_CHECK(cluster_of.size() == vectors.rows);
  std::vector<Cluster> clusters;
  for (std::uint32_t row = 0; row < cluster_of.size(); ++row) {
    const std::uint32_t cluster = cluster_of[row];
    if (cluster == data::kNoLabel) continue;
    if (cluster >= clusters.size()) clusters.resize(cluster + 1);
    clusters[cluster].rows.push_back(row);
  }
  for (Cluster& cluster : clusters) {
    if (cluster.rows.empty()) continue;
    cluster.typical = typical_rows(vectors, cluster.rows, std::max<std::size_t>(1, detail.typical));
    cluster.attributes = over_represented(table, cluster.rows, detail.attributes);
  }
  return clusters;
}

}  // namespace kindred::insight
