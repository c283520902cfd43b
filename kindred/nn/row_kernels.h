// The loops of linalg/kernels/rows.h for floats, and plain ones for doubles. For the
// operations of this folder.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kindred/linalg/kernels/rows.h"

namespace kindred::nn {

// Elements, or rows of them, that are worth a task of the pool.
inline constexpr std::size_t kElementsPerTask = 1U << 15;

inline void add_to(std::span<float> sum, std::span<const float> x) noexcept { linalg::add(sum, x); }
inline void add_to(std::span<double> sum, std::span<const double> x) noexcept {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
}

inline void add_scaled_to(std::span<float> sum, float factor, std::span<const float> x) noexcept {
  linalg::add_scaled(sum, factor, x);
}
inline void add_scaled_to(std::span<double> sum, double factor,
                          std::span<const double> x) noexcept {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += factor * x[i];
}

// Row i of out = row ids[i] of the table, which is rows of cols.
inline void gather_rows_to(std::span<const float> table, std::size_t cols,
                           std::span<const std::int64_t> ids, std::span<float> out) noexcept {
  linalg::gather_rows({table.data(), table.size() / cols, cols}, ids, out);
}
inline void gather_rows_to(std::span<const double> table, std::size_t cols,
                           std::span<const std::int64_t> ids, std::span<double> out) noexcept {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = table[static_cast<std::size_t>(ids[i / cols]) * cols + i % cols];
  }
}

// sum += all rows of x, which is rows x sum.size().
inline void add_rows_to(std::span<float> sum, const float* x, std::size_t rows) noexcept {
  linalg::add_rows(sum, {x, rows, sum.size()});
}
inline void add_rows_to(std::span<double> sum, const double* x, std::size_t rows) noexcept {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += x[r * sum.size() + j];
  }
}

}  // namespace kindred::nn
