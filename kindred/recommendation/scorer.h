// What an evaluation asks of a model: scores and lists for one person after the other.
//
// People of whom the model knows nothing are ranked as `recommend` lists them, by popularity,
// and items about which it learned nothing come last. No order goes by the rows of a file.
//
// Thread safety: const members from any number of threads, but for lists(), which uses
// the pool itself.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/split.h"
#include "kindred/learning/ranker.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/top_k.h"

namespace kindred::recommendation {

using RankedIds = std::vector<std::uint32_t>;  // Best first.

class Scorer {
 public:
  virtual ~Scorer() = default;

  // The score of one pair.
  virtual float score(std::size_t person, std::uint32_t item) const = 0;

  // The scores of all items, to be ordered among equals by label; in `buffer` (one float an
  // item), or wherever they are.
  virtual std::span<const float> scores(std::size_t person, std::span<float> buffer) const = 0;

  // The first k of the people [begin, end), without what they have seen.
  virtual std::vector<RankedIds> lists(std::size_t begin, std::size_t end, std::size_t k,
                                       ThreadPool& pool) const = 0;
};

// What people get of whom nothing is known, as numbers to rank by.
struct PopularOrder {
  // `candidates` has one flag an item of the split.
  PopularOrder(const data::Split& split, const std::vector<bool>& candidates);
  RankedIds list(std::span<const std::uint32_t> seen, std::size_t k) const;

  std::vector<search::Neighbor> items;  // Candidates, most seen first.
  std::vector<float> shares;            // Of each item of the split; below 0: no candidate.
  std::vector<float> places;            // Of each: the order, from 0 down.
};

// Whatever a ranker says; the order of popularity.h for people of whom it knows nothing. Looks at
// all its arguments, which must outlive it.
class RankerScorer final : public Scorer {
 public:
  // `known` has what each person of the split is known to have liked, where they are new;
  // the others are rows of the ranker's training data.
  RankerScorer(const data::Split& split, const SparseMatrix& known, const learning::Ranker& ranker);

  float score(std::size_t person, std::uint32_t item) const override;
  std::span<const float> scores(std::size_t person, std::span<float> buffer) const override;
  std::vector<RankedIds> lists(std::size_t begin, std::size_t end, std::size_t k,
                               ThreadPool& pool) const override;

 private:
  const learning::Ranker& ranker_;
  PopularOrder popular_;
  std::vector<learning::Asked> people_;
  std::vector<std::uint32_t> all_items_;
};

// Dot products of vectors; the order of popularity.h for people whose vector is zero. Looks at
// all its arguments, which must outlive it.
class VectorScorer final : public Scorer {
 public:
  // `people` has one row for each person of the split, `items` one for each item.
  VectorScorer(const data::Split& split, MatrixView people, MatrixView items, ThreadPool& pool);

  float score(std::size_t person, std::uint32_t item) const override;
  std::span<const float> scores(std::size_t person, std::span<float> buffer) const override;
  std::vector<RankedIds> lists(std::size_t begin, std::size_t end, std::size_t k,
                               ThreadPool& pool) const override;

 private:
  const data::Split& split_;
  MatrixView people_;
  MatrixView items_;
  std::vector<bool> learned_;  // One flag an item.
  PopularOrder popular_;
  search::BatchTopK search_;
};

// The number of training users who like the item; the same for every person.
class PopularityScorer final : public Scorer {
 public:
  // Looks at `split`, which must outlive it. `positives` is its training part's.
  PopularityScorer(const data::Split& split, const SparseMatrix& positives);

  float score(std::size_t person, std::uint32_t item) const override;
  std::span<const float> scores(std::size_t person, std::span<float> buffer) const override;
  std::vector<RankedIds> lists(std::size_t begin, std::size_t end, std::size_t k,
                               ThreadPool& pool) const override;

 private:
  const data::Split& split_;
  std::vector<float> like_counts_;    // Of each item; exact up to 2^24.
  std::vector<std::uint32_t> order_;  // Items, most liked first, equal ones by label.
};

}  // namespace kindred::recommendation
