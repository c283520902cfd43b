#include "kindred/search/neighbor_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/tournament.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/linalg/kernels/find.h"
#include "kindred/search/best_k.h"
#include "kindred/search/normalised_rows.h"
#include "kindred/search/shadow.h"

namespace kindred::search {
namespace {

// The scores of a tile, 512 KiB, stay in the second-level cache.
constexpr std::size_t kGraphTileRows = 128;
constexpr std::size_t kGraphBlockRows = 1024;
// Among the rows themselves tiles of so many meet each other: 1 MiB of scores.
constexpr std::size_t kPairTileRows = 512;
// Rows between two reports of progress.
constexpr std::size_t kWaveRows = 16 * kGraphTileRows;

// Long vectors are looked for by their shadows (shadow.h) where a sample of rows says that few
// would be measured in vain: a measurement costs as much as a row of products of twelve others.
constexpr std::size_t kShadowColumns = 96;
constexpr std::size_t kShadowedColumnsMin = 4 * kShadowColumns;
constexpr std::size_t kShadowedColumnsMax = 1 << 18;  // As far as the bound is proven.
constexpr std::size_t kShadowedRowsMin = 4096;
constexpr std::size_t kShadowSampleRows = 24;
constexpr double kShadowMeasuredMax = 0.01;  // Of all rows.

// Vectors within this norm have squared distances that no order of summation overflows.
constexpr double kNormMax = 1e18;

std::vector<double> column_means(MatrixView vectors) {
  std::vector<double> means(vectors.cols, 0.0);
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    const std::span<const float> values = vectors.row(row);
    for (std::size_t i = 0; i < values.size(); ++i) means[i] += values[i];
  }
  for (double& mean : means) mean /= static_cast<double>(vectors.rows);
  return means;
}

// Vectors moved by -means, with one more column. Against (x_i, 1) the product with
// (x_j, -|x_j|^2 / 2) is (|x_i|^2 - |x_i - x_j|^2) / 2.
struct Centred {
  enum class Side { query, item };

  Centred(MatrixView vectors, std::span<const double> means, Side side)
      : rows(vectors.rows, vectors.cols + 1), norms(vectors.rows) {
    for (std::size_t row = 0; row < vectors.rows; ++row) {
      const std::span<float> out = rows.row(row);
      double sum = 0.0;
      for (std::size_t i = 0; i < vectors.cols; ++i) {
        out[i] = static_cast<float>(vectors.row(row)[i] - means[i]);
        sum += static_cast<double>(out[i]) * out[i];
      }
      out.back() = side == Side::query ? 1.0F : static_cast<float>(-0.5 * sum);
      norms[row] = std::sqrt(sum);
      norm_max = std::max(norm_max, norms[row]);
    }
  }

  Matrix rows;
  std::vector<double> norms;
  double norm_max = 0.0;
};

using Progress = std::function<void(std::size_t rows_done)>;

// The progress of a stage that goes through all rows, as progress from `begin` to `end`.
Progress stage(const Progress& progress, std::size_t rows, std::size_t begin, std::size_t end) {
  if (!progress) return {};
  return [=](std::size_t rows_done) { progress(begin + rows_done * (end - begin) / rows); };
}

class EuclideanSearch {
 public:
  EuclideanSearch(MatrixView queries, MatrixView vectors, std::size_t k, bool skip_self)
      : queries_(queries), vectors_(vectors), k_(k), skip_self_(skip_self) {
    const std::vector<double> means = column_means(vectors);
    items_ = std::make_unique<Centred>(vectors, means, Centred::Side::item);
    if (skip_self) {
      lengths_ = items_->norms;
      is_ordinary_ = items_->norm_max <= kNormMax;
    } else {
      asked_ = std::make_unique<Centred>(queries, means, Centred::Side::query);
      lengths_ = asked_->norms;
      is_ordinary_ = std::max(items_->norm_max, asked_->norm_max) <= kNormMax;
    }
    length_max_ = items_->norm_max;
  }

  // The lists of rows [begin, end), at most a tile.
  void search(std::size_t begin, std::size_t end, std::vector<std::vector<Neighbor>>& found) const {
    std::vector<BestK> best(end - begin, BestK(k_));
    if (is_ordinary_) {
      scan_blocks(begin, end, best);
    } else {
      for (std::size_t row = begin; row < end; ++row) {
        for (std::uint32_t id = 0; id < vectors_.rows; ++id) offer(row, id, best[row - begin]);
      }
    }
    for (std::size_t row = begin; row < end; ++row) found[row] = best[row - begin].take();
  }

  // Whether search_among() can be asked.
  bool serves_pairs() const noexcept {
    return skip_self_ && is_ordinary_ && vectors_.rows > kPairTileRows;
  }

  // Looks for neighbours by shadows from now on, if that pays. Requires: serves_pairs().
  void use_shadows(const Progress& progress, ThreadPool& pool) {
    if (vectors_.rows < kShadowedRowsMin) return;
    if (vectors_.cols < kShadowedColumnsMin || vectors_.cols >= kShadowedColumnsMax) return;
    Shadow shadow = shadow_of(centred({0, vectors_.rows}), kShadowColumns, pool);
    if (measured_by(shadow, pool) > kShadowMeasuredMax) return;
    bounds_ = bounds_by(shadow, progress, pool);
    const std::vector<double> origin(shadow.rows.cols(), 0.0);
    items_ = std::make_unique<Centred>(shadow.rows, origin, Centred::Side::item);
    slack_ = shadow.slack;
  }

  bool has_shadows() const noexcept { return !bounds_.empty(); }

  // The lists of all rows among themselves. A tile of rows meets each other tile once, and the
  // product serves the lists of both.
  void search_among(const Progress& progress, ThreadPool& pool,
                    std::vector<std::vector<Neighbor>>& found) const {
    const std::size_t rows = vectors_.rows;
    std::vector<BestK> best(rows, BestK(k_));
    const std::size_t tiles = (rows + kPairTileRows - 1) / kPairTileRows;
    pool.parallel_for(tiles, [&](std::size_t tile, int) { meet(tile, tile, best); });
    const Tournament tournament(tiles);
    for (std::size_t round = 0; round < tournament.round_count(); ++round) {
      pool.parallel_for(tournament.matches_per_round(), [&](std::size_t index, int) {
        if (const auto match = tournament.match(round, index)) {
          meet(match->first, match->second, best);
        }
      });
      if (progress) progress(rows * (round + 1) / tournament.round_count());
    }
    pool.parallel_for(tiles, [&](std::size_t tile, int) {
      const std::size_t end = std::min((tile + 1) * kPairTileRows, rows);
      for (std::size_t row = tile * kPairTileRows; row < end; ++row) found[row] = best[row].take();
    });
  }

 private:
  struct Tile {
    std::size_t begin;
    std::size_t end;

    std::size_t size() const noexcept { return end - begin; }
  };

  Tile tile(std::size_t number) const {
    return {number * kPairTileRows, std::min((number + 1) * kPairTileRows, vectors_.rows)};
  }

  // The share of all rows that a row would measure whose neighbours are known; of a few rows.
  double measured_by(const Shadow& shadow, ThreadPool& pool) const {
    std::vector<std::size_t> counts(kShadowSampleRows);
    pool.parallel_for(counts.size(), [&](std::size_t i, int) {
      const std::size_t row = i * vectors_.rows / counts.size();
      BestK best(k_);
      for (std::uint32_t id = 0; id < vectors_.rows; ++id) offer(row, id, best);
      const double reach = lengths_[row] + length_max_;
      const double limit = shadow.slack * reach * reach - static_cast<double>(best.threshold());
      for (std::size_t id = 0; id < vectors_.rows; ++id) {
        const float apart = linalg::squared_distance(shadow.rows.row(row), shadow.rows.row(id));
        counts[i] += apart <= limit ? 1 : 0;
      }
    });
    return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::size_t{0})) /
           (static_cast<double>(counts.size()) * static_cast<double>(vectors_.rows));
  }

  // A squared distance of every row that k others are within: those of the nearest shadows.
  std::vector<float> bounds_by(const Shadow& shadow, const Progress& progress,
                               ThreadPool& pool) const {
    std::vector<std::vector<Neighbor>> nearest(vectors_.rows);
    EuclideanSearch(shadow.rows, shadow.rows, k_, true).search_among(progress, pool, nearest);
    std::vector<float> bounds(vectors_.rows, 0.0F);
    pool.parallel_for(
        (vectors_.rows + kGraphTileRows - 1) / kGraphTileRows, [&](std::size_t tile, int) {
          const std::size_t end = std::min((tile + 1) * kGraphTileRows, vectors_.rows);
          for (std::size_t row = tile * kGraphTileRows; row < end; ++row) {
            for (const Neighbor& near : nearest[row]) {
              bounds[row] = std::max(
                  bounds[row], linalg::squared_distance(vectors_.row(row), vectors_.row(near.id)));
            }
          }
        });
    return bounds;
  }

  // The rows of a tile without the column of norms.
  linalg::ConstBlock centred(const Tile& tile) const {
    const std::size_t stride = items_->rows.cols();
    return {items_->rows.values().data() + tile.begin * stride, tile.size(), stride - 1, stride};
  }

  // Half of the squared norm, as the item's side of a product has it.
  float half_norm(std::size_t row) const { return -items_->rows.row(row).back(); }

  // Products of centred rows: one line for each of `queries`, one column for each of `others`.
  // (x_i, x_j) >= |x_j|^2 / 2 + limit of i: row j may be among the nearest of i, and the other way
  // round.
  struct Meeting {
    Tile queries;
    Tile others;
    std::vector<float> products;

    std::span<const float> products_of(std::size_t query) const {
      return std::span(products).subspan((query - queries.begin) * others.size(), others.size());
    }
  };

  void meet(std::size_t first, std::size_t second, std::vector<BestK>& best) const {
    Meeting meeting{tile(first), tile(second), {}};
    const std::size_t width = meeting.others.size();
    meeting.products.resize(meeting.queries.size() * width);
    linalg::multiply_transposed(centred(meeting.queries), centred(meeting.others),
                                {meeting.products.data(), meeting.queries.size(), width, width});
    serve_queries(meeting, best);
    if (first != second) serve_others(meeting, best);
  }

  void serve_queries(const Meeting& meeting, std::vector<BestK>& best) const {
    const Tile& others = meeting.others;
    std::vector<float> halves(others.size());
    for (std::size_t i = 0; i < others.size(); ++i) halves[i] = half_norm(others.begin + i);
    for (std::size_t row = meeting.queries.begin; row < meeting.queries.end; ++row) {
      const std::span<const float> values = meeting.products_of(row);
      float least = limit(row, best[row]);
      for (std::size_t at = linalg::find_at_least(values, halves, least, 0); at < values.size();
           at = linalg::find_at_least(values, halves, least, at + 1)) {
        offer(row, static_cast<std::uint32_t>(others.begin + at), best[row]);
        least = limit(row, best[row]);
      }
    }
  }

  void serve_others(const Meeting& meeting, std::vector<BestK>& best) const {
    const Tile& others = meeting.others;
    std::vector<float> limits(others.size());
    for (std::size_t i = 0; i < others.size(); ++i) {
      limits[i] = limit(others.begin + i, best[others.begin + i]);
    }
    for (std::size_t row = meeting.queries.begin; row < meeting.queries.end; ++row) {
      const std::span<const float> values = meeting.products_of(row);
      const float half = half_norm(row);
      for (std::size_t at = linalg::find_at_least(values, limits, half, 0); at < values.size();
           at = linalg::find_at_least(values, limits, half, at + 1)) {
        const std::size_t other = others.begin + at;
        offer(other, static_cast<std::uint32_t>(row), best[other]);
        limits[at] = limit(other, best[other]);
      }
    }
  }

  void offer(std::size_t row, std::uint32_t id, BestK& best) const {
    if (skip_self_ && id == row) return;
    best.offer({id, -linalg::squared_distance(queries_.row(row), vectors_.row(id))});
  }

  double norm_of(std::size_t row) const {
    return skip_self_ ? items_->norms[row] : asked_->norms[row];
  }

  // Rows [begin, end) as the left side of the product.
  Matrix tile_of(std::size_t begin, std::size_t end) const {
    Matrix tile(end - begin, items_->rows.cols());
    const Matrix& source = skip_self_ ? items_->rows : asked_->rows;
    for (std::size_t row = begin; row < end; ++row) {
      std::ranges::copy(source.row(row), tile.row(row - begin).begin());
      tile.row(row - begin).back() = 1.0F;
    }
    return tile;
  }

  // What the product must reach for a distance to have a chance against the k-th so far.
  float limit(std::size_t row, const BestK& best) const {
    const double norm = norm_of(row);
    const double reach = lengths_[row] + length_max_;
    const double n = static_cast<double>(vectors_.cols) + 8.0;
    const double slack = (4.0 * n * 0x1p-24 + slack_) * reach * reach + n * 0x1p-140;
    double squared_max = -static_cast<double>(best.threshold());  // Infinite at first.
    if (has_shadows()) squared_max = std::min(squared_max, static_cast<double>(bounds_[row]));
    const double value = 0.5 * (norm * norm - squared_max - slack);
    return std::nextafter(static_cast<float>(value), -std::numeric_limits<float>::infinity());
  }

  void scan_blocks(std::size_t begin, std::size_t end, std::vector<BestK>& best) const {
    const Matrix tile = tile_of(begin, end);
    std::vector<float> scores(tile.rows() * kGraphBlockRows);
    for (std::size_t first = 0; first < vectors_.rows; first += kGraphBlockRows) {
      const std::size_t width = std::min(kGraphBlockRows, vectors_.rows - first);
      linalg::multiply_transposed(tile.view(), items_->rows.view().slice(first, first + width),
                                  {scores.data(), tile.rows(), width, width});
      for (std::size_t row = begin; row < end; ++row) {
        BestK& list = best[row - begin];
        const std::span<const float> values(scores.data() + (row - begin) * width, width);
        float least = limit(row, list);
        for (std::size_t at = linalg::find_at_least(values, least, 0); at < width;
             at = linalg::find_at_least(values, least, at + 1)) {
          offer(row, static_cast<std::uint32_t>(first + at), list);
          least = limit(row, list);
        }
      }
    }
  }

  MatrixView queries_;
  MatrixView vectors_;
  std::size_t k_;
  bool skip_self_;
  std::unique_ptr<Centred> items_;
  std::unique_ptr<Centred> asked_;  // Null where queries and vectors are the same.
  std::vector<double> lengths_;     // Of the rows that are asked for, centred.
  double length_max_ = 0.0;         // Of the rows that are found.
  double slack_ = 0.0;              // Of shadows.
  std::vector<float> bounds_;       // Squared, of the k-th neighbour; empty without shadows.
  bool is_ordinary_ = true;
};

void require_finite(MatrixView vectors) {
  for (std::size_t row = 0; row < vectors.rows; ++row) {
    for (const float value : vectors.row(row)) {
      if (std::isfinite(value)) continue;
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("row {} holds {}: it has no neighbours", row, value));
    }
  }
}

float distance_of(Metric metric, float score) {
  switch (metric) {
    case Metric::dot:
      return -score;
    case Metric::cosine:
      return 1.0F - score;
    case Metric::euclidean:
      return std::sqrt(-score);
  }
  return 0.0F;
}

struct Query {
  MatrixView queries;
  MatrixView vectors;
  bool skip_self;
};

void search_euclidean(const Query& query, const NeighborGraphOptions& options, std::size_t k,
                      ThreadPool& pool, std::vector<std::vector<Neighbor>>& found) {
  EuclideanSearch search(query.queries, query.vectors, k, query.skip_self);
  const std::size_t rows = query.queries.rows;
  if (search.serves_pairs()) {
    // With shadows there are two searches.
    search.use_shadows(stage(options.progress, rows, 0, rows / 2), pool);
    const std::size_t done = search.has_shadows() ? rows / 2 : 0;
    return search.search_among(stage(options.progress, rows, done, rows), pool, found);
  }
  for (std::size_t wave = 0; wave < rows; wave += kWaveRows) {
    const std::size_t wave_end = std::min(wave + kWaveRows, rows);
    pool.parallel_for((wave_end - wave + kGraphTileRows - 1) / kGraphTileRows,
                      [&](std::size_t t, int) {
                        const std::size_t begin = wave + t * kGraphTileRows;
                        search.search(begin, std::min(begin + kGraphTileRows, wave_end), found);
                      });
    if (options.progress) options.progress(wave_end);
  }
}

void search_products(const Query& query, const NeighborGraphOptions& options, std::size_t k,
                     ThreadPool& pool, std::vector<std::vector<Neighbor>>& found) {
  const BatchTopK index(query.vectors, {}, pool);
  const std::size_t rows = query.queries.rows;
  for (std::size_t wave = 0; wave < rows; wave += kWaveRows) {
    const std::size_t wave_end = std::min(wave + kWaveRows, rows);
    std::vector<std::uint32_t> self(wave_end - wave);
    for (std::size_t i = 0; i < self.size(); ++i) self[i] = static_cast<std::uint32_t>(wave + i);
    ExcludedIds excluded;
    if (query.skip_self) {
      excluded = [&self](std::size_t q) {
        return std::span<const std::uint32_t>(self).subspan(q, 1);
      };
    }
    auto lists = index.search(query.queries.slice(wave, wave_end), k, {excluded, {}}, pool);
    std::ranges::move(lists, found.begin() + static_cast<std::ptrdiff_t>(wave));
    if (options.progress) options.progress(wave_end);
  }
}

NeighborGraph search_all(const Query& query, const NeighborGraphOptions& options,
                         ThreadPool& pool) {
  const std::size_t available = query.vectors.rows - (query.skip_self ? 1 : 0);
  NeighborGraph graph;
  graph.rows = query.queries.rows;
  graph.degree = std::min(options.neighbors, available);
  graph.metric = options.metric;
  KINDRED_CHECK(graph.degree > 0);
  std::vector<std::vector<Neighbor>> found(graph.rows);
  if (options.metric == Metric::euclidean) {
    search_euclidean(query, options, graph.degree, pool, found);
  } else if (options.metric == Metric::dot) {
    search_products(query, options, graph.degree, pool, found);
  } else {
    const Matrix items = normalised_rows(query.vectors);
    if (query.skip_self) {
      search_products({items, items, true}, options, graph.degree, pool, found);
    } else {
      const Matrix queries = normalised_rows(query.queries);
      search_products({queries, items, false}, options, graph.degree, pool, found);
    }
  }
  graph.ids.reserve(graph.rows * graph.degree);
  graph.distances.reserve(graph.rows * graph.degree);
  for (const std::vector<Neighbor>& list : found) {
    KINDRED_CHECK(list.size() == graph.degree);
    for (const Neighbor& neighbor : list) {
      graph.ids.push_back(neighbor.id);
      graph.distances.push_back(distance_of(options.metric, neighbor.score));
    }
  }
  return graph;
}

}  // namespace

NeighborGraph neighbor_graph(MatrixView vectors, const NeighborGraphOptions& options,
                             ThreadPool& pool) {
  if (vectors.rows < 2 || vectors.cols == 0) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{} rows of {} columns have no neighbours",
                                                         vectors.rows, vectors.cols));
  }
  require_finite(vectors);
  return search_all({vectors, vectors, true}, options, pool);
}

NeighborGraph neighbors_among(MatrixView queries, MatrixView vectors,
                              const NeighborGraphOptions& options, ThreadPool& pool) {
  if (vectors.rows == 0 || vectors.cols == 0 || queries.cols != vectors.cols) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("points of {} columns cannot be looked up among {} rows of {}",
                            queries.cols, vectors.rows, vectors.cols));
  }
  require_finite(queries);
  require_finite(vectors);
  return search_all({queries, vectors, false}, options, pool);
}

NeighborGraph nearest_of(const NeighborGraph& graph, std::size_t neighbors) {
  KINDRED_CHECK(neighbors <= graph.degree);
  NeighborGraph out;
  out.rows = graph.rows;
  out.degree = neighbors;
  out.metric = graph.metric;
  for (std::size_t row = 0; row < graph.rows; ++row) {
    const auto ids = graph.ids_of(row).first(neighbors);
    const auto distances = graph.distances_of(row).first(neighbors);
    out.ids.insert(out.ids.end(), ids.begin(), ids.end());
    out.distances.insert(out.distances.end(), distances.begin(), distances.end());
  }
  return out;
}

}  // namespace kindred::search
