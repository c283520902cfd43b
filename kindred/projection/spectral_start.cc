#include "kindred/projection/spectral_start.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/blas.h"

namespace kindred::projection {
namespace {

constexpr std::size_t kSpare = 5;  // Columns beyond those wanted: they speed convergence.
constexpr int kFilterDegree = 24;
constexpr int kRoundsMax = 40;
constexpr double kResidualTolerance = 1e-4;  // Of the residual: the eigenvalues lie in [-1, 1].
constexpr std::size_t kSpectralBlockRows = 512;
constexpr std::uint32_t kStartStream = 0x5370;
constexpr std::uint32_t kShakeStream = 0x5368;

// n x width doubles, row-major: the vectors of the subspace are its columns.
struct Columns {
  Columns(std::size_t row_count, std::size_t column_count)
      : rows(row_count), width(column_count), values(row_count * column_count) {}
  double* row(std::size_t r) { return values.data() + r * width; }
  const double* row(std::size_t r) const { return values.data() + r * width; }

  std::size_t rows;
  std::size_t width;
  std::vector<double> values;
};

void in_spectral_blocks(
    std::size_t rows, ThreadPool& pool,
    const std::function<void(std::size_t block, std::size_t begin, std::size_t end)>& task) {
  pool.parallel_for(
      (rows + kSpectralBlockRows - 1) / kSpectralBlockRows, [&](std::size_t block, int) {
        task(block, block * kSpectralBlockRows, std::min((block + 1) * kSpectralBlockRows, rows));
      });
}

class NormalisedGraph {
 public:
  explicit NormalisedGraph(const SparseMatrix& graph) : graph_(graph), scale_(graph.rows) {
    for (std::size_t row = 0; row < graph.rows; ++row) {
      double degree = 0.0;
      for (std::uint64_t i = graph.offsets[row]; i < graph.offsets[row + 1]; ++i) {
        degree += graph.values[i];
      }
      scale_[row] = 1.0 / std::sqrt(degree);
    }
  }

  // out = alpha (A - shift) x + beta before.
  void apply(const Columns& x, double alpha, double shift, double beta, const Columns& before,
             Columns& out, ThreadPool& pool) const {
    in_spectral_blocks(x.rows, pool, [&](std::size_t, std::size_t begin, std::size_t end) {
      std::vector<double> sums(x.width);
      for (std::size_t row = begin; row < end; ++row) {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (std::uint64_t i = graph_.offsets[row]; i < graph_.offsets[row + 1]; ++i) {
          const std::uint32_t column = graph_.columns[i];
          const double weight = graph_.values[i] * scale_[column];
          const double* other = x.row(column);
          for (std::size_t c = 0; c < x.width; ++c) sums[c] += weight * other[c];
        }
        for (std::size_t c = 0; c < x.width; ++c) {
          out.row(row)[c] =
              alpha * (scale_[row] * sums[c] - shift * x.row(row)[c]) + beta * before.row(row)[c];
        }
      }
    });
  }

 private:
  const SparseMatrix& graph_;
  std::vector<double> scale_;  // 1 / sqrt(degree).
};

// a'b, summed in blocks, in order.
std::vector<double> products(const Columns& a, const Columns& b, ThreadPool& pool) {
  const std::size_t width = a.width;
  std::vector<std::vector<double>> parts((a.rows + kSpectralBlockRows - 1) / kSpectralBlockRows);
  in_spectral_blocks(a.rows, pool, [&](std::size_t block, std::size_t begin, std::size_t end) {
    parts[block].assign(width * width, 0.0);
    for (std::size_t row = begin; row < end; ++row) {
      for (std::size_t i = 0; i < width; ++i) {
        for (std::size_t j = 0; j < width; ++j) {
          parts[block][i * width + j] += a.row(row)[i] * b.row(row)[j];
        }
      }
    }
  });
  std::vector<double> sum(width * width, 0.0);
  for (const std::vector<double>& part : parts) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
  }
  return sum;
}

// x = x times a width x width matrix whose column c, as row c of `turned`, is scaled.
void turn(Columns& x, std::span<const double> turned, ThreadPool& pool) {
  in_spectral_blocks(x.rows, pool, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<double> row_values(x.width);
    for (std::size_t row = begin; row < end; ++row) {
      std::copy_n(x.row(row), x.width, row_values.begin());
      for (std::size_t c = 0; c < x.width; ++c) {
        double sum = 0.0;
        for (std::size_t i = 0; i < x.width; ++i) sum += row_values[i] * turned[c * x.width + i];
        x.row(row)[c] = sum;
      }
    }
  });
}

// Orthonormal columns of the same span, twice over for the digits. Small eigenvalues of the
// products mean that the columns were nearly dependent; those directions are kept tiny.
void orthonormalise(Columns& x, ThreadPool& pool) {
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<double> gram = products(x, x, pool);
    std::vector<double> values(x.width);
    linalg::symmetric_eigen(gram, values);
    for (std::size_t c = 0; c < x.width; ++c) {
      const double scale = 1.0 / std::sqrt(std::max(values[c], 1e-28 * values.back()));
      for (std::size_t i = 0; i < x.width; ++i) gram[c * x.width + i] *= scale;
    }
    turn(x, gram, pool);
  }
}

// Turns x to the best approximations of eigenvectors within its span; values ascend.
std::vector<double> rayleigh_ritz(const NormalisedGraph& graph, Columns& x, Columns& image,
                                  ThreadPool& pool) {
  graph.apply(x, 1.0, 0.0, 0.0, x, image, pool);
  std::vector<double> small = products(x, image, pool);
  std::vector<double> values(x.width);
  linalg::symmetric_eigen(small, values);
  turn(x, small, pool);
  turn(image, small, pool);
  return values;
}

double residual_max(const Columns& x, const Columns& image, std::span<const double> values,
                    std::size_t from) {
  std::vector<double> sums(x.width, 0.0);
  for (std::size_t row = 0; row < x.rows; ++row) {
    for (std::size_t c = from; c < x.width; ++c) {
      const double error = image.row(row)[c] - values[c] * x.row(row)[c];
      sums[c] += error * error;
    }
  }
  return std::sqrt(*std::ranges::max_element(sums));
}

// Chebyshev's polynomial that is small on [-1, cut] and grows fast above it.
void filter(const NormalisedGraph& graph, double cut, Columns& x, Columns& next, Columns& before,
            ThreadPool& pool) {
  const double centre = 0.5 * (cut - 1.0);
  const double half = 0.5 * (cut + 1.0);
  before = x;
  graph.apply(before, 1.0 / half, centre, 0.0, before, x, pool);
  for (int degree = 2; degree <= kFilterDegree; ++degree) {
    graph.apply(x, 2.0 / half, centre, -1.0, before, next, pool);
    std::swap(before.values, x.values);
    std::swap(x.values, next.values);
  }
}

}  // namespace

bool is_connected(const SparseMatrix& graph) {
  if (graph.rows == 0) return false;
  std::vector<bool> reached(graph.rows, false);
  std::vector<std::size_t> open = {0};
  reached[0] = true;
  std::size_t count = 1;
  while (!open.empty()) {
    const std::size_t row = open.back();
    open.pop_back();
    for (std::uint64_t i = graph.offsets[row]; i < graph.offsets[row + 1]; ++i) {
      const std::uint32_t other = graph.columns[i];
      if (reached[other]) continue;
      reached[other] = true;
      ++count;
      open.push_back(other);
    }
  }
  return count == graph.rows;
}

std::optional<Matrix> spectral_start(const SparseMatrix& graph, std::size_t components,
                                     std::uint64_t seed, ThreadPool& pool) {
  const std::size_t width = components + 1 + kSpare;
  if (graph.rows < 2 * width || !is_connected(graph)) return std::nullopt;
  const NormalisedGraph normalised(graph);
  Columns x(graph.rows, width);
  for (std::size_t row = 0; row < graph.rows; ++row) {
    Rng rng(seed, kStartStream, row);
    for (std::size_t c = 0; c < width; ++c) x.row(row)[c] = rng.normal();
  }
  Columns image(graph.rows, width);
  Columns scratch(graph.rows, width);
  orthonormalise(x, pool);
  std::vector<double> values = rayleigh_ritz(normalised, x, image, pool);
  const std::size_t first = width - components - 1;  // Of those wanted, with the constant one.
  for (int round = 0; round < kRoundsMax; ++round) {
    if (residual_max(x, image, values, first) < kResidualTolerance) break;
    filter(normalised, std::clamp(values[0], 0.0, 0.9999), x, image, scratch, pool);
    orthonormalise(x, pool);
    values = rayleigh_ritz(normalised, x, image, pool);
  }
  Matrix start(graph.rows, components);
  for (std::size_t c = 0; c < components; ++c) {
    const std::size_t from = width - 2 - c;  // The largest is the constant one.
    double largest = 0.0;
    for (std::size_t row = 0; row < graph.rows; ++row) {
      if (std::abs(x.row(row)[from]) > std::abs(largest)) largest = x.row(row)[from];
    }
    const double sign = largest < 0.0 ? -1.0 : 1.0;
    for (std::size_t row = 0; row < graph.rows; ++row) {
      start.row(row)[c] = static_cast<float>(sign * x.row(row)[from]);
    }
  }
  return start;
}

void fit_into_box(Matrix& coordinates, float extent, std::uint64_t seed) {
  for (std::size_t c = 0; c < coordinates.cols(); ++c) {
    float low = std::numeric_limits<float>::infinity();
    float high = -low;
    for (std::size_t row = 0; row < coordinates.rows(); ++row) {
      low = std::min(low, coordinates.row(row)[c]);
      high = std::max(high, coordinates.row(row)[c]);
    }
    const float scale = high > low ? extent / (high - low) : 0.0F;
    for (std::size_t row = 0; row < coordinates.rows(); ++row) {
      float& value = coordinates.row(row)[c];
      value = (value - low) * scale;
    }
  }
  for (std::size_t row = 0; row < coordinates.rows(); ++row) {
    Rng rng(seed, kShakeStream, row);
    for (float& value : coordinates.row(row)) {
      value += static_cast<float>(1e-5 * extent * rng.normal());
    }
  }
}

}  // namespace kindred::projection
