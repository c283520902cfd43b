#include "kindred/factorization/dual.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/linalg/kernels/triangle.h"

namespace kindred::factorization {
namespace {

using linalg::round_up;
using linalg::tile_stride;

// Gathers Z and the kernel matrix I + Z Z'.
void gather_kernel(const FixedSide& fixed, RowPositives row, DualScratch& scratch) {
  const std::size_t n = row.size();
  const std::size_t d = fixed.dimensions();
  const std::size_t stride = tile_stride(d);
  const std::size_t kernel_stride = matrix_stride(round_up(n, 4));
  if (scratch.scale_for != n) {
    fixed.inverse_roots(n, scratch.scale);
    scratch.scale_for = n;
  }
  scratch.roots.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    scratch.roots[i] = row.weights.empty() ? 1.0F : std::sqrt(row.weights[i]);
  }
  scratch.tile.reserve(round_up(n, 4) * stride);
  scratch.kernel.reserve(round_up(n, 4) * kernel_stride);
  scratch.inverse_diagonal.resize(n);

  const linalg::Tile z = {scratch.tile.data(), n, d, stride};
  linalg::gather_rows(fixed.rotated(), row.ids, scratch.roots, scratch.scale, z);
  std::fill_n(z.data + n * stride, (round_up(n, 4) - n) * stride, 0.0F);
  float* kernel = scratch.kernel.data();
  linalg::gram_of_rows(z, kernel, kernel_stride);
  for (std::size_t i = 0; i < n; ++i) {
    kernel[i * kernel_stride + i] += 1.0F;
    // The factorisation reads whole vectors, so the padding has to be finite.
    std::fill_n(kernel + i * kernel_stride + n, kernel_stride - n, 0.0F);
  }
}

// Solves the kernel equations for scratch.coefficients in place; false if that fails.
bool solve_kernel(DualScratch& scratch) {
  const std::size_t n = scratch.coefficients.size();
  const std::size_t stride = matrix_stride(round_up(n, 4));
  float* kernel = scratch.kernel.data();
  for (std::size_t i = 0; i < n; ++i) kernel[i * stride + n] = scratch.coefficients[i];
  if (linalg::factor_upper(kernel, n, stride, 1, scratch.inverse_diagonal) != n) return false;
  for (std::size_t i = 0; i < n; ++i) scratch.coefficients[i] = kernel[i * stride + n];
  linalg::back_substitute(kernel, stride, scratch.inverse_diagonal, scratch.coefficients);
  return true;
}

}  // namespace

DualScratch::DualScratch(std::size_t dimensions)
    : sums(tile_stride(dimensions)), scale(dimensions) {}

std::optional<double> solve_dual(const FixedSide& fixed, RowPositives row, DualScratch& scratch,
                                 std::span<float> rotated) {
  const std::size_t d = fixed.dimensions();
  KINDRED_DCHECK(rotated.size() == d);
  if (row.size() == 0) {
    std::ranges::fill(rotated, 0.0F);
    return 0.0;
  }
  gather_kernel(fixed, row, scratch);
  scratch.coefficients.assign(scratch.roots.begin(), scratch.roots.end());
  if (!solve_kernel(scratch)) return std::nullopt;
  std::fill_n(scratch.sums.data(), scratch.sums.size(), 0.0F);
  linalg::add_weighted_rows({scratch.tile.data(), row.size(), d, tile_stride(d)},
                            scratch.coefficients, scratch.sums.data());
  std::transform(scratch.scale.begin(), scratch.scale.end(), scratch.sums.data(), rotated.begin(),
                 std::multiplies<>());
  return std::inner_product(scratch.roots.begin(), scratch.roots.end(),
                            scratch.coefficients.begin(), 0.0);
}

void rotate_back(const FixedSide& fixed, linalg::ConstBlock rotated, linalg::Block solutions) {
  linalg::multiply(rotated, fixed.eigenvectors(), solutions);
}

bool dual_shares(const FixedSide& fixed, RowPositives row, std::span<const float> target,
                 DualScratch& scratch, std::span<float> shares) {
  const std::size_t d = fixed.dimensions();
  const std::size_t n = row.size();
  KINDRED_DCHECK(target.size() == d && shares.size() == n);
  if (n == 0) return true;
  gather_kernel(fixed, row, scratch);
  std::vector<float> rotated_target(d);
  for (std::size_t k = 0; k < d; ++k) {
    rotated_target[k] = scratch.scale[k] * linalg::dot(fixed.eigenvectors().row(k), target);
  }
  scratch.coefficients.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    scratch.coefficients[i] =
        linalg::dot({scratch.tile.data() + i * tile_stride(d), d}, rotated_target);
  }
  if (!solve_kernel(scratch)) return false;
  std::ranges::transform(scratch.roots, scratch.coefficients, shares.begin(), std::multiplies<>());
  return true;
}

}  // namespace kindred::factorization
