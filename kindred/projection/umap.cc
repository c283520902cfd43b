#include "kindred/projection/umap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/base/tournament.h"
#include "kindred/linalg/sparse.h"
#include "kindred/projection/fuzzy_graph.h"
#include "kindred/projection/pca.h"
#include "kindred/projection/spectral_start.h"

namespace kindred::projection {
namespace {

constexpr float kStartExtent = 10.0F;
constexpr float kForceMax = 4.0F;  // In each coordinate, before the learning rate.
// Points are dealt into this many blocks, unless they are so few that the meetings would be
// too short to share; docs/design/umap.md.
constexpr std::size_t kBlocks = 16;
constexpr std::size_t kSharedRowsMin = 1024;
constexpr std::uint32_t kPushStream = 0x80000000;  // Plus the epoch.

int default_epochs(std::size_t rows) { return rows <= 10000 ? 500 : 200; }

template <typename T>
void require(bool is_good, const char* name, T value, const char* rule) {
  if (is_good) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("UMAP's {} is {}, not {}", name, value, rule));
}

UmapOptions checked(UmapOptions options, std::size_t rows) {
  require(options.components == 2 || options.components == 3, "components", options.components,
          "2 or 3");
  require(options.neighbors >= 2, "neighbors", options.neighbors, "2 or more");
  require(options.spread > 0.0 && options.spread < 1e3, "spread", options.spread,
          "above 0 and below 1000");
  require(options.min_dist >= 0.0 && options.min_dist <= options.spread, "min_dist",
          options.min_dist, "from 0 to the spread");
  require(options.epochs >= 0 && options.epochs <= 1000000, "epochs", options.epochs,
          "from 0 to 1,000,000");
  require(options.negative_samples >= 0 && options.negative_samples <= 100, "negative_samples",
          options.negative_samples, "from 0 to 100");
  require(options.learning_rate > 0.0 && options.learning_rate <= 100.0, "learning_rate",
          options.learning_rate, "above 0 and at most 100");
  require(options.repulsion >= 0.0 && options.repulsion <= 100.0, "repulsion", options.repulsion,
          "from 0 to 100");
  if (options.epochs == 0) options.epochs = default_epochs(rows);
  return options;
}

Matrix start_of(MatrixView vectors, const SparseMatrix& graph, const UmapOptions& options,
                ThreadPool& pool) {
  const auto components = static_cast<std::size_t>(options.components);
  std::optional<Matrix> start;
  if (options.start == UmapStart::spectral) {
    start = spectral_start(graph, components, options.seed, pool);
  }
  if (!start) {
    const Matrix found = fit_pca(vectors, components, pool).transform(vectors, pool);
    start.emplace(vectors.rows, components);  // Of zeros, where there are too few columns.
    for (std::size_t row = 0; row < vectors.rows; ++row) {
      std::ranges::copy(found.row(row), start->row(row).begin());
    }
  }
  fit_into_box(*start, kStartExtent, options.seed);
  return *std::move(start);
}

// Counter-based as all of Kindred's, but cheaper: one multiplication chain for two numbers.
// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.)
class FastDraws {
 public:
  explicit FastDraws(std::uint64_t state) : state_(state) {}

  // Uniform in [0, count), off by less than count / 2^32. Requires: 0 < count <= 2^32.
  std::uint32_t below(std::uint64_t count) {
    if (spare_ == 0) {
      spare_ = 2;
      bits_ = next();
    }
    --spare_;
    const std::uint64_t word = bits_ & 0xffffffff;
    bits_ >>= 32;
    return static_cast<std::uint32_t>((word * count) >> 32);
  }

 private:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::uint64_t state_;
  std::uint64_t bits_ = 0;
  int spare_ = 0;
};

// The step of one point relative to another.
template <int kComponents>
struct Force {
  Force(const float* self, const float* other, const ForceTable& force) {
    float apart[kComponents];
    float squared = 0.0F;
#pragma GCC unroll 3
    for (int c = 0; c < kComponents; ++c) {
      apart[c] = self[c] - other[c];
      squared += apart[c] * apart[c];
    }
    const float coefficient = force(squared);
#pragma GCC unroll 3
    for (int c = 0; c < kComponents; ++c) {
      step[c] = std::clamp(coefficient * apart[c], -kForceMax, kForceMax);
    }
  }
  float step[kComponents];
};

// Every pair of blocks meets once an epoch, and every block itself.
std::size_t meeting_count(std::size_t blocks) { return blocks * (blocks + 1) / 2; }

// The number of a meeting, in either order of the blocks.
std::size_t meeting(std::size_t a, std::size_t b, std::size_t blocks) {
  const std::size_t low = std::min(a, b);
  const std::size_t high = std::max(a, b);
  return low * blocks - low * (low + 1) / 2 + high;
}

}  // namespace

Umap::Umap(MatrixView vectors, const search::NeighborGraph& graph, const UmapOptions& options,
           ThreadPool& pool)
    : options_(checked(options, graph.rows)),
      forces_(fit_curve(options_.min_dist, options_.spread), options_.repulsion) {
  KINDRED_CHECK(vectors.rows == graph.rows);
  const std::size_t near =
      std::min(static_cast<std::size_t>(options_.neighbors) - 1, graph.rows - 1);
  require(graph.degree >= near, "neighbors", options_.neighbors,
          "at most one more than the neighbours of the graph");
  const SparseMatrix fuzzy = fuzzy_graph(search::nearest_of(graph, near), pool);
  coordinates_ = start_of(vectors, fuzzy, options_, pool);
  block_count_ = graph.rows < kSharedRowsMin ? 1 : kBlocks;

  std::vector<Pull> pulls;
  const float strongest = *std::ranges::max_element(fuzzy.values);
  for (std::uint32_t row = 0; row < fuzzy.rows; ++row) {
    for (std::uint64_t i = fuzzy.offsets[row]; i < fuzzy.offsets[row + 1]; ++i) {
      const double rate = static_cast<double>(fuzzy.values[i]) / strongest;
      if (rate * options_.epochs < 1.0) continue;  // It would never pull.
      pulls.push_back(
          {row, fuzzy.columns[i],
           static_cast<std::uint32_t>(rate * std::numeric_limits<std::uint32_t>::max())});
    }
  }
  sort_into_meetings(std::move(pulls));
}

// A counting sort, so that pulls of one meeting stay in the order of their heads.
void Umap::sort_into_meetings(std::vector<Pull> pulls) {
  meetings_.assign(meeting_count(block_count_) + 1, 0);
  const auto meeting_of = [this](const Pull& pull) {
    return meeting(block_of(pull.head), block_of(pull.tail), block_count_);
  };
  for (const Pull& pull : pulls) ++meetings_[meeting_of(pull) + 1];
  std::partial_sum(meetings_.begin(), meetings_.end(), meetings_.begin());
  std::vector<std::size_t> next(meetings_.begin(), meetings_.end() - 1);
  pulls_.resize(pulls.size());
  for (const Pull& pull : pulls) pulls_[next[meeting_of(pull)]++] = pull;
}

template <int kComponents>
void Umap::meet(std::size_t first_block, std::size_t second_block) {
  float* const positions = coordinates_.values().data();
  const std::size_t rows = coordinates_.rows();
  const std::size_t index = meeting(first_block, second_block, block_count_);
  const auto alpha = static_cast<float>(options_.learning_rate *
                                        (1.0 - static_cast<double>(epoch_) / options_.epochs));
  const std::uint64_t now = static_cast<std::uint64_t>(epoch_) + 1;
  FastDraws draws(
      Rng(options_.seed, kPushStream + static_cast<std::uint32_t>(epoch_), index).next_u64());
  // Rows of the two blocks: first + i * block_count_.
  const std::size_t first_size = (rows - first_block + block_count_ - 1) / block_count_;
  const std::size_t second_size = (rows - second_block + block_count_ - 1) / block_count_;
  const std::size_t both_size = first_block == second_block ? first_size : first_size + second_size;

  for (std::size_t i = meetings_[index]; i < meetings_[index + 1]; ++i) {
    const Pull& pull = pulls_[i];
    // Due when the whole part of epoch x rate has grown.
    const std::uint64_t rate = pull.rate;
    if (((now * rate + rate) >> 32) == ((now * rate) >> 32)) continue;
    float* const head = positions + std::size_t{pull.head} * kComponents;
    float* const tail = positions + std::size_t{pull.tail} * kComponents;
    const Force<kComponents> pulled(head, tail, forces_.attraction);
#pragma GCC unroll 3
    for (int c = 0; c < kComponents; ++c) {
      head[c] += alpha * pulled.step[c];
      tail[c] -= alpha * pulled.step[c];
    }
    // All from where the head is now: none waits for another.
    float pushes[kComponents] = {};
    for (int sample = 0; sample < options_.negative_samples; ++sample) {
      const std::size_t drawn = draws.below(both_size);
      const std::size_t other = drawn < first_size
                                    ? first_block + drawn * block_count_
                                    : second_block + (drawn - first_size) * block_count_;
      // A point is no distance from itself: that push has no direction.
      const Force<kComponents> pushed(head, positions + other * kComponents, forces_.repulsion);
#pragma GCC unroll 3
      for (int c = 0; c < kComponents; ++c) pushes[c] += pushed.step[c];
    }
#pragma GCC unroll 3
    for (int c = 0; c < kComponents; ++c) head[c] += alpha * pushes[c];
  }
}

void Umap::step(ThreadPool& pool) {
  KINDRED_CHECK(!is_done());
  const auto meet_blocks = [this](std::size_t a, std::size_t b) {
    return options_.components == 2 ? meet<2>(a, b) : meet<3>(a, b);
  };
  pool.parallel_for(block_count_, [&](std::size_t block, int) { meet_blocks(block, block); });
  const Tournament tournament(block_count_);
  for (std::size_t round = 0; round < tournament.round_count(); ++round) {
    pool.parallel_for(tournament.matches_per_round(), [&](std::size_t index, int) {
      if (const auto match = tournament.match(round, index)) {
        meet_blocks(match->first, match->second);
      }
    });
  }
  ++epoch_;
}

}  // namespace kindred::projection
