#include "kindred/data/table.h"

#include <fmt/format.h>

#include <cmath>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::data {

std::size_t Column::size() const noexcept {
  return std::visit([](const auto& column) { return column.size(); }, values);
}

const Column* Table::find(std::string_view name) const noexcept {
  for (const Column& column : columns_) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

const Column& Table::at(std::string_view name) const {
  if (const Column* column = find(name)) return *column;
  std::string known;
  for (const Column& column : columns_) known += (known.empty() ? "" : ", ") + column.name;
  throw Error(ErrorCode::not_found,
              fmt::format("no column '{}'; there are: {}", name, known.empty() ? "none" : known));
}

void Table::add(Column column) {
  if (find(column.name) != nullptr) {
    throw Error(ErrorCode::invalid_argument, fmt::format("column '{}' appears twice", column.name));
  }
  if (column.size() != row_count_) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("column '{}' has {} rows, the table has {}", column.name, column.size(),
                            row_count_));
  }
  columns_.push_back(std::move(column));
}

std::string Table::cell(const Column& column, std::size_t row) const {
  KINDRED_CHECK(row < column.size());
  if (column.is_text()) return column.text()[row];
  const double value = column.numbers()[row];
  if (std::isnan(value)) return {};
  // Whole numbers as such, up to where doubles skip some; all others with every digit they have.
  constexpr double kWholeMax = 9007199254740992.0;
  const bool is_whole = value == std::floor(value) && std::abs(value) <= kWholeMax;
  return is_whole ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

}  // namespace kindred::data
