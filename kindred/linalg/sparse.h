// A sparse matrix in compressed rows (CSR): what is known of a huge, mostly empty table.
//
// Row r holds the entries [offsets[r], offsets[r + 1]); within a row the columns
// ascend and are distinct. Offsets are 64-bit, columns 32-bit: up to 4 billion columns
// and any number of entries. 8 bytes an entry plus 8 a row.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/check.h"

namespace kindred {

struct SparseMatrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<std::uint64_t> offsets = {0};  // rows + 1 of them, ascending from 0.
  std::vector<std::uint32_t> columns;        // Column of each entry, ascending in a row.
  std::vector<float> values;                 // One for each entry.

  std::size_t entry_count() const noexcept { return columns.size(); }
  std::size_t row_size(std::size_t row) const {
    KINDRED_DCHECK(row < rows);
    return static_cast<std::size_t>(offsets[row + 1] - offsets[row]);
  }
  std::span<const std::uint32_t> row_columns(std::size_t row) const {
    return {columns.data() + offsets[row], row_size(row)};
  }
  std::span<const float> row_values(std::size_t row) const {
    return {values.data() + offsets[row], row_size(row)};
  }

  // Ends the row whose entries were pushed to `columns` and `values` last.
  void close_row() {
    offsets.push_back(columns.size());
    ++rows;
  }
  // Adds a whole row. Requires: row_columns and row_values of one length, columns ascending.
  void append_row(std::span<const std::uint32_t> row_columns, std::span<const float> row_values) {
    KINDRED_DCHECK(row_columns.size() == row_values.size());
    columns.insert(columns.end(), row_columns.begin(), row_columns.end());
    values.insert(values.end(), row_values.begin(), row_values.end());
    close_row();
  }

  bool operator==(const SparseMatrix&) const = default;
};

// Columns become rows. O(entries + rows + cols), by counting; order within the new
// rows ascends.
SparseMatrix transpose(const SparseMatrix& matrix);

// Throws Error(corrupt), naming `what`, unless the promises above hold: sizes agree,
// offsets ascend from 0 to the entry count, columns ascend and are below `cols`.
void validate(const SparseMatrix& matrix, const char* what);

}  // namespace kindred
