// What a half-epoch knows of the side that it holds fixed; shared by all rows solved.
//
// With Y the N fixed vectors, G = Y'Y their Gramian and a the unobserved weight, every
// row adds its own positives to the same matrix a G. The primal solve starts from a G;
// the dual solve needs its inverse plus a multiple of I that differs from row to row,
// and so works in the eigenbasis G = E'LE (the rows of E are the eigenvectors), where
// that inverse is a division:
//
//    R = Y E'           rotated once, 2 N d^2
//    D  = a L + l (n + a N)^v      a diagonal for each number of positives n
//
// Cost: O(N d^2) for G, and O(N d^2 + d^3) more and N x d floats for the eigenbasis.
// Thread safety: immutable once built. Source: docs/design/dual_solve.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/tile.h"
#include "kindred/linalg/matrix.h"

namespace kindred::factorization {

// (n + a N)^v, which the regularization l multiplies.
double row_regularization(std::size_t positive_count, std::size_t fixed_count,
                          const IalsOptions& options) noexcept;

// One row to solve: its positives and their weights (empty: all 1).
struct RowPositives {
  std::span<const std::uint32_t> ids;
  std::span<const float> weights;

  std::size_t size() const noexcept { return ids.size(); }
  double weight_sum() const {
    return weights.empty() ? static_cast<double>(ids.size())
                           : std::accumulate(weights.begin(), weights.end(), 0.0);
  }
  RowPositives slice(std::size_t begin, std::size_t end) const {
    return {ids.subspan(begin, end - begin),
            weights.empty() ? weights : weights.subspan(begin, end - begin)};
  }
};

// Floats from one row of a d x d matrix to the next, with room for a right-hand side.
constexpr std::size_t matrix_stride(std::size_t dimensions) noexcept {
  return linalg::tile_stride(dimensions + 1);
}

class FixedSide {
 public:
  // Looks at `vectors` (N x d), which must outlive *this. Without the eigenbasis only
  // primal solves are possible.
  FixedSide(MatrixView vectors, const IalsOptions& options, bool with_eigenbasis, ThreadPool& pool);

  std::size_t count() const noexcept { return vectors_.rows; }
  std::size_t dimensions() const noexcept { return vectors_.cols; }
  MatrixView vectors() const noexcept { return vectors_; }
  const IalsOptions& options() const noexcept { return options_; }

  // l (n + a N)^v: what a row with n positives adds to the diagonal.
  double ridge(std::size_t positive_count) const noexcept;

  // a G in double precision, d x d.
  std::span<const double> weighted_gramian() const noexcept { return gramian_; }
  // The same rounded, in rows of matrix_stride(d) floats.
  const linalg::AlignedBuffer& gramian_tile() const noexcept { return gramian_tile_; }

  bool has_eigenbasis() const noexcept { return !eigenvalues_.empty(); }
  // E, d x d: its rows are the eigenvectors. Requires: has_eigenbasis().
  MatrixView eigenvectors() const noexcept { return eigenvectors_; }
  // R, with rows of tile_stride(d) floats. Requires: has_eigenbasis().
  linalg::GatherSource rotated() const noexcept {
    return {rotated_.data(), linalg::tile_stride(dimensions())};
  }
  // Fills `scale` (d values) with D^-1/2. Requires: has_eigenbasis().
  void inverse_roots(std::size_t positive_count, std::span<float> scale) const noexcept;

 private:
  void find_eigenbasis(ThreadPool& pool);

  MatrixView vectors_;
  IalsOptions options_;
  std::vector<double> gramian_;         // a G, d x d.
  linalg::AlignedBuffer gramian_tile_;  // a G, d x matrix_stride(d).
  std::vector<double> eigenvalues_;     // of a G, at least 0, ascending.
  Matrix eigenvectors_;                 // E, d x d.
  linalg::AlignedBuffer rotated_;       // R, N x tile_stride(d).
};

}  // namespace kindred::factorization
