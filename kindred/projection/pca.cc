#include "kindred/projection/pca.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/gramian.h"

namespace kindred::projection {
namespace {

constexpr std::size_t kSideMax = 16384;  // 2 GiB of doubles.
constexpr std::size_t kPcaBlockRows = 256;
// Eigenvalues below this share of the largest are rounding, not variance.
constexpr double kRankTolerance = 1e-7;

std::size_t block_count(std::size_t rows) { return (rows + kPcaBlockRows - 1) / kPcaBlockRows; }

// Sums of fixed blocks, added in order.
std::vector<double> mean_of(MatrixView vectors, ThreadPool& pool) {
  std::vector<std::vector<double>> sums(block_count(vectors.rows));
  pool.parallel_for(sums.size(), [&](std::size_t block, int) {
    sums[block].assign(vectors.cols, 0.0);
    const std::size_t end = std::min((block + 1) * kPcaBlockRows, vectors.rows);
    for (std::size_t row = block * kPcaBlockRows; row < end; ++row) {
      const std::span<const float> values = vectors.row(row);
      for (std::size_t i = 0; i < values.size(); ++i) sums[block][i] += values[i];
    }
  });
  std::vector<double> mean(vectors.cols, 0.0);
  for (const std::vector<double>& sum : sums) {
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += sum[i];
  }
  for (std::size_t i = 0; i < mean.size(); ++i) {
    mean[i] /= static_cast<double>(vectors.rows);
    if (std::isfinite(mean[i])) continue;
    for (std::size_t row = 0; row < vectors.rows; ++row) {
      if (std::isfinite(vectors.row(row)[i])) continue;
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("row {} holds {} in column {}: it has no principal components", row,
                              vectors.row(row)[i], i));
    }
  }
  return mean;
}

void centre(std::span<const float> vector, std::span<const double> mean, std::span<float> out) {
  for (std::size_t i = 0; i < vector.size(); ++i) {
    out[i] = static_cast<float>(vector[i] - mean[i]);
  }
}

Matrix centred(MatrixView vectors, std::span<const double> mean, ThreadPool& pool) {
  Matrix out(vectors.rows, vectors.cols);
  pool.parallel_for(block_count(vectors.rows), [&](std::size_t block, int) {
    const std::size_t end = std::min((block + 1) * kPcaBlockRows, vectors.rows);
    for (std::size_t row = block * kPcaBlockRows; row < end; ++row) {
      centre(vectors.row(row), mean, out.row(row));
    }
  });
  return out;
}

Matrix transposed(const Matrix& matrix) {
  Matrix out(matrix.cols(), matrix.rows());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::size_t col = 0; col < matrix.cols(); ++col) {
      out.row(col)[row] = matrix.row(row)[col];
    }
  }
  return out;
}

// The largest coefficient becomes positive; of equal ones the first decides.
void fix_sign(std::span<double> axis) {
  double largest = 0.0;
  for (const double value : axis) {
    if (std::abs(value) > std::abs(largest)) largest = value;
  }
  if (largest < 0.0) {
    for (double& value : axis) value = -value;
  }
}

double trace_of(std::span<const double> matrix, std::size_t side) {
  double sum = 0.0;
  for (std::size_t i = 0; i < side; ++i) sum += matrix[i * side + i];
  return sum;
}

// The axis in the space of columns that belongs to an eigenvector over the rows.
std::vector<double> axis_of_rows(const Matrix& data, std::span<const double> weights) {
  std::vector<double> axis(data.cols(), 0.0);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const std::span<const float> values = data.row(row);
    for (std::size_t i = 0; i < axis.size(); ++i) axis[i] += weights[row] * values[i];
  }
  const double norm = std::sqrt(std::inner_product(axis.begin(), axis.end(), axis.begin(), 0.0));
  for (double& value : axis) value /= norm;
  return axis;
}

}  // namespace

double Pca::explained(std::size_t component) const {
  return variance_total > 0.0 ? variances.at(component) / variance_total : 0.0;
}

double Pca::explained_total() const {
  return variance_total > 0.0
             ? std::accumulate(variances.begin(), variances.end(), 0.0) / variance_total
             : 0.0;
}

Matrix Pca::transform(MatrixView vectors, ThreadPool& pool) const {
  KINDRED_CHECK(vectors.cols == mean.size());
  const std::size_t components = component_count();
  Matrix out(vectors.rows, components);
  pool.parallel_for(block_count(vectors.rows), [&](std::size_t block, int) {
    const std::size_t begin = block * kPcaBlockRows;
    const std::size_t end = std::min(begin + kPcaBlockRows, vectors.rows);
    Matrix scratch(end - begin, vectors.cols);
    for (std::size_t row = begin; row < end; ++row) {
      centre(vectors.row(row), mean, scratch.row(row - begin));
    }
    linalg::multiply_transposed(
        scratch.view(), axes.view(),
        {out.values().data() + begin * components, end - begin, components, components});
  });
  return out;
}

Pca fit_pca(MatrixView vectors, std::size_t components, ThreadPool& pool) {
  const std::size_t side = std::min(vectors.rows, vectors.cols);
  if (side == 0 || components == 0 || side > kSideMax) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} principal components of {} rows of {} columns cannot be found",
                            components, vectors.rows, vectors.cols));
  }
  Pca pca;
  pca.mean = mean_of(vectors, pool);
  const Matrix data = centred(vectors, pca.mean, pool);
  const bool by_rows = vectors.rows < vectors.cols;
  std::vector<double> products =
      by_rows ? linalg::gramian(transposed(data), pool) : linalg::gramian(data, pool);
  const double divisor = static_cast<double>(std::max<std::size_t>(1, vectors.rows - 1));
  pca.variance_total = trace_of(products, side) / divisor;

  const std::size_t count = std::min(components, side);
  pca.variances.resize(count);
  std::vector<double> eigenvectors(count * side);
  linalg::largest_eigen(products, pca.variances, eigenvectors);
  pca.axes = Matrix(count, vectors.cols);
  const double least = kRankTolerance * std::max(0.0, pca.variances[0]);
  for (std::size_t i = 0; i < count; ++i) {
    double& variance = pca.variances[i];
    const std::span<double> eigenvector = std::span(eigenvectors).subspan(i * side, side);
    const bool is_rounding = variance <= least;
    variance = is_rounding ? 0.0 : variance / divisor;
    if (by_rows && is_rounding) continue;
    std::vector<double> axis = by_rows
                                   ? axis_of_rows(data, eigenvector)
                                   : std::vector<double>(eigenvector.begin(), eigenvector.end());
    fix_sign(axis);
    std::ranges::transform(axis, pca.axes.row(i).begin(),
                           [](double value) { return static_cast<float>(value); });
  }
  return pca;
}

Matrix reduced(MatrixView vectors, std::size_t columns, ThreadPool& pool) {
  if (vectors.cols <= columns) {
    const auto values = vectors.values();
    return {vectors.rows, vectors.cols, std::vector<float>(values.begin(), values.end())};
  }
  return fit_pca(vectors, columns, pool).transform(vectors, pool);
}

}  // namespace kindred::projection
