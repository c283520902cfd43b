#include "kindred/embedding/table_sample.h"

#include <algorithm>
#include <array>
#include <map>

#include "kindred/data/number_text.h"
#include "kindred/embedding/record_splitter.h"

namespace kindred::embedding {
namespace {

constexpr std::size_t kRowsLeast = 3;

bool is_missing_word(std::string_view cell) {
  static constexpr std::array<std::string_view, 12> kWords = {
      "NA", "N/A", "n/a", "#N/A", "NULL", "Null", "null", "None", "none", "\\N", "?", "NaT"};
  return std::ranges::find(kWords, cell) != kWords.end();
}

}  // namespace

CellKind kind_of_cell(std::string_view cell) noexcept {
  while (cell.starts_with(' ') || cell.starts_with('\t')) cell.remove_prefix(1);
  while (cell.ends_with(' ') || cell.ends_with('\t')) cell.remove_suffix(1);
  if (cell.empty()) return CellKind::missing;
  double value = 0.0;
  switch (data::parse_number(cell, value)) {
    case data::NumberFault::none:
    case data::NumberFault::too_large:
      return cell.find_first_not_of("+-0123456789") == std::string_view::npos ? CellKind::whole
                                                                              : CellKind::decimal;
    case data::NumberFault::not_finite:
    case data::NumberFault::empty:
      return CellKind::missing;
    default:
      return is_missing_word(cell) ? CellKind::missing : CellKind::text;
  }
}

std::size_t TableSample::count_kind(std::size_t column, CellKind kind, std::size_t first) const {
  std::size_t count = 0;
  for (std::size_t row = first; row < size(); ++row) {
    if (kinds[row].size() == column_count && kinds[row][column] == kind) ++count;
  }
  return count;
}

std::size_t TableSample::count_numbers(std::size_t column, std::size_t first) const {
  return count_kind(column, CellKind::whole, first) + count_kind(column, CellKind::decimal, first);
}

std::size_t TableSample::misfits(std::size_t first) const {
  std::size_t count = 0;
  for (std::size_t row = first; row < size(); ++row) {
    if (rows[row].size() != column_count) ++count;
  }
  return count;
}

std::size_t TableSample::number_columns(std::size_t first) const {
  std::size_t count = 0;
  for (std::size_t column = 0; column < column_count; ++column) {
    if (2 * count_numbers(column, first) > size() - first) ++count;
  }
  return count;
}

TableSample take_sample(std::string_view text, const data::Dialect& dialect, std::size_t bytes_max,
                        std::size_t fields_max) {
  TableSample sample;
  sample.dialect = dialect;
  sample.fields_max = fields_max;
  RecordSplitter fields(dialect, fields_max);
  VectorRecords records(text, dialect);
  std::map<std::size_t, std::size_t> widths;
  while (records.next()) {
    if (text.size() - records.rest().size() > bytes_max && sample.size() >= kRowsLeast) {
      sample.whole = false;
      break;
    }
    sample.sound = fields.split(records.record()) && sample.sound;
    std::vector<std::string> row;
    std::vector<CellKind> kinds;
    for (std::size_t i = 0; i < fields.count(); ++i) {
      row.emplace_back(fields[i]);
      kinds.push_back(kind_of_cell(fields[i]));
    }
    // The first record may be a header, which counts only where there is nothing else.
    if (!sample.rows.empty()) ++widths[row.size()];
    sample.rows.push_back(std::move(row));
    sample.kinds.push_back(std::move(kinds));
    sample.lines.push_back(records.line());
  }
  if (sample.rows.empty()) return sample;
  if (widths.empty()) widths[sample.rows.front().size()] = 1;
  sample.column_count =
      std::ranges::max_element(widths, {}, [](const auto& width) { return width.second; })->first;
  return sample;
}

}  // namespace kindred::embedding
