#include "kindred/search/top_k.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/search/best_k.h"
#include "kindred/search/excluded_set.h"
#include "kindred/search/rounding.h"

namespace kindred::search {

using Lists = std::vector<std::vector<Neighbor>>;

namespace {

// The codes of a tile's queries stay in the second-level cache.
constexpr std::size_t kTileQueries = 256;

// Fewer queries than this do not pay for preparing the items.
constexpr std::size_t kBatchQueriesMin = 16;

// A filter that allows fewer than one item in so many is answered from those items alone.
constexpr std::size_t kSelectiveShare = 8;

// The items of the first blocks are scored without a first pass until there are so many for
// each of the k wanted: that gives the threshold of the first block that is scanned.
constexpr std::size_t kSeedsPerResult = 2;

// Items to one task of the pool.
constexpr std::size_t kChunkItems = 4096;

// Scores computed together before any is offered.
constexpr std::size_t kScoresTogether = 256;

std::vector<std::uint32_t> allowed_ids(std::size_t item_count, const std::vector<bool>& allowed) {
  KINDRED_CHECK(allowed.empty() || allowed.size() == item_count);
  std::vector<std::uint32_t> ids;
  ids.reserve(item_count);
  for (std::uint32_t id = 0; id < item_count; ++id) {
    if (allowed.empty() || allowed[id]) ids.push_back(id);
  }
  return ids;
}

bool allows(const TopKFilter& filter, std::uint32_t id) {
  return filter.allowed.empty() || filter.allowed[id];
}

std::vector<std::uint32_t> allowed_of(std::span<const std::uint32_t> ids,
                                      const TopKFilter& filter) {
  std::vector<std::uint32_t> some;
  std::ranges::copy_if(ids, std::back_inserter(some),
                       [&](std::uint32_t id) { return allows(filter, id); });
  return some;
}

// A query that may still improve.
struct OpenQuery {
  std::size_t row = 0;  // In the batch.
  QuantisedQuery quantised;
  ExcludedSet excluded;
  BestK best;
};

void offer(float score, std::uint32_t id, const ExcludedSet& excluded, BestK& best) {
  if (score >= best.threshold() && !excluded.contains(id)) best.offer({id, score});
}

// Scores the pairs of the query with `ids` and keeps the best of them.
void offer_all(std::span<const float> query, MatrixView items, std::span<const std::uint32_t> ids,
               const ExcludedSet& excluded, BestK& best) {
  std::array<float, kScoresTogether> scores;
  for (std::size_t begin = 0; begin < ids.size(); begin += kScoresTogether) {
    const auto some = ids.subspan(begin, std::min(kScoresTogether, ids.size() - begin));
    linalg::dots(query, items.data, some, std::span(scores).first(some.size()));
    for (std::size_t i = 0; i < some.size(); ++i) offer(scores[i], some[i], excluded, best);
  }
}

ExcludedSet excluded_of(const ExcludedIds& excluded, std::size_t query) {
  return excluded ? ExcludedSet(excluded(query)) : ExcludedSet();
}

// The plain loop over some of the items.
Lists plain_top_k(MatrixView queries, MatrixView items, std::size_t k,
                  std::span<const std::uint32_t> ids, const ExcludedIds& excluded,
                  ThreadPool& pool) {
  Lists found(queries.rows);
  pool.parallel_for(queries.rows, [&](std::size_t q, int) {
    BestK best(k);
    offer_all(queries.row(q), items, ids, excluded_of(excluded, q), best);
    found[q] = best.take();
  });
  return found;
}

}  // namespace

// What all tiles of one search share.
struct BatchTopK::Search {
  MatrixView queries;
  std::size_t k = 0;
  const TopKFilter& filter;
  std::size_t seed_rows = 0;                 // The first of the blocks, and whole ones.
  std::vector<std::uint32_t> scored_by_all;  // Outliers and the seeds; what is allowed of them.
  RoundingBound rounding;
  Lists& found;
};

// Queries that go through the blocks together, and a thread's space for them.
struct BatchTopK::Tile {
  std::vector<OpenQuery> open;       // Those not done yet.
  std::vector<std::int8_t> codes;    // Of each of them, side by side.
  std::vector<std::int32_t> starts;  // Of each in the block at hand.
  std::unique_ptr<linalg::Int8Hit[]> hits;
  std::size_t hit_count_max = 0;
  TopKCounts counts;

  void reserve_hits(std::size_t count) {
    if (count <= hit_count_max) return;
    hits = std::make_unique_for_overwrite<linalg::Int8Hit[]>(count);
    hit_count_max = count;
  }

  // Closes the queries that no item of this norm or below can improve, and moves the codes
  // of the others together.
  void close_done(const Search& search, std::size_t code_count, double norm_max) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < open.size(); ++i) {
      OpenQuery& query = open[i];
      if (search.rounding.score_max(query.quantised.norm * norm_max) < query.best.threshold()) {
        search.found[query.row] = query.best.take();
        continue;
      }
      if (kept != i) {
        std::copy_n(codes.data() + i * code_count, code_count, codes.data() + kept * code_count);
        open[kept] = std::move(query);
      }
      ++kept;
    }
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(kept), open.end());
    codes.resize(kept * code_count);
  }
};

BatchTopK::BatchTopK(MatrixView items, const std::vector<bool>& allowed, ThreadPool& pool)
    : items_(items) {
  std::vector<double> norms(items.rows);
  pool.parallel_for((items.rows + kChunkItems - 1) / kChunkItems, [&](std::size_t chunk, int) {
    const std::size_t end = std::min((chunk + 1) * kChunkItems, items.rows);
    for (std::size_t id = chunk * kChunkItems; id < end; ++id) {
      norms[id] = norm_rounded_up(items.row(id));
    }
  });
  const bool short_enough = items.cols <= linalg::kInt8ComponentsMax;
  std::vector<std::uint32_t> ordinary;
  ordinary.reserve(items.rows);
  for (const std::uint32_t id : allowed_ids(items.rows, allowed)) {
    (short_enough && is_ordinary(norms[id]) ? ordinary : outliers_).push_back(id);
  }
  if (!ordinary.empty()) blocks_ = Int8Blocks(items, std::move(ordinary), norms, pool);
}

// The search of a filter that allows few: among these alone, however they are best found.
Lists BatchTopK::search_few(MatrixView queries, std::size_t k, const TopKFilter& filter,
                            ThreadPool& pool, TopKCounts* counts) const {
  std::vector<std::uint32_t> ids = allowed_of(outliers_, filter);
  std::ranges::copy(allowed_of(blocks_.ids(), filter), std::back_inserter(ids));
  if (queries.rows < kBatchQueriesMin) {
    if (counts != nullptr) counts->scored += queries.rows * ids.size();
    return plain_top_k(queries, items_, k, ids, filter.excluded, pool);
  }
  std::vector<bool> flags(items_.rows);
  for (const std::uint32_t id : ids) flags[id] = true;
  return BatchTopK(items_, flags, pool).search(queries, k, {filter.excluded, {}}, pool, counts);
}

std::size_t BatchTopK::seed_rows(std::size_t k) const {
  std::size_t rows = 0;
  for (const ItemBlock& block : blocks_.blocks()) {
    if (rows >= kSeedsPerResult * k) break;
    rows = block.end;
  }
  return rows;
}

// Adds a query to the tile, with the scores of the first blocks; one that does not go through
// the blocks is answered at once.
void BatchTopK::start_query(const Search& search, std::size_t row, Tile& tile) const {
  const std::span<const float> vector = search.queries.row(row);
  OpenQuery query{row, {}, excluded_of(search.filter.excluded, row), BestK(search.k)};
  offer_all(vector, items_, search.scored_by_all, query.excluded, query.best);
  tile.counts.scored += search.scored_by_all.size();
  const double norm = norm_rounded_up(vector);
  if (!is_ordinary(norm)) {
    const std::vector<std::uint32_t> rest =
        allowed_of(blocks_.ids().subspan(search.seed_rows), search.filter);
    offer_all(vector, items_, rest, query.excluded, query.best);
    tile.counts.scored += rest.size();
  }
  if (!is_ordinary(norm) || search.seed_rows == blocks_.ids().size()) {
    search.found[row] = query.best.take();
    return;
  }
  const std::size_t begin = tile.codes.size();
  tile.codes.resize(begin + blocks_.code_count());
  query.quantised = blocks_.quantise(vector, norm, std::span(tile.codes).subspan(begin));
  tile.open.push_back(std::move(query));
}

void BatchTopK::scan_block(const Search& search, const ItemBlock& block, Tile& tile) const {
  tile.starts.resize(tile.open.size());
  for (std::size_t i = 0; i < tile.open.size(); ++i) {
    const OpenQuery& query = tile.open[i];
    tile.starts[i] = blocks_.start(block, query.quantised, query.best.threshold());
  }
  const linalg::Int8Panels panels = blocks_.panels(block);
  tile.reserve_hits(tile.open.size() * panels.panel_count * linalg::kPanelItems);
  const std::span<linalg::Int8Hit> room(tile.hits.get(), tile.hit_count_max);
  const auto hits = room.first(linalg::find_int8_hits(panels, {tile.codes, tile.starts}, room));
  tile.counts.scanned += tile.open.size() * (block.end - block.begin);
  const auto ids = blocks_.ids().subspan(block.begin, block.end - block.begin);
  for (const linalg::Int8Hit& hit : hits) {
    if (hit.item < ids.size()) __builtin_prefetch(items_.row(ids[hit.item]).data());
  }
  for (const linalg::Int8Hit& hit : hits) {
    if (hit.item >= ids.size() || !allows(search.filter, ids[hit.item]))
      continue;  // The first: padding.
    OpenQuery& query = tile.open[hit.query];
    const float score = linalg::dot(search.queries.row(query.row), items_.row(ids[hit.item]));
    offer(score, ids[hit.item], query.excluded, query.best);
    ++tile.counts.scored;
  }
}

void BatchTopK::search_tile(const Search& search, Tile& tile) const {
  for (const ItemBlock& block : blocks_.blocks()) {
    if (block.begin < search.seed_rows) continue;
    tile.close_done(search, blocks_.code_count(), block.norm_max);
    if (tile.open.empty()) return;
    scan_block(search, block, tile);
  }
  for (OpenQuery& query : tile.open) search.found[query.row] = query.best.take();
  tile.open.clear();
  tile.codes.clear();
}

Lists BatchTopK::search(MatrixView queries, std::size_t k, const TopKFilter& filter,
                        ThreadPool& pool, TopKCounts* counts) const {
  KINDRED_CHECK(queries.cols == items_.cols && k > 0);
  KINDRED_CHECK(filter.allowed.empty() || filter.allowed.size() == items_.rows);
  const std::size_t allowed_count =
      filter.allowed.empty() ? items_.rows
                             : static_cast<std::size_t>(std::ranges::count(filter.allowed, true));
  if (allowed_count * kSelectiveShare < items_.rows) {
    return search_few(queries, k, filter, pool, counts);
  }
  Lists found(queries.rows);
  Search search{
      queries, k, filter, seed_rows(k), allowed_of(outliers_, filter), RoundingBound(items_.cols),
      found};
  std::ranges::copy(allowed_of(blocks_.ids().first(search.seed_rows), filter),
                    std::back_inserter(search.scored_by_all));
  const auto threads = static_cast<std::size_t>(pool.thread_count());
  const std::size_t tile_size =
      std::clamp<std::size_t>((queries.rows + threads - 1) / threads, 1, kTileQueries);
  std::vector<Tile> tiles(threads);  // One a thread, used again and again.
  pool.parallel_for((queries.rows + tile_size - 1) / tile_size, [&](std::size_t t, int worker) {
    Tile& tile = tiles[static_cast<std::size_t>(worker)];
    const std::size_t end = std::min((t + 1) * tile_size, queries.rows);
    for (std::size_t row = t * tile_size; row < end; ++row) start_query(search, row, tile);
    search_tile(search, tile);
  });
  for (const Tile& tile : tiles) {
    if (counts == nullptr) break;
    counts->scanned += tile.counts.scanned;
    counts->scored += tile.counts.scored;
  }
  return found;
}

Lists top_k(MatrixView queries, MatrixView items, std::size_t k, const TopKFilter& filter,
            ThreadPool& pool) {
  KINDRED_CHECK(queries.cols == items.cols && k > 0);
  if (queries.rows >= kBatchQueriesMin) {
    return BatchTopK(items, filter.allowed, pool).search(queries, k, {filter.excluded, {}}, pool);
  }
  return plain_top_k(queries, items, k, allowed_ids(items.rows, filter.allowed), filter.excluded,
                     pool);
}

}  // namespace kindred::search
