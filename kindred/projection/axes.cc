#include "kindred/projection/axes.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>

#include "kindred/base/error.h"

namespace kindred::projection {
namespace {

std::vector<double> centroid(MatrixView vectors, std::span<const std::uint32_t> rows,
                             const char* group) {
  if (rows.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the group that the axis points {} is empty", group));
  }
  std::vector<double> sum(vectors.cols, 0.0);
  for (const std::uint32_t row : rows) {
    if (row >= vectors.rows) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("the group that the axis points {} names row {} of {}", group, row,
                              vectors.rows));
    }
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += vectors.row(row)[i];
  }
  for (double& value : sum) value /= static_cast<double>(rows.size());
  return sum;
}

}  // namespace

std::vector<float> group_axis(MatrixView vectors, std::span<const std::uint32_t> towards,
                              std::span<const std::uint32_t> away) {
  const std::vector<double> end = centroid(vectors, towards, "towards");
  const std::vector<double> begin = centroid(vectors, away, "away from");
  double squared = 0.0;
  for (std::size_t i = 0; i < end.size(); ++i) squared += std::pow(0.5 * (end[i] - begin[i]), 2);
  if (!(squared > 0.0)) {
    throw Error(ErrorCode::invalid_argument, "both groups of the axis have the same centroid");
  }
  std::vector<float> places;
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    double along = 0.0;
    for (std::size_t i = 0; i < end.size(); ++i) {
      along += (vectors.row(row)[i] - 0.5 * (end[i] + begin[i])) * 0.5 * (end[i] - begin[i]);
    }
    places.push_back(static_cast<float>(along / squared));
  }
  return places;
}

AttributeAxes attribute_axes(const data::Table& table, const std::vector<std::string>& columns) {
  const std::size_t rows = table.row_count();
  AttributeAxes axes{Matrix(rows, columns.size()), {}, {}, std::vector<bool>(rows, true)};
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const data::Column& column = table.at(columns[c]);
    double count = 0.0;
    double mean = 0.0;
    double squares = 0.0;  // Of the deviations so far, by Welford's recurrence.
    for (std::size_t row = 0; !column.is_text() && row < rows; ++row) {
      const double value = column.numbers()[row];
      if (std::isnan(value)) {
        axes.is_complete[row] = false;
        continue;
      }
      count += 1.0;
      const double before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
    }
    if (count == 0.0) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("column '{}' has no numbers to make an axis of", columns[c]));
    }
    const double deviation = squares > 0.0 ? std::sqrt(squares / count) : 1.0;
    axes.means.push_back(mean);
    axes.deviations.push_back(deviation);
    for (std::size_t row = 0; row < rows; ++row) {
      axes.coordinates.row(row)[c] = static_cast<float>((column.numbers()[row] - mean) / deviation);
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (axes.is_complete[row]) continue;
    for (float& value : axes.coordinates.row(row)) value = 0.0F;
  }
  return axes;
}

}  // namespace kindred::projection
