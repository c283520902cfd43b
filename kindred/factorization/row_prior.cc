#include "kindred/factorization/row_prior.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/rng.h"
#include "kindred/factorization/lower_factor.h"
#include "kindred/factorization/random_draws.h"
#include "kindred/linalg/blas.h"

namespace kindred::factorization {
namespace {

// The weakest usual choices: a mean worth two rows, a Wishart with D degrees of freedom.
constexpr double kMeanStrength = 2.0;

constexpr std::size_t kPriorBlockRows = 512;

enum Purpose : std::uint32_t { wishart, mean_noise, table_noise, table_shrinkage };

std::size_t row_blocks(std::size_t rows) { return (rows + kPriorBlockRows - 1) / kPriorBlockRows; }

// Calls task(begin, end) for blocks of rows, in parallel.
template <typename Task>
void for_blocks(std::size_t rows, ThreadPool& pool, Task task) {
  pool.parallel_for(row_blocks(rows), [&](std::size_t block, int) {
    task(block * kPriorBlockRows, std::min(rows, (block + 1) * kPriorBlockRows));
  });
}

linalg::Block block_of(Matrix& matrix, std::size_t begin, std::size_t end) {
  return {matrix.row(begin).data(), end - begin, matrix.cols(), matrix.cols()};
}

// out = rows times square, in parallel.
void multiply_rows(const Matrix& rows, const Matrix& square, Matrix& out, ThreadPool& pool) {
  for_blocks(rows.rows(), pool, [&](std::size_t begin, std::size_t end) {
    linalg::multiply(rows.view().slice(begin, end), square.view(), block_of(out, begin, end));
  });
}

// out += weight times the upper triangle of rows'rows.
void add_gram(const Matrix& rows, double weight, std::vector<double>& out) {
  const std::size_t d = rows.cols();
  Matrix part(d, d);
  for (std::size_t begin = 0; begin < rows.rows(); begin += kPriorBlockRows) {
    linalg::gram_upper(rows.view().slice(begin, std::min(rows.rows(), begin + kPriorBlockRows)),
                       block_of(part, 0, d));
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = i; j < d; ++j) out[i * d + j] += weight * double{part.row(i)[j]};
    }
  }
}

// rows += weight times features times table: what the features of a block explain.
void add_explained(const SparseMatrix& by_row, const Matrix& table, float weight, Matrix& rows,
                   ThreadPool& pool) {
  for_blocks(rows.rows(), pool, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const auto out = rows.row(row);
      const auto features = by_row.row_columns(row);
      const auto values = by_row.row_values(row);
      for (std::size_t n = 0; n < features.size(); ++n) {
        const auto from = table.row(features[n]);
        for (std::size_t k = 0; k < out.size(); ++k) out[k] += weight * values[n] * from[k];
      }
    }
  });
}

// Some dimensions of many vectors, lying together: what one thread works on.
constexpr std::size_t kLanes = 8;
using Lanes = std::array<float, kLanes>;

std::vector<Lanes> take_lanes(const Matrix& matrix, std::size_t first) {
  std::vector<Lanes> lanes(matrix.rows(), Lanes{});
  const std::size_t count = std::min(kLanes, matrix.cols() - first);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    std::copy_n(matrix.row(row).data() + first, count, lanes[row].data());
  }
  return lanes;
}

void put_lanes(const std::vector<Lanes>& lanes, std::size_t first, Matrix& matrix) {
  const std::size_t count = std::min(kLanes, matrix.cols() - first);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    std::copy_n(lanes[row].data(), count, matrix.row(row).data() + first);
  }
}

// One pass over the features of a block, all in whitened space: each feature's weights
// are drawn given all others, and the residuals follow.
void draw_features(const SparseMatrix& by_feature, double shrinkage,
                   const std::vector<Lanes>& noise, std::vector<Lanes>& weights,
                   std::vector<Lanes>& residuals) {
  for (std::size_t feature = 0; feature < by_feature.rows; ++feature) {
    const auto rows = by_feature.row_columns(feature);
    const auto values = by_feature.row_values(feature);
    double squares = 0.0;
    Lanes pull{};
    for (std::size_t n = 0; n < rows.size(); ++n) {
      const Lanes& residual = residuals[rows[n]];
      for (std::size_t k = 0; k < kLanes; ++k) pull[k] += values[n] * residual[k];
      squares += double{values[n]} * double{values[n]};
    }
    const auto strength = static_cast<float>(squares + shrinkage);
    const float spread = 1.0F / std::sqrt(strength);
    Lanes change{};
    for (std::size_t k = 0; k < kLanes; ++k) {
      const float old = weights[feature][k];
      const float drawn =
          (pull[k] + static_cast<float>(squares) * old) / strength + spread * noise[feature][k];
      change[k] = drawn - old;
      weights[feature][k] = drawn;
    }
    for (std::size_t n = 0; n < rows.size(); ++n) {
      Lanes& residual = residuals[rows[n]];
      for (std::size_t k = 0; k < kLanes; ++k) residual[k] -= values[n] * change[k];
    }
  }
}

Matrix draw_noise(std::size_t rows, std::size_t cols, const DrawKey& key, std::size_t table,
                  ThreadPool& pool) {
  Matrix noise(rows, cols);
  for_blocks(rows, pool, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      Rng rng(key.seed, key.stream(table_noise), (std::uint64_t{table} << 40U) + row);
      for (float& value : noise.row(row)) value = static_cast<float>(rng.normal());
    }
  });
  return noise;
}

double sum_of_squares(const Matrix& matrix) {
  double sum = 0.0;
  for (const float value : matrix.values()) sum += double{value} * double{value};
  return sum;
}

}  // namespace

RowPrior::RowPrior(std::size_t row_count, std::size_t dimensions,
                   const std::vector<FeatureBlock>& blocks)
    : row_count_(row_count),
      dimensions_(dimensions),
      precision_exact_(dimensions * dimensions),
      precision_(dimensions * dimensions),
      mean_(dimensions),
      pulls_(row_count, dimensions) {
  for (const FeatureBlock& block : blocks) {
    KINDRED_CHECK(block.by_row.rows == row_count);
    by_row_.push_back(block.by_row);
    by_feature_.push_back(transpose(block.by_row));
    tables_.push_back({.weights = Matrix(block.by_row.cols, dimensions)});
  }
}

std::vector<float> RowPrior::typical_mean(std::size_t block_count) const {
  std::vector<double> sums(dimensions_, 0.0);
  for (std::size_t index = 0; index < block_count; ++index) {
    const SparseMatrix& features = by_feature_[index];
    for (std::size_t feature = 0; feature < features.rows; ++feature) {
      double share = 0.0;
      for (const float value : features.row_values(feature)) share += double{value};
      const auto weights = tables_[index].weights.row(feature);
      for (std::size_t k = 0; k < dimensions_; ++k) sums[k] += share * double{weights[k]};
    }
  }
  std::vector<float> mean = mean_;
  for (std::size_t k = 0; k < dimensions_; ++k) {
    mean[k] += static_cast<float>(sums[k] / static_cast<double>(row_count_));
  }
  return mean;
}

void RowPrior::restore(std::vector<Table> tables) {
  KINDRED_CHECK(tables.size() == tables_.size());
  tables_ = std::move(tables);
}

void RowPrior::draw_mean_and_precision(const Matrix& residuals, const DrawKey& key) {
  const std::size_t d = dimensions_;
  const auto count = static_cast<double>(row_count_);
  std::vector<double> mean(d, 0.0);
  for (std::size_t row = 0; row < row_count_; ++row) {
    for (std::size_t k = 0; k < d; ++k) mean[k] += double{residuals.row(row)[k]} / count;
  }
  // The scatter about the mean, a unit prior, what the tables say of P, and the mean's own pull.
  std::vector<double> scale_inverse(d * d, 0.0);
  add_gram(residuals, 1.0, scale_inverse);
  double degrees = static_cast<double>(d) + count;
  for (const Table& table : tables_) {
    add_gram(table.weights, table.shrinkage, scale_inverse);
    degrees += static_cast<double>(table.weights.rows());
  }
  const double about_mean = -count + kMeanStrength * count / (kMeanStrength + count);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = i; j < d; ++j) {
      double& value = scale_inverse[i * d + j];
      value += about_mean * mean[i] * mean[j] + (i == j ? 1.0 : 0.0);
      scale_inverse[j * d + i] = value;
    }
  }
  Rng rng(key.seed, key.stream(wishart));
  precision_exact_ = draw_wishart(rng, degrees, scale_inverse, d);

  const LowerFactor factor(precision_exact_, d);
  Rng noise(key.seed, key.stream(mean_noise));
  std::vector<double> offset(d);
  for (double& value : offset) value = noise.normal() / std::sqrt(kMeanStrength + count);
  factor.solve_transposed(offset);
  for (std::size_t k = 0; k < d; ++k) {
    mean_[k] = static_cast<float>(mean[k] * count / (kMeanStrength + count) + offset[k]);
  }
  std::ranges::transform(precision_exact_, precision_.begin(),
                         [](double value) { return static_cast<float>(value); });
}

// `residuals` holds x - m - explained on entry, and again with the new tables on return.
void RowPrior::draw_tables(Matrix& residuals, const DrawKey& key, ThreadPool& pool) {
  const std::size_t d = dimensions_;
  const LowerFactor factor(precision_exact_, d);
  Matrix whiten(d, d);    // C of P = CC'; x'C has unit covariance.
  Matrix unwhiten(d, d);  // Its inverse.
  for (std::size_t row = 0; row < d; ++row) {
    std::vector<double> unit(d, 0.0);
    unit[row] = 1.0;
    factor.solve(unit);  // Column `row` of the inverse.
    for (std::size_t k = 0; k < d; ++k) {
      whiten.row(row)[k] = static_cast<float>(factor(row, k));
      unwhiten.row(k)[row] = static_cast<float>(unit[k]);
    }
  }
  Matrix white(row_count_, d);
  multiply_rows(residuals, whiten, white, pool);
  for (std::size_t index = 0; index < tables_.size(); ++index) {
    Table& table = tables_[index];
    const std::size_t feature_count = table.weights.rows();
    const Matrix noise = draw_noise(feature_count, d, key, index, pool);
    Matrix weights(feature_count, d);
    multiply_rows(table.weights, whiten, weights, pool);
    pool.parallel_for((d + kLanes - 1) / kLanes, [&](std::size_t part, int) {
      const std::size_t first = part * kLanes;
      std::vector<Lanes> own_weights = take_lanes(weights, first);
      std::vector<Lanes> own_residuals = take_lanes(white, first);
      draw_features(by_feature_[index], table.shrinkage, take_lanes(noise, first), own_weights,
                    own_residuals);
      put_lanes(own_weights, first, weights);
      put_lanes(own_residuals, first, white);
    });
    Rng rng(key.seed, key.stream(table_shrinkage), index);
    table.shrinkage = draw_precision(rng, feature_count * d, sum_of_squares(weights));
    multiply_rows(weights, unwhiten, table.weights, pool);
  }
  multiply_rows(white, unwhiten, residuals, pool);
}

void RowPrior::draw(const Matrix& vectors, const DrawKey& key, ThreadPool& pool) {
  KINDRED_CHECK(vectors.rows() == row_count_ && vectors.cols() == dimensions_);
  Matrix residuals = vectors;
  for (std::size_t index = 0; index < tables_.size(); ++index) {
    add_explained(by_row_[index], tables_[index].weights, -1.0F, residuals, pool);
  }
  draw_mean_and_precision(residuals, key);
  Matrix precision(dimensions_, dimensions_, precision_);
  if (tables_.empty()) {
    for (std::size_t row = 0; row < row_count_; ++row) {
      std::ranges::copy(mean_, residuals.row(row).begin());
    }
  } else {
    for (std::size_t row = 0; row < row_count_; ++row) {
      for (std::size_t k = 0; k < dimensions_; ++k) residuals.row(row)[k] -= mean_[k];
    }
    draw_tables(residuals, key, pool);
    // What is not residual is prior mean.
    for (std::size_t row = 0; row < row_count_; ++row) {
      const auto out = residuals.row(row);
      for (std::size_t k = 0; k < dimensions_; ++k) out[k] = vectors.row(row)[k] - out[k];
    }
  }
  multiply_rows(residuals, precision, pulls_, pool);
}

}  // namespace kindred::factorization
