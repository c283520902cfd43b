// Named columns of equal length: the attributes of movies, of users, of anything.
//
// A column is text or numbers. A missing value is an empty text, or NaN. Columns keep
// the order of the file; names are unique.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kindred::data {

using TextColumn = std::vector<std::string>;  // "" where the value is missing.
using NumberColumn = std::vector<double>;     // NaN where the value is missing.

struct Column {
  std::string name;
  std::variant<TextColumn, NumberColumn> values;

  bool is_text() const noexcept { return std::holds_alternative<TextColumn>(values); }
  const TextColumn& text() const { return std::get<TextColumn>(values); }
  const NumberColumn& numbers() const { return std::get<NumberColumn>(values); }
  std::size_t size() const noexcept;
};

class Table {
 public:
  Table() = default;
  explicit Table(std::size_t row_count) : row_count_(row_count) {}

  std::size_t row_count() const noexcept { return row_count_; }
  const std::vector<Column>& columns() const noexcept { return columns_; }

  // The column, or null. Names compare byte for byte.
  const Column* find(std::string_view name) const noexcept;
  // Throws Error(not_found) that lists the names there are.
  const Column& at(std::string_view name) const;

  // Throws Error(invalid_argument) when the name is taken or the length differs from
  // row_count().
  void add(Column column);

  // The cell as people write it: 25 not 25.000000, "" where it is missing.
  std::string cell(const Column& column, std::size_t row) const;

 private:
  std::size_t row_count_ = 0;
  std::vector<Column> columns_;
};

}  // namespace kindred::data
