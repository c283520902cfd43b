#include "kindred/recommendation/attribute_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kindred/base/error.h"
#include "kindred/recommendation/columns.h"

namespace kindred::recommendation {
namespace {

std::vector<const data::Column*> columns_of(const data::Table& table,
                                            std::span<const std::string> names) {
  std::vector<const data::Column*> columns;
  for (const std::string& name : names) {
    const data::Column& column = column_named(table, name);
    if (column.is_text()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("column '{}' holds text; a space needs numbers", column.name));
    }
    if (std::ranges::find(columns, &column) != columns.end()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("column '{}' is named twice", column.name));
    }
    columns.push_back(&column);
  }
  if (columns.empty()) throw Error(ErrorCode::invalid_argument, "no columns are named");
  return columns;
}

// Writes column `axis` of the space.
void standardise(const data::NumberColumn& values, std::size_t axis, AttributeSpace& space) {
  const auto count = static_cast<double>(values.size() - space.missing_count);
  double mean = 0.0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (space.complete[row]) mean += values[row] / count;
  }
  double variance = 0.0;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (space.complete[row]) variance += (values[row] - mean) * (values[row] - mean) / count;
  }
  if (!(variance > 0.0)) return;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!space.complete[row]) continue;
    space.vectors.row(row)[axis] = static_cast<float>((values[row] - mean) / std::sqrt(variance));
  }
}

}  // namespace

AttributeSpace attribute_space(const data::Table& table, std::span<const std::string> names) {
  const auto columns = columns_of(table, names);
  AttributeSpace space;
  space.vectors = Matrix(table.row_count(), columns.size());
  space.complete.assign(table.row_count(), true);
  for (const data::Column* column : columns) {
    space.columns.push_back(column->name);
    for (std::size_t row = 0; row < table.row_count(); ++row) {
      if (!std::isfinite(column->numbers()[row])) space.complete[row] = false;
    }
  }
  space.missing_count = static_cast<std::size_t>(std::ranges::count(space.complete, false));
  if (space.missing_count == table.row_count()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("no row has a value for all of: {}", fmt::join(space.columns, ", ")));
  }
  for (std::size_t axis = 0; axis < columns.size(); ++axis) {
    standardise(columns[axis]->numbers(), axis, space);
  }
  return space;
}

}  // namespace kindred::recommendation
