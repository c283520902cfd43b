#include "kindred/linalg/sparse.h"

#include <fmt/format.h>

#include "kindred/base/error.h"

namespace kindred {

SparseMatrix transpose(const SparseMatrix& matrix) {
  SparseMatrix out;
  out.rows = matrix.cols;
  out.cols = matrix.rows;
  out.offsets.assign(out.rows + 1, 0);
  out.columns.resize(matrix.entry_count());
  out.values.resize(matrix.entry_count());
  for (const std::uint32_t column : matrix.columns) ++out.offsets[column + 1];
  for (std::size_t row = 0; row < out.rows; ++row) out.offsets[row + 1] += out.offsets[row];
  std::vector<std::uint64_t> next(out.offsets.begin(), out.offsets.end() - 1);
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    const auto columns = matrix.row_columns(row);
    const auto values = matrix.row_values(row);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::uint64_t slot = next[columns[i]]++;
      out.columns[slot] = static_cast<std::uint32_t>(row);
      out.values[slot] = values[i];
    }
  }
  return out;
}

void validate(const SparseMatrix& matrix, const char* what) {
  const auto fail = [&](const std::string& problem) {
    throw Error(ErrorCode::corrupt, fmt::format("{}: {}", what, problem));
  };
  // Not rows + 1, which a hostile row count makes 0.
  if (matrix.offsets.empty() || matrix.offsets.size() - 1 != matrix.rows) {
    fail(fmt::format("{} offsets for {} rows", matrix.offsets.size(), matrix.rows));
  }
  if (matrix.columns.size() != matrix.values.size()) {
    fail(fmt::format("{} columns but {} values", matrix.columns.size(), matrix.values.size()));
  }
  if (matrix.offsets.front() != 0 || matrix.offsets.back() != matrix.entry_count()) {
    fail(fmt::format("offsets run from {} to {}, not from 0 to {}", matrix.offsets.front(),
                     matrix.offsets.back(), matrix.entry_count()));
  }
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    if (matrix.offsets[row + 1] < matrix.offsets[row] ||
        matrix.offsets[row + 1] > matrix.entry_count()) {
      fail(fmt::format("the offsets of row {} do not ascend", row));
    }
    const auto columns = matrix.row_columns(row);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] >= matrix.cols) {
        fail(fmt::format("row {} has column {} of {}", row, columns[i], matrix.cols));
      }
      if (i > 0 && columns[i] <= columns[i - 1]) {
        fail(fmt::format("the columns of row {} do not ascend", row));
      }
    }
  }
}

}  // namespace kindred
