#include "kindred/learning/item_item.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/model/parts.h"
#include "kindred/search/best_k.h"

namespace kindred::learning {
namespace {

// Sums by item, most of which stay 0: remembers which do not. Every term is above 0.
class Sums {
 public:
  void resize(std::size_t item_count) { values_.resize(item_count, 0.0); }
  void add(std::uint32_t item, double term) {
    if (values_[item] == 0.0) touched_.push_back(item);
    values_[item] += term;
  }
  // Tells `visit(item, sum)` of each item that has one, and forgets them all.
  template <typename Visit>
  void drain(Visit visit) {
    for (const std::uint32_t item : touched_) {
      visit(item, values_[item]);
      values_[item] = 0.0;
    }
    touched_.clear();
  }

 private:
  std::vector<double> values_;
  std::vector<std::uint32_t> touched_;
};

std::vector<double> column_norms(const SparseMatrix& by_item) {
  std::vector<double> norms(by_item.rows);
  for (std::size_t item = 0; item < by_item.rows; ++item) {
    for (const float weight : by_item.row_values(item)) norms[item] += double{weight} * weight;
    norms[item] = std::sqrt(norms[item]);
  }
  return norms;
}

}  // namespace

void validate(const ItemItemOptions& options) {
  if (options.neighbors < 1) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("neighbors is {}, not at least 1", options.neighbors));
  }
  if (!std::isfinite(options.shrinkage) || options.shrinkage < 0.0F) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("shrinkage is {}, not a number of at least 0", options.shrinkage));
  }
}

Json to_json(const ItemItemOptions& options) {
  Json json;
  json.set("neighbors", options.neighbors);
  json.set("shrinkage", model::short_double(options.shrinkage));
  return json;
}

SparseMatrix item_item_rows(const SparseMatrix& positives, const ItemItemOptions& options,
                            ThreadPool& pool) {
  const SparseMatrix by_item = transpose(positives);
  const std::vector<double> norms = column_norms(by_item);
  const std::size_t kept =
      std::min(static_cast<std::size_t>(options.neighbors), std::max<std::size_t>(1, by_item.rows));
  std::vector<RankedItems> found(by_item.rows);
  std::vector<Sums> sums(static_cast<std::size_t>(pool.thread_count()));
  pool.parallel_for(by_item.rows, [&](std::size_t item, int worker) {
    Sums& products = sums[static_cast<std::size_t>(worker)];
    products.resize(by_item.rows);
    const auto people = by_item.row_columns(item);
    for (std::size_t n = 0; n < people.size(); ++n) {
      const double weight = by_item.row_values(item)[n];
      const auto others = positives.row_columns(people[n]);
      const auto weights = positives.row_values(people[n]);
      for (std::size_t m = 0; m < others.size(); ++m) products.add(others[m], weight * weights[m]);
    }
    search::BestK best(kept);
    products.drain([&](std::uint32_t other, double product) {
      if (other == item) return;
      const double size = norms[item] * norms[other] + double{options.shrinkage};
      best.offer({other, static_cast<float>(product / size)});
    });
    found[item] = best.take();
    std::ranges::sort(found[item], {}, &search::Neighbor::id);
  });
  SparseMatrix rows;
  rows.cols = by_item.rows;
  for (const RankedItems& row : found) {
    for (const search::Neighbor& neighbor : row) {
      rows.columns.push_back(neighbor.id);
      rows.values.push_back(neighbor.score);
    }
    rows.close_row();
  }
  return rows;
}

ItemItemLearner::ItemItemLearner(const SparseMatrix& positives, const ItemItemOptions& options)
    : positives_(positives), options_(options) {
  validate(options);
}

void ItemItemLearner::run_epoch(ThreadPool& pool) {
  rows_ = item_item_rows(positives_, options_, pool);
  ++epoch_;
}

std::unique_ptr<Ranker> ItemItemLearner::ranker(const RankerOptions& options, ThreadPool&) const {
  return std::make_unique<ItemItemRanker>(rows_, positives_, options);
}

// One pass is all there is: what was not finished begins again.
void ItemItemLearner::save(model::Checkpoint&) const {}
void ItemItemLearner::restore(model::Checkpoint) {}

void ItemItemLearner::finish(model::Model& model, ThreadPool&) {
  model.watching = model::ItemItemPart{
      .method = "cosine", .options = to_json(options_), .rows = std::move(rows_)};
  model.items.vectors = Matrix(positives_.cols, 0);
  model.users.vectors = Matrix(positives_.rows, 0);
}

ItemItemRanker::ItemItemRanker(const SparseMatrix& rows, SparseMatrix positives,
                               const RankerOptions& options)
    : rows_(rows), positives_(std::move(positives)), candidates_(rows.cols) {
  std::vector<bool> reached(rows.cols, !options.only_learned);
  for (const std::uint32_t item : rows.columns) reached[item] = true;
  for (std::size_t item = 0; item < rows.cols; ++item) {
    candidates_[item] = reached[item] && (options.allowed.empty() || options.allowed[item]);
  }
}

ItemItemRanker::Liked ItemItemRanker::liked_by(const Asked& person) const {
  if (!person.user || !person.liked.empty()) return {person.liked, person.weights};
  return {positives_.row_columns(*person.user), positives_.row_values(*person.user)};
}

double ItemItemRanker::term(const Liked& liked, std::size_t n, std::uint32_t item) const {
  const auto near = rows_.row_columns(liked.items[n]);
  const auto found = std::ranges::lower_bound(near, item);
  if (found == near.end() || *found != item) return 0.0;
  const auto at = static_cast<std::size_t>(found - near.begin());
  return liked.weight(n) * rows_.row_values(liked.items[n])[at];
}

std::vector<RankedItems> ItemItemRanker::best(std::span<const Asked> people, std::size_t k,
                                              ThreadPool& pool) const {
  std::vector<RankedItems> lists(people.size());
  std::vector<Sums> sums(static_cast<std::size_t>(pool.thread_count()));
  pool.parallel_for(people.size(), [&](std::size_t person, int worker) {
    Sums& scores = sums[static_cast<std::size_t>(worker)];
    scores.resize(rows_.cols);
    const Liked liked = liked_by(people[person]);
    for (std::size_t n = 0; n < liked.items.size(); ++n) {
      const auto near = rows_.row_columns(liked.items[n]);
      const auto values = rows_.row_values(liked.items[n]);
      for (std::size_t m = 0; m < near.size(); ++m) {
        scores.add(near[m], liked.weight(n) * values[m]);
      }
    }
    search::BestK best(k);
    scores.drain([&](std::uint32_t item, double score) {
      if (!candidates_[item] || std::ranges::binary_search(people[person].seen, item)) return;
      best.offer({item, static_cast<float>(score)});
    });
    lists[person] = best.take();
  });
  return lists;
}

void ItemItemRanker::scores(const Asked& person, std::span<const std::uint32_t> items,
                            std::span<float> out) const {
  const Liked liked = liked_by(person);
  for (std::size_t i = 0; i < items.size(); ++i) {
    double score = 0.0;
    for (std::size_t n = 0; n < liked.items.size(); ++n) score += term(liked, n, items[i]);
    out[i] = static_cast<float>(score);
  }
}

std::vector<Reason> ItemItemRanker::reasons(const Asked& person, std::uint32_t item,
                                            std::size_t count) const {
  const Liked liked = liked_by(person);
  std::vector<Reason> terms;
  for (std::size_t n = 0; n < liked.items.size(); ++n) {
    terms.push_back({liked.items[n], static_cast<float>(term(liked, n, item))});
  }
  return largest_reasons(std::move(terms), count);
}

RankedItems ItemItemRanker::similar_items(std::uint32_t item, std::size_t k, ThreadPool&) const {
  search::BestK best(k);
  const auto near = rows_.row_columns(item);
  for (std::size_t n = 0; n < near.size(); ++n) {
    if (candidates_[near[n]]) best.offer({near[n], rows_.row_values(item)[n]});
  }
  return best.take();
}

}  // namespace kindred::learning
