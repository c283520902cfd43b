#include "kindred/insight/axis_meaning.h"

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/data/labels.h"

namespace kindred::insight {
namespace {

constexpr std::size_t kValuesMax = 50;
constexpr std::size_t kRowsMin = 3;

AxisColumn pearson(std::span<const float> places, const data::Column& column) {
  AxisColumn out{column.name, 0.0, 0};
  double mean_x = 0.0, mean_y = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t row = 0; row < places.size(); ++row) {
    const double y = column.numbers()[row];
    if (std::isnan(y) || std::isnan(places[row])) continue;
    const double count = static_cast<double>(++out.rows);
    const double dx = places[row] - mean_x;
    const double dy = y - mean_y;
    mean_x += dx / count;
    mean_y += dy / count;
    xx += dx * (places[row] - mean_x);
    yy += dy * (y - mean_y);
    xy += dx * (y - mean_y);
  }
  if (xx > 0.0 && yy > 0.0) out.correlation = std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
  return out;
}

AxisColumn correlation_ratio(std::span<const float> places, const data::Table& table,
                             const data::Column& column) {
  AxisColumn out{column.name, 0.0, 0};
  const data::Labels labels = data::labels_of(table, column);
  if (labels.class_count() < 2 || labels.class_count() > kValuesMax) return out;
  std::vector<double> sums(labels.class_count(), 0.0);
  std::vector<double> counts(labels.class_count(), 0.0);
  double sum = 0.0;
  for (std::size_t row = 0; row < places.size(); ++row) {
    const std::uint32_t label = labels.of_row[row];
    if (label == data::kNoLabel || std::isnan(places[row])) continue;
    sums[label] += places[row];
    counts[label] += 1.0;
    sum += places[row];
    ++out.rows;
  }
  const double mean = sum / static_cast<double>(std::max<std::size_t>(1, out.rows));
  double between = 0.0;
  double total = 0.0;
  for (std::size_t row = 0; row < places.size(); ++row) {
    const std::uint32_t label = labels.of_row[row];
    if (label == data::kNoLabel || std::isnan(places[row])) continue;
    between += std::pow(sums[label] / counts[label] - mean, 2);
    total += std::pow(places[row] - mean, 2);
  }
  if (total > 0.0) out.correlation = std::sqrt(std::min(1.0, between / total));
  return out;
}

}  // namespace

std::vector<AxisColumn> axis_columns(std::span<const float> places, const data::Table& table) {
  KINDRED_CHECK(places.size() == table.row_count());
  std::vector<AxisColumn> found;
  for (const data::Column& column : table.columns()) {
    AxisColumn one =
        column.is_text() ? correlation_ratio(places, table, column) : pearson(places, column);
    if (one.rows >= kRowsMin && one.correlation != 0.0) found.push_back(std::move(one));
  }
  std::ranges::stable_sort(found, [](const AxisColumn& a, const AxisColumn& b) {
    return std::abs(a.correlation) > std::abs(b.correlation);
  });
  return found;
}

AxisEnds axis_ends(std::span<const float> places, std::size_t count) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t row = 0; row < places.size(); ++row) {
    if (!std::isnan(places[row])) order.push_back(row);
  }
  const std::size_t taken = std::min(count, order.size());
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(taken);
  AxisEnds ends;
  std::partial_sort(order.begin(), end, order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return places[a] != places[b] ? places[a] < places[b] : a < b;
  });
  ends.low.assign(order.begin(), end);
  std::partial_sort(order.begin(), end, order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return places[a] != places[b] ? places[a] > places[b] : a < b;
  });
  ends.high.assign(order.begin(), end);
  return ends;
}

}  // namespace kindred::insight
