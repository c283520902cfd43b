// The least-squares rows of a rating model: one person's vector from what they rated.
//
// A rating is predicted as  m + b_u + c_i + <p_u, q_i>.  Each side's vectors hold the
// bias as their last value, (p_u, b_u) and (q_i, c_i), D = d + 1 values in all, so that
// a row with ratings r is one linear problem in its own D unknowns:
//
//    A = P + t sum x x',   b = h + t sum x (r - m - c_i),   x = (q_i, 1)
//
// with a prior precision P and a prior pull h. Its solution is the row's most likely
// vector; adding noise half-way through the solve gives a draw from its posterior
// instead: with A = U'U, inverse(U)(inverse(U')b + z) has mean inverse(A) b and
// covariance inverse(A).
//
// Vectors are gathered once, 64 at a time, and summed from cache; n D^2 + D^3/3 a row.
//
// Thread safety: const members from any number of threads, each with a RatingRow.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/aligned_buffer.h"
#include "kindred/linalg/kernels/tile.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

// One side's vectors as the other side's rows see them.
class RatingDesign {
 public:
  // Copies `vectors` (N x D, the bias last).
  explicit RatingDesign(MatrixView vectors);

  std::size_t dimensions() const noexcept { return dimensions_; }  // D.
  linalg::GatherSource table() const noexcept { return {table_.data(), dimensions_}; }
  float bias(std::size_t row) const noexcept { return biases_[row]; }

 private:
  std::size_t dimensions_;
  linalg::AlignedBuffer table_;  // N x D: (q_i, 1).
  std::vector<float> biases_;
};

// The sums of one row and the room to solve it; one for each thread, used again and again.
class RatingRow {
 public:
  explicit RatingRow(std::size_t dimensions);

  // Sets A = `precision` (D x D, row-major, symmetric) and b = `pull` (D).
  void start(std::span<const float> precision, std::span<const float> pull) noexcept;
  void add_to_diagonal(float ridge) noexcept;

  // Adds `weight` x x' and `weight` x (rating - bias) for each of the ratings.
  // Requires: ids below the design's rows; ratings.size() == ids.size().
  void add(const RatingDesign& design, std::span<const std::uint32_t> ids,
           std::span<const float> ratings, float weight);

  // Writes the solution (D values), or with `noise` (D standard normals) a posterior draw.
  // Spoils the sums. Throws Error(invalid_argument) when A is not positive definite.
  void solve(std::span<const float> noise, std::span<float> solution);

 private:
  std::size_t dimensions_;
  std::size_t stride_;                   // Of matrix_, with room for the right-hand side.
  linalg::AlignedBuffer matrix_;         // D x stride_, upper triangle.
  linalg::AlignedBuffer pull_;           // b.
  linalg::AlignedBuffer tile_;           // Gathered rows.
  std::vector<float> residuals_;         // Of the gathered rows.
  std::vector<float> inverse_diagonal_;  // Of the factor.
};

// Calls solve(row, scratch) for each row of `ratings`, the longest first, in parallel.
void for_each_row(const SparseMatrix& ratings, std::size_t dimensions, ThreadPool& pool,
                  const std::function<void(std::size_t row, RatingRow& scratch)>& solve);

// What the vectors of a user and an item (D values each) say beside the mean.
// One order of additions, so that every caller gets the same bits.
float rating_offset(std::span<const float> user, std::span<const float> item) noexcept;

}  // namespace kindred::factorization
