// Dense row-major float matrices: one that owns its numbers and views that do not.
//
// A Matrix is a value; views are two words and a pointer, and whatever they look at
// must outlive them. Shapes are checked by the functions that take views, not here.
// A const view is safe to read from several threads.

#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/base/huge_pages.h"

namespace kindred {

// rows x cols floats, row after row without gaps. Does not own them.
struct MatrixView {
  const float* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;

  std::span<const float> row(std::size_t index) const {
    KINDRED_DCHECK(index < rows);
    return {data + index * cols, cols};
  }
  std::span<const float> values() const { return {data, rows * cols}; }
  // Rows [begin, end). Requires: begin <= end <= rows.
  MatrixView slice(std::size_t begin, std::size_t end) const {
    KINDRED_DCHECK(begin <= end && end <= rows);
    return {data + begin * cols, end - begin, cols};
  }
};

class Matrix {
 public:
  Matrix() = default;
  // All zeros.
  Matrix(std::size_t rows, std::size_t cols)
      : rows_(rows), cols_(cols), values_(huge_vector<float>(rows * cols)) {}
  // Requires: values.size() == rows * cols.
  Matrix(std::size_t rows, std::size_t cols, std::vector<float> values)
      : rows_(rows), cols_(cols), values_(std::move(values)) {
    KINDRED_CHECK(values_.size() == rows * cols);
  }

  std::size_t rows() const noexcept { return rows_; }
  std::size_t cols() const noexcept { return cols_; }
  std::span<float> row(std::size_t index) {
    KINDRED_DCHECK(index < rows_);
    return {values_.data() + index * cols_, cols_};
  }
  std::span<const float> row(std::size_t index) const { return view().row(index); }
  std::span<float> values() noexcept { return values_; }
  std::span<const float> values() const noexcept { return values_; }
  MatrixView view() const noexcept { return {values_.data(), rows_, cols_}; }
  operator MatrixView() const noexcept { return view(); }

  bool operator==(const Matrix&) const = default;

 private:
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::vector<float> values_;  // rows_ x cols_, row-major.
};

}  // namespace kindred
