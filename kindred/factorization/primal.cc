#include "kindred/factorization/primal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/linalg/cholesky.h"
#include "kindred/linalg/kernels/triangle.h"

namespace kindred::factorization {
namespace {

using linalg::tile_stride;

// 64 rows of 128 floats fill two thirds of a first-level cache of 48 KiB.
constexpr std::size_t kPrimalTileRows = 64;

bool all_one(std::span<const float> weights) {
  return std::ranges::all_of(weights, [](float weight) { return weight == 1.0F; });
}

void start_from_gramian(const FixedSide& fixed, NormalSums& sums) {
  const auto& gramian = fixed.gramian_tile();
  std::copy_n(gramian.data(), gramian.size(), sums.matrix.data());
  std::fill_n(sums.right_hand_side.data(), sums.right_hand_side.size(), 0.0F);
}

void add_segment(const NormalSums& segment, NormalSums& sums) {
  const auto add = [](const linalg::AlignedBuffer& from, linalg::AlignedBuffer& to) {
    std::transform(from.data(), from.data() + from.size(), to.data(), to.data(), std::plus<>());
  };
  add(segment.matrix, sums.matrix);
  add(segment.right_hand_side, sums.right_hand_side);
}

// Y'C1 in double precision.
std::vector<double> precise_right_hand_side(const FixedSide& fixed, RowPositives row) {
  std::vector<double> sums(fixed.dimensions(), 0.0);
  for (std::size_t n = 0; n < row.size(); ++n) {
    const auto y = fixed.vectors().row(row.ids[n]);
    const double weight = row.weights.empty() ? 1.0 : double{row.weights[n]};
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += weight * double{y[i]};
  }
  return sums;
}

// Solves in double precision, from the definition.
void solve_precisely(const FixedSide& fixed, RowPositives row, std::span<double> vector) {
  const std::size_t d = fixed.dimensions();
  std::vector<double> matrix(fixed.weighted_gramian().begin(), fixed.weighted_gramian().end());
  for (std::size_t n = 0; n < row.size(); ++n) {
    const auto y = fixed.vectors().row(row.ids[n]);
    const double weight = row.weights.empty() ? 1.0 : double{row.weights[n]};
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j)
        matrix[i * d + j] += weight * double{y[i]} * double{y[j]};
    }
  }
  for (std::size_t i = 0; i < d; ++i) matrix[i * d + i] += fixed.ridge(row.size());
  if (!linalg::solve_positive_definite(matrix, vector)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the equations of a row with {} positives have no finite solution; "
                            "raise the regularization, which is {}",
                            row.size(), fixed.options().regularization));
  }
}

// Adds the ridge to the summed matrix and solves for `vector` in place; false, leaving
// it as it was, if single precision would leave too little of the solution.
bool solve_summed(const FixedSide& fixed, std::size_t positive_count, PrimalScratch& scratch,
                  std::span<float> vector) {
  const std::size_t d = fixed.dimensions();
  const std::size_t stride = matrix_stride(d);
  float* matrix = scratch.sums.matrix.data();
  const auto ridge = static_cast<float>(fixed.ridge(positive_count));
  float diagonal_max = 0.0F;
  for (std::size_t i = 0; i < d; ++i) {
    matrix[i * stride + i] += ridge;
    matrix[i * stride + d] = vector[i];
    diagonal_max = std::max(diagonal_max, matrix[i * stride + i]);
  }
  if (linalg::factor_upper(matrix, d, stride, 1, scratch.inverse_diagonal) != d) return false;
  // The largest diagonal element over the smallest squared pivot is at most the condition
  // number and near it in practice; beyond 1e6 only one digit of single precision is left.
  const float inverse_max = std::ranges::max(scratch.inverse_diagonal);
  if (!(diagonal_max * inverse_max * inverse_max < 1e6F)) return false;
  for (std::size_t i = 0; i < d; ++i) vector[i] = matrix[i * stride + d];
  linalg::back_substitute(matrix, stride, scratch.inverse_diagonal, vector);
  return true;
}

// From the sums of the whole row to its vector; returns its minimum.
double finish(const FixedSide& fixed, RowPositives row, PrimalScratch& scratch,
              std::span<float> solution) {
  const float* right_hand_side = scratch.sums.right_hand_side.data();
  std::copy_n(right_hand_side, solution.size(), solution.begin());
  if (!solve_summed(fixed, row.size(), scratch, solution)) {
    std::vector<double> precise = precise_right_hand_side(fixed, row);
    solve_precisely(fixed, row, precise);
    std::ranges::transform(precise, solution.begin(),
                           [](double value) { return static_cast<float>(value); });
  }
  return row.weight_sum() -
         std::inner_product(solution.begin(), solution.end(), right_hand_side, 0.0);
}

void sum_row(const FixedSide& fixed, RowPositives row, PrimalScratch& scratch) {
  start_from_gramian(fixed, scratch.sums);
  if (!is_heavy(row.size())) {
    add_positives(fixed, row, scratch, scratch.sums);
    return;
  }
  for (std::size_t begin = 0; begin < row.size(); begin += kSegmentRows) {
    NormalSums segment(fixed.dimensions());
    add_positives(fixed, row.slice(begin, std::min(begin + kSegmentRows, row.size())), scratch,
                  segment);
    add_segment(segment, scratch.sums);
  }
}

}  // namespace

NormalSums::NormalSums(std::size_t dimensions)
    : matrix(dimensions * matrix_stride(dimensions)), right_hand_side(tile_stride(dimensions)) {}

PrimalScratch::PrimalScratch(std::size_t dimensions)
    : sums(dimensions),
      tile(kPrimalTileRows * tile_stride(dimensions)),
      roots(kPrimalTileRows),
      inverse_diagonal(dimensions) {}

void add_positives(const FixedSide& fixed, RowPositives row, PrimalScratch& scratch,
                   NormalSums& sums) {
  const std::size_t d = fixed.dimensions();
  const std::size_t stride = tile_stride(d);
  const bool weighted = !all_one(row.weights);
  for (std::size_t begin = 0; begin < row.size(); begin += kPrimalTileRows) {
    const RowPositives part = row.slice(begin, std::min(begin + kPrimalTileRows, row.size()));
    const auto roots = std::span(scratch.roots).first(part.size());
    for (std::size_t n = 0; n < part.size(); ++n) {
      roots[n] = weighted ? std::sqrt(part.weights[n]) : 1.0F;
    }
    const linalg::Tile tile = {scratch.tile.data(), part.size(), d, stride};
    linalg::gather_rows({fixed.vectors().data, d}, part.ids, roots, {}, tile);
    linalg::add_gram_of_columns(tile, sums.matrix.data(), matrix_stride(d));
    linalg::add_weighted_rows(tile, roots, sums.right_hand_side.data());
  }
}

double solve_primal(const FixedSide& fixed, RowPositives row, PrimalScratch& scratch,
                    std::span<float> solution) {
  KINDRED_DCHECK(solution.size() == fixed.dimensions());
  if (row.size() == 0) {
    std::ranges::fill(solution, 0.0F);
    return 0.0;
  }
  sum_row(fixed, row, scratch);
  return finish(fixed, row, scratch, solution);
}

double solve_primal(const FixedSide& fixed, RowPositives row, std::span<const NormalSums> segments,
                    PrimalScratch& scratch, std::span<float> solution) {
  KINDRED_DCHECK(is_heavy(row.size()));
  start_from_gramian(fixed, scratch.sums);
  for (const NormalSums& segment : segments) add_segment(segment, scratch.sums);
  return finish(fixed, row, scratch, solution);
}

void apply_inverse(const FixedSide& fixed, RowPositives row, PrimalScratch& scratch,
                   std::span<float> vector) {
  sum_row(fixed, row, scratch);
  if (solve_summed(fixed, row.size(), scratch, vector)) return;
  std::vector<double> precise(vector.begin(), vector.end());
  solve_precisely(fixed, row, precise);
  std::ranges::transform(precise, vector.begin(),
                         [](double value) { return static_cast<float>(value); });
}

}  // namespace kindred::factorization
