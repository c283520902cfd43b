#include "kindred/search/shadow.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "kindred/base/check.h"

namespace kindred::search {
namespace {

constexpr std::size_t kSampleRows = 256;
constexpr std::size_t kShadowBlockRows = 512;
// A direction of which less than this share is new is rounding.
constexpr double kNewMin = 1e-3;

double product(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Rows at equal distances.
Matrix sample_of(linalg::ConstBlock vectors) {
  Matrix sample(std::min(kSampleRows, vectors.rows), vectors.cols);
  for (std::size_t i = 0; i < sample.rows(); ++i) {
    const float* row = vectors.data + i * vectors.rows / sample.rows() * vectors.stride;
    std::copy_n(row, vectors.cols, sample.row(i).begin());
  }
  return sample;
}

// The eigenvectors of the products between the rows of a sample, largest first, as rows.
std::vector<double> leading_weights(const Matrix& sample, std::size_t count) {
  Matrix products(sample.rows(), sample.rows());
  linalg::multiply_transposed(
      sample.view(), sample.view(),
      {products.values().data(), sample.rows(), sample.rows(), sample.rows()});
  const auto values = products.values();
  std::vector<double> matrix(values.begin(), values.end());
  std::vector<double> sizes(count);
  std::vector<double> weights(count * sample.rows());
  linalg::largest_eigen(matrix, sizes, weights);
  return weights;
}

// What is left of `direction` beside `earlier` ones, of length 1; false where that is nothing.
// Twice, because once leaves what rounds.
bool make_orthonormal(std::span<const std::vector<double>> earlier,
                      std::vector<double>& direction) {
  for (int pass = 0; pass < 2; ++pass) {
    const double before = std::sqrt(product(direction, direction));
    for (const std::vector<double>& other : earlier) {
      const double along = product(direction, other);
      for (std::size_t i = 0; i < direction.size(); ++i) direction[i] -= along * other[i];
    }
    const double length = std::sqrt(product(direction, direction));
    if (!(length > kNewMin * before)) return false;
    for (double& value : direction) value /= length;
  }
  return true;
}

// Orthonormal rows.
Matrix directions_of(const Matrix& sample, std::size_t count) {
  const std::size_t weights_max = std::min(count, sample.rows());
  const std::vector<double> weights = leading_weights(sample, weights_max);
  std::vector<std::vector<double>> found;
  for (std::size_t i = 0; i < weights_max; ++i) {
    std::vector<double> direction(sample.cols(), 0.0);
    for (std::size_t row = 0; row < sample.rows(); ++row) {
      const double weight = weights[i * sample.rows() + row];
      const std::span<const float> values = sample.row(row);
      for (std::size_t c = 0; c < direction.size(); ++c) direction[c] += weight * values[c];
    }
    if (make_orthonormal(found, direction)) found.push_back(std::move(direction));
  }
  Matrix directions(found.size(), sample.cols());
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::ranges::transform(found[i], directions.row(i).begin(),
                           [](double value) { return static_cast<float>(value); });
  }
  return directions;
}

}  // namespace

Shadow shadow_of(linalg::ConstBlock vectors, std::size_t directions, ThreadPool& pool) {
  KINDRED_CHECK(directions > 0 && directions <= vectors.cols);
  const Matrix axes = directions_of(sample_of(vectors), directions);
  Shadow shadow{Matrix(vectors.rows, axes.rows()), 0.0};
  if (axes.rows() == 0) return shadow;
  pool.parallel_for((vectors.rows + kShadowBlockRows - 1) / kShadowBlockRows, [&](std::size_t block,
                                                                                  int) {
    const std::size_t begin = block * kShadowBlockRows;
    const std::size_t count = std::min(kShadowBlockRows, vectors.rows - begin);
    linalg::multiply_transposed(
        {vectors.data + begin * vectors.stride, count, vectors.cols, vectors.stride}, axes.view(),
        {shadow.rows.values().data() + begin * axes.rows(), count, axes.rows(), axes.rows()});
  });
  const double terms = static_cast<double>(vectors.cols) + 8.0;
  shadow.slack = 2.2 * std::sqrt(static_cast<double>(axes.rows())) * terms * 0x1p-24;
  return shadow;
}

}  // namespace kindred::search
