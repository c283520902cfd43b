#include "kindred/search/top_k.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/linalg/kernels/find.h"
#include "kindred/search/best_k.h"

namespace kindred::search {
namespace {

// A tile's scores, 512 KiB, stay in the second-level cache. The first blocks are short,
// because with skewed norms many queries are done after them.
constexpr std::size_t kTileQueries = 128;
constexpr std::size_t kBlockItems = 1024;
constexpr std::size_t kFirstBlockItems = 128;

// Fewer queries than this do not pay for sorting and copying the items.
constexpr std::size_t kBatchQueriesMin = 16;

// Two vectors within this norm have products and sums of products below 1e36, which no
// order of summation can overflow.
constexpr double kNormMax = 1e18;

// The Euclidean norm, never below the true one: rounding in double costs at most
// (d + 2) 2^-53 relative, the factor adds more than that back.
double norm_rounded_up(std::span<const float> vector) {
  double sum = 0.0;
  for (const float value : vector) sum += static_cast<double>(value) * value;
  return std::sqrt(sum) * (1.0 + static_cast<double>(vector.size() + 4) * 0x1p-52);
}

bool is_ordinary(double norm) { return norm <= kNormMax; }  // False for NaN too.

// How far two float dot products of the same vectors can lie apart, and either of them
// from the true value; docs/design/exact_search.md derives it.
struct RoundingBound {
  explicit RoundingBound(std::size_t d) {
    const double n = static_cast<double>(d) + 2.0;
    relative = n * 0x1p-24 / (1.0 - n * 0x1p-24);
    absolute = n * 0x1p-149;
  }
  double score_max(double norms) const { return norms * (1.0 + relative) + absolute; }
  double slack(double norms) const { return 2.0 * (norms * relative + absolute); }

  double relative;  // Times |q| |h|.
  double absolute;  // From products that underflow.
};

float round_down(double value) {
  return std::nextafter(static_cast<float>(value), -std::numeric_limits<float>::infinity());
}

bool is_excluded(std::span<const std::uint32_t> excluded, std::uint32_t id) {
  return std::binary_search(excluded.begin(), excluded.end(), id);
}

// Offers each of `ids` to `best`, without any first pass.
void offer_all(std::span<const float> query, MatrixView items, std::span<const std::uint32_t> ids,
               std::span<const std::uint32_t> excluded, BestK& best) {
  for (const std::uint32_t id : ids) {
    const float score = linalg::dot(query, items.row(id));
    if (score >= best.threshold() && !is_excluded(excluded, id)) best.offer({id, score});
  }
}

std::vector<std::uint32_t> allowed_ids(std::size_t item_count, const std::vector<bool>& allowed) {
  KINDRED_CHECK(allowed.empty() || allowed.size() == item_count);
  std::vector<std::uint32_t> ids;
  ids.reserve(item_count);
  for (std::uint32_t id = 0; id < item_count; ++id) {
    if (allowed.empty() || allowed[id]) ids.push_back(id);
  }
  return ids;
}

std::span<const std::uint32_t> excluded_of(const ExcludedIds& excluded, std::size_t q) {
  return excluded ? excluded(q) : std::span<const std::uint32_t>();
}

// A query that may still improve.
struct OpenQuery {
  std::size_t row = 0;  // In the batch.
  double norm = 0.0;
  std::span<const std::uint32_t> excluded;
  BestK best;
};

}  // namespace

// Queries that go through the blocks together, and their scratch space.
struct BatchTopK::Tile {
  MatrixView queries;           // The whole batch.
  std::vector<OpenQuery> open;  // Those not done yet.
  std::vector<float> vectors;   // open.size() x d: their vectors, side by side.
  std::vector<float> scores;    // open.size() x block: the first pass.
  std::vector<std::vector<Neighbor>>& found;

  // Closes the queries that no item of this norm or below can improve, and moves the
  // vectors of the others together.
  void close_done(const RoundingBound& bound, double norm_max) {
    const std::size_t d = queries.cols;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < open.size(); ++i) {
      OpenQuery& query = open[i];
      if (bound.score_max(query.norm * norm_max) < query.best.threshold()) {
        found[query.row] = query.best.take();
        continue;
      }
      if (kept != i) {
        std::copy_n(vectors.data() + i * d, d, vectors.data() + kept * d);
        open[kept] = std::move(query);
      }
      ++kept;
    }
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(kept), open.end());
  }
};

BatchTopK::BatchTopK(MatrixView items, const std::vector<bool>& allowed) : items_(items) {
  std::vector<double> norms(items.rows);
  for (const std::uint32_t id : allowed_ids(items.rows, allowed)) {
    norms[id] = norm_rounded_up(items.row(id));
    (is_ordinary(norms[id]) ? ids_ : outliers_).push_back(id);
  }
  std::sort(ids_.begin(), ids_.end(), [&norms](std::uint32_t a, std::uint32_t b) {
    return norms[a] != norms[b] ? norms[a] > norms[b] : a < b;
  });
  sorted_ = Matrix(ids_.size(), items.cols);
  for (std::size_t row = 0; row < ids_.size(); ++row) {
    std::ranges::copy(items.row(ids_[row]), sorted_.row(row).begin());
  }
  std::size_t size = kFirstBlockItems;
  for (std::size_t begin = 0; begin < ids_.size();) {
    const std::size_t end = std::min(begin + size, ids_.size());
    blocks_.push_back({begin, end, norms[ids_[begin]]});
    begin = end;
    size = std::min(2 * size, kBlockItems);
  }
}

void BatchTopK::scan_block(const Block& block, Tile& tile) const {
  const std::size_t d = items_.cols;
  const std::size_t width = block.end - block.begin;
  const RoundingBound bound(d);
  linalg::multiply_transposed({tile.vectors.data(), tile.open.size(), d, d},
                              sorted_.view().slice(block.begin, block.end),
                              {tile.scores.data(), tile.open.size(), width, width});
  for (std::size_t i = 0; i < tile.open.size(); ++i) {
    OpenQuery& query = tile.open[i];
    const double slack = bound.slack(query.norm * block.norm_max);
    const std::span<const float> vector = tile.queries.row(query.row);
    const std::span<const float> scores(tile.scores.data() + i * width, width);
    float limit = round_down(query.best.threshold() - slack);
    for (std::size_t at = linalg::find_at_least(scores, limit, 0); at < width;
         at = linalg::find_at_least(scores, limit, at + 1)) {
      const std::uint32_t id = ids_[block.begin + at];
      if (is_excluded(query.excluded, id)) continue;
      query.best.offer({id, linalg::dot(vector, items_.row(id))});
      limit = round_down(query.best.threshold() - slack);
    }
  }
}

void BatchTopK::search_tile(Tile& tile) const {
  const std::size_t d = items_.cols;
  const RoundingBound bound(d);
  tile.vectors.resize(tile.open.size() * d);
  tile.scores.resize(tile.open.size() * kBlockItems);
  for (std::size_t i = 0; i < tile.open.size(); ++i) {
    std::ranges::copy(tile.queries.row(tile.open[i].row),
                      tile.vectors.begin() + static_cast<std::ptrdiff_t>(i * d));
  }
  for (const Block& block : blocks_) {
    tile.close_done(bound, block.norm_max);
    if (tile.open.empty()) return;
    scan_block(block, tile);
  }
  for (OpenQuery& query : tile.open) tile.found[query.row] = query.best.take();
}

std::vector<std::vector<Neighbor>> BatchTopK::search(MatrixView queries, std::size_t k,
                                                     const ExcludedIds& excluded,
                                                     ThreadPool& pool) const {
  KINDRED_CHECK(queries.cols == items_.cols && k > 0);
  std::vector<std::vector<Neighbor>> found(queries.rows);
  const std::size_t tile_count = (queries.rows + kTileQueries - 1) / kTileQueries;
  pool.parallel_for(tile_count, [&](std::size_t t, int) {
    Tile tile{queries, {}, {}, {}, found};
    const std::size_t end = std::min((t + 1) * kTileQueries, queries.rows);
    for (std::size_t row = t * kTileQueries; row < end; ++row) {
      OpenQuery query{row, norm_rounded_up(queries.row(row)), excluded_of(excluded, row), BestK(k)};
      offer_all(queries.row(row), items_, outliers_, query.excluded, query.best);
      if (is_ordinary(query.norm)) {
        tile.open.push_back(std::move(query));
      } else {
        offer_all(queries.row(row), items_, ids_, query.excluded, query.best);
        found[row] = query.best.take();
      }
    }
    search_tile(tile);
  });
  return found;
}

std::vector<std::vector<Neighbor>> top_k(MatrixView queries, MatrixView items, std::size_t k,
                                         const TopKFilter& filter, ThreadPool& pool) {
  KINDRED_CHECK(queries.cols == items.cols && k > 0);
  if (queries.rows >= kBatchQueriesMin) {
    return BatchTopK(items, filter.allowed).search(queries, k, filter.excluded, pool);
  }
  std::vector<std::vector<Neighbor>> found(queries.rows);
  const std::vector<std::uint32_t> ids = allowed_ids(items.rows, filter.allowed);
  pool.parallel_for(queries.rows, [&](std::size_t q, int) {
    BestK best(k);
    offer_all(queries.row(q), items, ids, excluded_of(filter.excluded, q), best);
    found[q] = best.take();
  });
  return found;
}

}  // namespace kindred::search
