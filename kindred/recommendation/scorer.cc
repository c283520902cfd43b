#include "kindred/recommendation/scorer.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "kindred/base/check.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/recommendation/popularity.h"

namespace kindred::recommendation {

namespace {

std::vector<bool> learned_items(MatrixView items) {
  std::vector<bool> learned(items.rows);
  for (std::size_t item = 0; item < items.rows; ++item) {
    learned[item] = embedding::is_learned(items.row(item));
  }
  return learned;
}

}  // namespace

PopularOrder::PopularOrder(const data::Split& split, const std::vector<bool>& candidates)
    : items(by_popularity(split.train.by_user, split.train.items)),
      shares(items.size(), -1.0F),
      places(items.size(), -std::numeric_limits<float>::infinity()) {
  KINDRED_CHECK(candidates.size() == items.size());
  std::erase_if(items, [&](const auto& neighbor) { return !candidates[neighbor.id]; });
  for (std::size_t place = 0; place < items.size(); ++place) {
    shares[items[place].id] = items[place].score;
    places[items[place].id] = -static_cast<float>(place);
  }
}

RankedIds PopularOrder::list(std::span<const std::uint32_t> seen, std::size_t k) const {
  RankedIds best;
  for (const search::Neighbor& neighbor : items) {
    if (best.size() == k) break;
    if (!std::ranges::binary_search(seen, neighbor.id)) best.push_back(neighbor.id);
  }
  return best;
}

VectorScorer::VectorScorer(const data::Split& split, MatrixView people, MatrixView items,
                           ThreadPool& pool)
    : split_(split),
      people_(people),
      items_(items),
      learned_(learned_items(items)),
      popular_(split, learned_),
      search_(items, learned_, pool) {
  KINDRED_CHECK(people.rows == split.person_count() && items.rows == split.targets.cols);
  KINDRED_CHECK(people.cols == items.cols);
}

float VectorScorer::score(std::size_t person, std::uint32_t item) const {
  if (!embedding::is_learned(people_.row(person))) return popular_.shares[item];
  return linalg::dot(people_.row(person), items_.row(item));
}

std::span<const float> VectorScorer::scores(std::size_t person, std::span<float> buffer) const {
  if (!embedding::is_learned(people_.row(person))) return popular_.places;
  for (std::size_t item = 0; item < items_.rows; ++item) {
    buffer[item] = learned_[item] ? linalg::dot(people_.row(person), items_.row(item))
                                  : -std::numeric_limits<float>::infinity();
  }
  return buffer;
}

std::vector<RankedIds> VectorScorer::lists(std::size_t begin, std::size_t end, std::size_t k,
                                           ThreadPool& pool) const {
  const auto seen = [&](std::size_t query) { return split_.seen(begin + query); };
  const auto found = search_.search(people_.slice(begin, end), k, {seen, {}}, pool);
  std::vector<RankedIds> lists(found.size());
  for (std::size_t query = 0; query < found.size(); ++query) {
    if (!embedding::is_learned(people_.row(begin + query))) {
      lists[query] = popular_.list(seen(query), k);
      continue;
    }
    for (const search::Neighbor& neighbor : found[query]) lists[query].push_back(neighbor.id);
  }
  return lists;
}

RankerScorer::RankerScorer(const data::Split& split, const SparseMatrix& known,
                           const learning::Ranker& ranker)
    : ranker_(ranker),
      popular_(split, ranker.candidates()),
      people_(split.person_count()),
      all_items_(split.targets.cols) {
  std::iota(all_items_.begin(), all_items_.end(), 0U);
  for (std::size_t person = 0; person < people_.size(); ++person) {
    people_[person].seen = split.seen(person);
    if (split.folded_in) {
      people_[person].liked = known.row_columns(person);
      people_[person].weights = known.row_values(person);
    } else {
      people_[person].user = static_cast<std::uint32_t>(split.users[person]);
    }
  }
}

float RankerScorer::score(std::size_t person, std::uint32_t item) const {
  if (!ranker_.knows(people_[person])) return popular_.shares[item];
  float score = 0.0F;
  ranker_.scores(people_[person], std::span(&item, 1), std::span(&score, 1));
  return score;
}

std::span<const float> RankerScorer::scores(std::size_t person, std::span<float> buffer) const {
  if (!ranker_.knows(people_[person])) return popular_.places;
  const auto scores = buffer.first(all_items_.size());
  ranker_.scores(people_[person], all_items_, scores);
  return scores;
}

std::vector<RankedIds> RankerScorer::lists(std::size_t begin, std::size_t end, std::size_t k,
                                           ThreadPool& pool) const {
  const auto found = ranker_.best(std::span(people_).subspan(begin, end - begin), k, pool);
  std::vector<RankedIds> lists(found.size());
  for (std::size_t person = 0; person < found.size(); ++person) {
    if (const learning::Asked& asked = people_[begin + person]; !ranker_.knows(asked)) {
      lists[person] = popular_.list(asked.seen, k);
      continue;
    }
    for (const search::Neighbor& neighbor : found[person]) lists[person].push_back(neighbor.id);
  }
  return lists;
}

PopularityScorer::PopularityScorer(const data::Split& split, const SparseMatrix& positives)
    : split_(split), like_counts_(positives.cols), order_(positives.cols) {
  for (const std::uint32_t item : positives.columns) like_counts_[item] += 1.0F;
  const std::vector<std::uint32_t> ranks = label_ranks(split.train.items);
  std::iota(order_.begin(), order_.end(), 0U);
  std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
    return like_counts_[a] != like_counts_[b] ? like_counts_[a] > like_counts_[b]
                                              : ranks[a] < ranks[b];
  });
}

float PopularityScorer::score(std::size_t, std::uint32_t item) const { return like_counts_[item]; }

std::span<const float> PopularityScorer::scores(std::size_t, std::span<float>) const {
  return like_counts_;
}

std::vector<RankedIds> PopularityScorer::lists(std::size_t begin, std::size_t end, std::size_t k,
                                               ThreadPool& pool) const {
  std::vector<RankedIds> lists(end - begin);
  pool.parallel_for(lists.size(), [&](std::size_t row, int) {
    const auto seen = split_.seen(begin + row);
    for (const std::uint32_t item : order_) {
      if (lists[row].size() == k) break;
      if (!std::binary_search(seen.begin(), seen.end(), item)) lists[row].push_back(item);
    }
  });
  return lists;
}

}  // namespace kindred::recommendation
