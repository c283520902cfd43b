#include "kindred/data/exact_text.h"

#include <fmt/format.h>

#include <cmath>

#include "kindred/base/check.h"

namespace kindred::data {

std::string exact_number(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53.
  if (value == std::floor(value) && std::abs(value) <= kExact) return fmt::format("{:.0f}", value);
  return fmt::format("{}", value);
}

std::string exact_cell(const Column& column, std::size_t row, const WrittenCells& written) {
  KINDRED_CHECK(row < column.size());
  if (column.is_text()) return column.text()[row];
  if (const auto found = written.find(column.name); found != written.end()) {
    KINDRED_CHECK(row < found->second.size());
    return found->second[row];
  }
  const double value = column.numbers()[row];
  return std::isnan(value) ? std::string() : exact_number(value);
}

TextColumn exact_cells(const Column& column, const WrittenCells& written) {
  TextColumn texts;
  texts.reserve(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    texts.push_back(exact_cell(column, row, written));
  }
  return texts;
}

}  // namespace kindred::data
