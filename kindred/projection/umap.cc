#include "kindred/projection/umap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>

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
// Points are dealt into this many blocks, unless they are so few that the meetings would be
// too short to share; docs/design/umap.md.
constexpr std::size_t kBlocks = 16;
constexpr std::size_t kSharedRowsMin = 1024;
constexpr std::uint32_t kPushStream = 0x80000000;  // Plus the epoch.

int default_epochs(std::size_t rows) { return rows <= 10000 ? 350 : 200; }

template <typename T>
void require_umap(bool is_good, const char* name, T value, const char* rule) {
  if (is_good) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("UMAP's {} is {}, not {}", name, value, rule));
}

UmapOptions checked_umap(UmapOptions options, std::size_t rows) {
  require_umap(options.components == 2 || options.components == 3, "components", options.components,
               "2 or 3");
  require_umap(options.neighbors >= 2, "neighbors", options.neighbors, "2 or more");
  require_umap(options.spread > 0.0 && options.spread < 1e3, "spread", options.spread,
               "above 0 and below 1000");
  require_umap(options.min_dist >= 0.0 && options.min_dist <= options.spread, "min_dist",
               options.min_dist, "from 0 to the spread");
  require_umap(options.epochs >= 0 && options.epochs <= 1000000, "epochs", options.epochs,
               "from 0 to 1,000,000");
  require_umap(options.negative_samples >= 0 && options.negative_samples <= 100, "negative_samples",
               options.negative_samples, "from 0 to 100");
  require_umap(options.learning_rate > 0.0 && options.learning_rate <= 100.0, "learning_rate",
               options.learning_rate, "above 0 and at most 100");
  require_umap(options.repulsion >= 0.0 && options.repulsion <= 100.0, "repulsion",
               options.repulsion, "from 0 to 100");
  if (options.epochs == 0) options.epochs = default_epochs(rows);
  return options;
}

Matrix umap_start(MatrixView vectors, const SparseMatrix& graph, const UmapOptions& options,
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

// Every pair of blocks meets once an epoch, and every block itself.
std::size_t meeting_count(std::size_t blocks) { return blocks * (blocks + 1) / 2; }

// The number of a meeting, in either order of the blocks.
std::size_t meeting(std::size_t a, std::size_t b, std::size_t blocks) {
  const std::size_t low = std::min(a, b);
  const std::size_t high = std::max(a, b);
  return low * blocks - low * (low + 1) / 2 + high;
}

linalg::PullPushForces forces_of(const UmapOptions& options) {
  const Curve curve = fit_curve(options.min_dist, options.spread);
  // More pushes are drawn than are asked for, and weaker: as strong together, less by chance.
  const double share = static_cast<double>(options.negative_samples) / linalg::kPushes;
  return {static_cast<float>(curve.a), static_cast<float>(curve.b),
          static_cast<float>(2.0 * curve.b * options.repulsion * share)};
}

}  // namespace

Umap::Umap(MatrixView vectors, const search::NeighborGraph& graph, const UmapOptions& options,
           ThreadPool& pool)
    : options_(checked_umap(options, graph.rows)), forces_(forces_of(options_)) {
  KINDRED_CHECK(vectors.rows == graph.rows);
  const std::size_t near =
      std::min(static_cast<std::size_t>(options_.neighbors) - 1, graph.rows - 1);
  require_umap(graph.degree >= near, "neighbors", options_.neighbors,
               "at most one more than the neighbours of the graph");
  const SparseMatrix fuzzy = fuzzy_graph(search::nearest_of(graph, near), pool);
  coordinates_ = umap_start(vectors, fuzzy, options_, pool);
  block_count_ = graph.rows < kSharedRowsMin ? 1 : kBlocks;
  places_ = Matrix(graph.rows, 4);
  for (std::size_t row = 0; row < graph.rows; ++row) {
    std::ranges::copy(coordinates_.row(row), places_.row(place_of(row)).begin());
  }

  std::vector<Pull> pulls;
  const float strongest = *std::ranges::max_element(fuzzy.values);
  for (std::uint32_t row = 0; row < fuzzy.rows; ++row) {
    for (std::uint64_t i = fuzzy.offsets[row]; i < fuzzy.offsets[row + 1]; ++i) {
      const double rate = static_cast<double>(fuzzy.values[i]) / strongest;
      if (rate * options_.epochs < 1.0) continue;  // It would never pull.
      pulls.push_back(
          {{row, fuzzy.columns[i]},
           static_cast<std::uint32_t>(rate * std::numeric_limits<std::uint32_t>::max())});
    }
  }
  sort_into_meetings(pulls);
}

std::size_t Umap::block_size(std::size_t block) const noexcept {
  return (coordinates_.rows() - block + block_count_ - 1) / block_count_;
}

std::uint32_t Umap::block_begin(std::size_t block) const noexcept {
  // The first rows % block_count_ blocks have one row more.
  const std::size_t rows = coordinates_.rows();
  return static_cast<std::uint32_t>(block * (rows / block_count_) +
                                    std::min(block, rows % block_count_));
}

std::uint32_t Umap::place_of(std::size_t row) const noexcept {
  return block_begin(block_of(row)) + static_cast<std::uint32_t>(row / block_count_);
}

// A counting sort, so that pulls of one meeting stay in the order of their heads.
void Umap::sort_into_meetings(const std::vector<Pull>& pulls) {
  meetings_.assign(meeting_count(block_count_) + 1, 0);
  const auto meeting_of = [this](const Pull& pull) {
    return meeting(block_of(pull.pair.head), block_of(pull.pair.tail), block_count_);
  };
  for (const Pull& pull : pulls) ++meetings_[meeting_of(pull) + 1];
  std::partial_sum(meetings_.begin(), meetings_.end(), meetings_.begin());
  std::vector<std::size_t> next(meetings_.begin(), meetings_.end() - 1);
  pulls_.resize(pulls.size());
  for (const Pull& pull : pulls) {
    pulls_[next[meeting_of(pull)]++] = {{place_of(pull.pair.head), place_of(pull.pair.tail)},
                                        pull.rate};
  }
}

// The pairs of a meeting that pull in this epoch: the whole part of epoch x rate grows, which is
// where its fraction, in units of 2^-32, wraps around.
std::vector<linalg::PointPair> Umap::due_in(std::size_t index) const {
  const std::span<const Pull> pulls =
      std::span(pulls_).subspan(meetings_[index], meetings_[index + 1] - meetings_[index]);
  const auto now = static_cast<std::uint32_t>(epoch_) + 1;
  std::vector<linalg::PointPair> due(pulls.size());
  std::size_t count = 0;
  for (const Pull& pull : pulls) {
    due[count] = pull.pair;  // Without a branch, which could not be foretold.
    const std::uint32_t fraction = now * pull.rate;
    count += fraction + pull.rate < fraction ? 1 : 0;
  }
  due.resize(count);
  return due;
}

void Umap::meet(std::size_t first_block, std::size_t second_block) {
  const std::size_t index = meeting(first_block, second_block, block_count_);
  const auto stream = kPushStream + static_cast<std::uint32_t>(epoch_);
  linalg::PushDraws draws{.first_begin = block_begin(first_block),
                          .first_size = static_cast<std::uint32_t>(block_size(first_block)),
                          .key = Rng(options_.seed, stream, index).next_u64()};
  if (first_block != second_block) {
    draws.second_begin = block_begin(second_block);
    draws.second_size = static_cast<std::uint32_t>(block_size(second_block));
  }
  const double rest = 1.0 - static_cast<double>(epoch_) / options_.epochs;
  linalg::pull_and_push(places_.values().data(), due_in(index), draws, forces_,
                        static_cast<float>(options_.learning_rate * rest));
}

void Umap::step(ThreadPool& pool) {
  KINDRED_CHECK(!is_done());
  pool.parallel_for(block_count_, [&](std::size_t block, int) { meet(block, block); });
  const Tournament tournament(block_count_);
  for (std::size_t round = 0; round < tournament.round_count(); ++round) {
    pool.parallel_for(tournament.matches_per_round(), [&](std::size_t index, int) {
      if (const auto match = tournament.match(round, index)) {
        meet(match->first, match->second);
      }
    });
  }
  for (std::size_t block = 0; block < block_count_; ++block) {
    const std::size_t begin = block_begin(block);
    const std::size_t size = block_size(block);
    for (std::size_t i = 0; i < size; ++i) {
      std::ranges::copy(places_.row(begin + i).first(coordinates_.cols()),
                        coordinates_.row(block + i * block_count_).begin());
    }
  }
  ++epoch_;
}

}  // namespace kindred::projection
