#include "kindred/projection/tsne.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/projection/affinities.h"
#include "kindred/projection/pca.h"
#include "kindred/projection/space_tree.h"

namespace kindred::projection {
namespace {

constexpr double kStartDeviation = 1e-4;  // Of the widest axis of the start.
constexpr float kGainStep = 0.2F;         // Added where the sign stays,
constexpr float kGainShrink = 0.8F;       // multiplied where it turns.
constexpr float kGainMin = 0.01F;
constexpr double kFirstMomentum = 0.5;  // While exaggerated;
constexpr double kMomentum = 0.8;       // afterwards.
constexpr double kLeastRows = 200.0;    // For the learning rate.
// The part of the rows that is the learning rate once groups have formed. On 10,000 digits in 2-D
// the whole, a half and a quarter end at divergences of 1.684, 1.682 and 1.685, a twelfth at
// 1.713; of the first three a quarter is the most trustworthy (.9656, .9655, .9662).
constexpr double kSettledShare = 4.0;
constexpr std::size_t kTsneBlockRows = 256;

template <typename T>
void require_tsne(bool is_good, const char* name, T value, const char* rule) {
  if (is_good) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("t-SNE's {} is {}, not {}", name, value, rule));
}

TsneOptions checked_tsne(const TsneOptions& options) {
  require_tsne(options.components == 2 || options.components == 3, "components", options.components,
               "2 or 3");
  require_tsne(options.perplexity >= 1.0 && options.perplexity <= 1e4, "perplexity",
               options.perplexity, "from 1 to 10,000");
  require_tsne(options.iterations >= 1 && options.iterations <= 1000000, "iterations",
               options.iterations, "from 1 to 1,000,000");
  require_tsne(options.exaggeration >= 1.0 && options.exaggeration <= 1000.0, "exaggeration",
               options.exaggeration, "from 1 to 1,000");
  require_tsne(options.exaggerated_iterations >= 0, "exaggerated_iterations",
               options.exaggerated_iterations, "0 or more");
  require_tsne(options.learning_rate >= 0.0 && options.learning_rate <= 1e7, "learning_rate",
               options.learning_rate, "from 0 to 10,000,000");
  require_tsne(options.theta >= 0.0 && options.theta <= 2.0, "theta", options.theta, "from 0 to 2");
  return options;
}

// Principal components, so small that at first everything is near everything.
Matrix tsne_start(MatrixView vectors, const TsneOptions& options, ThreadPool& pool) {
  const auto components = static_cast<std::size_t>(options.components);
  const Pca pca = fit_pca(vectors, components, pool);
  const Matrix found = pca.transform(vectors, pool);
  const double deviation = std::sqrt(pca.variances.front());
  const double scale = deviation > 0.0 ? kStartDeviation / deviation : 0.0;
  Matrix start(vectors.rows, components);
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    Rng rng(options.seed, 0, row);
    for (std::size_t c = 0; c < components; ++c) {
      const double place = c < found.cols() ? scale * found.row(row)[c] : 0.0;
      start.row(row)[c] = static_cast<float>(place + 0.01 * kStartDeviation * rng.normal());
    }
  }
  return start;
}

void in_blocks(std::size_t rows, ThreadPool& pool,
               const std::function<void(std::size_t begin, std::size_t end)>& task) {
  pool.parallel_for((rows + kTsneBlockRows - 1) / kTsneBlockRows, [&](std::size_t block, int) {
    task(block * kTsneBlockRows, std::min((block + 1) * kTsneBlockRows, rows));
  });
}

// The sum over its neighbours of p w (self - other).
template <std::size_t kComponents>
std::array<float, kComponents> pull_of(const SparseMatrix& affinities, const float* places,
                                       std::size_t row) {
  std::array<float, kComponents> sum{};
  const float* self = places + row * kComponents;
  const std::uint64_t end = affinities.offsets[row + 1];
  const std::uint32_t* columns = affinities.columns.data();
  const float* values = affinities.values.data();
  for (std::uint64_t i = affinities.offsets[row]; i < end; ++i) {
    const float* other = places + std::size_t{columns[i]} * kComponents;
    float apart[kComponents];
    float denominator = 1.0F;
    for (std::size_t c = 0; c < kComponents; ++c) {
      apart[c] = self[c] - other[c];
      denominator += apart[c] * apart[c];
    }
    const float weight = values[i] / denominator;
    for (std::size_t c = 0; c < kComponents; ++c) sum[c] += weight * apart[c];
  }
  return sum;
}

struct Descent {
  float exaggeration;
  float learning_rate;
  float momentum;
  float repulsion;  // 1 over the sum of all weights.
};

// One coordinate of one point: its gain grows while the sign stays.
void descend(float gradient, const Descent& descent, float& gain, float& velocity, float& place) {
  const bool goes_on = (gradient > 0.0F) != (velocity > 0.0F);  // Downhill as before.
  gain = std::max(kGainMin, goes_on ? gain + kGainStep : gain * kGainShrink);
  velocity = descent.momentum * velocity - descent.learning_rate * gain * gradient;
  place += velocity;
}

void centre_places(Matrix& places) {
  for (std::size_t c = 0; c < places.cols(); ++c) {
    float* values = places.values().data() + c;
    double mean = 0.0;
    for (std::size_t row = 0; row < places.rows(); ++row) mean += values[row * places.cols()];
    mean /= static_cast<double>(places.rows());
    for (std::size_t row = 0; row < places.rows(); ++row) {
      values[row * places.cols()] -= static_cast<float>(mean);
    }
  }
}

}  // namespace

Tsne::Tsne(MatrixView vectors, const search::NeighborGraph& graph, const TsneOptions& options,
           ThreadPool& pool)
    : options_(checked_tsne(options)) {
  KINDRED_CHECK(vectors.rows == graph.rows);
  const std::size_t near = neighbors_for(options_.perplexity, graph.rows);
  require_tsne(graph.degree >= near, "perplexity", options_.perplexity,
               "at most a third of the neighbours of the graph");
  affinities_ = joint_affinities(search::nearest_of(graph, near), options_.perplexity, pool);
  coordinates_ = tsne_start(vectors, options_, pool);
  pushes_ = Matrix(coordinates_.rows(), coordinates_.cols());
  velocity_.assign(coordinates_.values().size(), 0.0F);
  gains_.assign(velocity_.size(), 1.0F);
}

void Tsne::step(ThreadPool& pool) {
  KINDRED_CHECK(!is_done());
  const bool is_exaggerated = iteration_ < options_.exaggerated_iterations;
  const double normaliser = SpaceTree(coordinates_).repulsion(options_.theta, pushes_, pool);
  const double exaggeration = is_exaggerated ? options_.exaggeration : 1.0;
  const double own_rate = std::max(kLeastRows, static_cast<double>(coordinates_.rows())) /
                          (is_exaggerated ? options_.exaggeration : kSettledShare);
  const double rate = options_.learning_rate > 0.0 ? options_.learning_rate : own_rate;
  const Descent descent{static_cast<float>(exaggeration), static_cast<float>(rate),
                        static_cast<float>(is_exaggerated ? kFirstMomentum : kMomentum),
                        static_cast<float>(1.0 / std::max(normaliser, 1e-300))};
  const std::size_t columns = coordinates_.cols();
  const std::vector<float> before(coordinates_.values().begin(), coordinates_.values().end());
  in_blocks(coordinates_.rows(), pool, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      std::array<float, 3> pull{};
      if (columns == 2) {
        std::ranges::copy(pull_of<2>(affinities_, before.data(), row), pull.begin());
      } else {
        pull = pull_of<3>(affinities_, before.data(), row);
      }
      for (std::size_t c = 0; c < columns; ++c) {
        const std::size_t at = row * columns + c;
        const float push = pushes_.values().data()[at] * descent.repulsion;
        descend(descent.exaggeration * pull[c] - push, descent, gains_[at], velocity_[at],
                coordinates_.values().data()[at]);
      }
    }
  });
  centre_places(coordinates_);
  ++iteration_;
}

double Tsne::divergence(ThreadPool& pool) const {
  Matrix unused(coordinates_.rows(), coordinates_.cols());
  const double normaliser = SpaceTree(coordinates_).repulsion(options_.theta, unused, pool);
  std::vector<double> sums(coordinates_.rows(), 0.0);
  in_blocks(coordinates_.rows(), pool, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      for (std::uint64_t i = affinities_.offsets[row]; i < affinities_.offsets[row + 1]; ++i) {
        double squared = 0.0;
        for (std::size_t c = 0; c < coordinates_.cols(); ++c) {
          squared += std::pow(
              double{coordinates_.row(row)[c]} - coordinates_.row(affinities_.columns[i])[c], 2);
        }
        const double p = affinities_.values[i];
        if (p > 0.0) sums[row] += p * std::log(p * normaliser * (1.0 + squared));
      }
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace kindred::projection
