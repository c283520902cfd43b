// The first records of a text of vectors under one dialect, with what each cell is.
//
// table_layout.cc holds several of them against each other. Thread safety: a plain value.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/data/delimited.h"

namespace kindred::embedding {

enum class CellKind : std::uint8_t {
  whole,    // A number without a point: 17, -3.
  decimal,  // Any other finite number.
  missing,  // Empty, nan, NA and their like.
  text,
};

CellKind kind_of_cell(std::string_view cell) noexcept;

inline bool is_number(CellKind kind) noexcept {
  return kind == CellKind::whole || kind == CellKind::decimal;
}

struct TableSample {
  data::Dialect dialect;
  std::size_t fields_max = 0;  // Of RecordSplitter.
  std::vector<std::vector<std::string>> rows;
  std::vector<std::vector<CellKind>> kinds;
  std::vector<std::size_t> lines;  // Of each row.
  std::size_t column_count = 0;    // What most rows have.
  bool sound = true;               // No quote is misplaced.
  bool whole = true;               // The text was looked at to its end.

  std::size_t size() const noexcept { return rows.size(); }
  // The column's cells of that kind among rows from `first` on that are as wide as most.
  std::size_t count_kind(std::size_t column, CellKind kind, std::size_t first) const;
  std::size_t count_numbers(std::size_t column, std::size_t first) const;
  // Rows from `first` on that are not as wide as most.
  std::size_t misfits(std::size_t first) const;
  // Columns of which more than half the cells from row `first` on are numbers.
  std::size_t number_columns(std::size_t first) const;
};

// Records up to `bytes_max` bytes of text, at least three of them. 0 for fields_max: as they are.
TableSample take_sample(std::string_view text, const data::Dialect& dialect, std::size_t bytes_max,
                        std::size_t fields_max = 0);

}  // namespace kindred::embedding
