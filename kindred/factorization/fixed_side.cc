#include "kindred/factorization/fixed_side.h"

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/gramian.h"

namespace kindred::factorization {
namespace {

constexpr std::size_t kRotationBlockRows = 256;

}  // namespace

double row_regularization(std::size_t positive_count, std::size_t fixed_count,
                          const IalsOptions& options) noexcept {
  return std::pow(static_cast<double>(positive_count) +
                      double{options.unobserved_weight} * static_cast<double>(fixed_count),
                  double{options.regularization_exponent});
}

FixedSide::FixedSide(MatrixView vectors, const IalsOptions& options, bool with_eigenbasis,
                     ThreadPool& pool)
    : vectors_(vectors),
      options_(options),
      gramian_(linalg::gramian(vectors, pool)),
      gramian_tile_(vectors.cols * matrix_stride(vectors.cols)) {
  const std::size_t d = dimensions();
  for (double& value : gramian_) value *= double{options.unobserved_weight};
  for (std::size_t i = 0; i < d; ++i) {
    std::transform(gramian_.begin() + static_cast<std::ptrdiff_t>(i * d),
                   gramian_.begin() + static_cast<std::ptrdiff_t>((i + 1) * d),
                   gramian_tile_.data() + i * matrix_stride(d),
                   [](double value) { return static_cast<float>(value); });
  }
  if (with_eigenbasis) find_eigenbasis(pool);
}

double FixedSide::ridge(std::size_t positive_count) const noexcept {
  return double{options_.regularization} * row_regularization(positive_count, count(), options_);
}

void FixedSide::find_eigenbasis(ThreadPool& pool) {
  const std::size_t d = dimensions();
  std::vector<double> basis = gramian_;
  eigenvalues_.resize(d);
  linalg::symmetric_eigen(basis, eigenvalues_);
  // A Gramian has no negative eigenvalues; rounding makes some of about -1e-16 times the largest.
  for (double& value : eigenvalues_) value = std::max(value, 0.0);
  eigenvectors_ = Matrix(d, d);
  std::ranges::transform(basis, eigenvectors_.values().begin(),
                         [](double value) { return static_cast<float>(value); });

  const std::size_t stride = linalg::tile_stride(d);
  rotated_ = linalg::AlignedBuffer(count() * stride);
  const std::size_t block_count = (count() + kRotationBlockRows - 1) / kRotationBlockRows;
  pool.parallel_for(block_count, [&](std::size_t block, int) {
    const std::size_t begin = block * kRotationBlockRows;
    const std::size_t end = std::min(begin + kRotationBlockRows, count());
    linalg::multiply_transposed(vectors_.slice(begin, end), eigenvectors_.view(),
                                {rotated_.data() + begin * stride, end - begin, d, stride});
  });
}

void FixedSide::inverse_roots(std::size_t positive_count, std::span<float> scale) const noexcept {
  KINDRED_DCHECK(has_eigenbasis() && scale.size() == dimensions());
  const double added = ridge(positive_count);
  std::ranges::transform(eigenvalues_, scale.begin(), [added](double value) {
    return static_cast<float>(1.0 / std::sqrt(value + added));
  });
}

}  // namespace kindred::factorization
