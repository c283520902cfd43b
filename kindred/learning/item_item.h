// Item by item: things go together that the same people liked.
//
//   s(i, j) = <x_i, x_j> / (|x_i| |x_j| + b)      x_i: who liked item i, with their weights
//
// the cosine of two columns of the positives, drawn towards 0 by b where few people stand behind
// it. Each item keeps the n items nearest to it. A person's score of an item is the sum, over the
// things i that they liked, of
//
//   (weight of i) * s(i, item)                    where `item` is among the n nearest of i
//
// so its reasons are exact: the terms of that sum. Known and made-up people are the same
// thing: nothing is stored of anybody. In the literature: item-based collaborative filtering,
// item kNN. It learns in one pass and is the baseline that every other family should beat.
//
// Exact: rows hold the true n nearest, equal ones by the smaller item; lists are the true best
// k. Equal data give equal bytes for any number of threads: one thread sums a row, over its people
// in order.
//
// Cost: sum over the people of (what they liked)^2 to learn, O(liked x n) a list. Memory: 8 bytes
// for each of |I| n entries, and 8 |I| a thread.
//
// After Sarwar et al., "Item-based collaborative filtering recommendation algorithms", WWW 2001.

#pragma once

#include "kindred/base/json.h"
#include "kindred/base/thread_pool.h"
#include "kindred/learning/learner.h"
#include "kindred/learning/ranker.h"
#include "kindred/linalg/sparse.h"
#include "kindred/model/model.h"

namespace kindred::learning {

struct ItemItemOptions {
  int neighbors = 100;     // n, from 1. More: scores for rarer things, and a larger model.
  float shrinkage = 0.0F;  // b, from 0. More: less trust in pairs that few people liked.

  bool operator==(const ItemItemOptions&) const = default;
};

// Throws Error(invalid_argument) naming the option that is out of range.
void validate(const ItemItemOptions& options);
Json to_json(const ItemItemOptions& options);

// The rows of the model: |I| x |I|. `positives` is users x items, values above 0.
SparseMatrix item_item_rows(const SparseMatrix& positives, const ItemItemOptions& options,
                            ThreadPool& pool);

class ItemItemLearner final : public Learner {
 public:
  // Looks at the positives, which must outlive *this.
  ItemItemLearner(const SparseMatrix& positives, const ItemItemOptions& options);

  std::string family() const override { return "item-item"; }
  Json settings() const override { return to_json(options_); }
  int epoch() const override { return epoch_; }
  int epoch_count() const override { return 1; }
  void run_epoch(ThreadPool& pool) override;
  std::unique_ptr<Ranker> ranker(const RankerOptions& options, ThreadPool& pool) const override;
  void save(model::Checkpoint& checkpoint) const override;
  void restore(model::Checkpoint checkpoint) override;
  void finish(model::Model& model, ThreadPool& pool) override;

 private:
  const SparseMatrix& positives_;
  ItemItemOptions options_;
  SparseMatrix rows_;
  int epoch_ = 0;
};

class ItemItemRanker final : public Ranker {
 public:
  // `positives` has what the known people liked: those who are asked about without it. Looks at
  // `rows`, which must outlive *this.
  ItemItemRanker(const SparseMatrix& rows, SparseMatrix positives, const RankerOptions& options);

  const std::vector<bool>& candidates() const override { return candidates_; }
  bool knows(const Asked& person) const override { return liked_by(person).items.size() > 0; }
  std::vector<RankedItems> best(std::span<const Asked> people, std::size_t k,
                                ThreadPool& pool) const override;
  void scores(const Asked& person, std::span<const std::uint32_t> items,
              std::span<float> out) const override;
  std::vector<Reason> reasons(const Asked& person, std::uint32_t item,
                              std::size_t count) const override;
  RankedItems similar_items(std::uint32_t item, std::size_t k, ThreadPool& pool) const override;

 private:
  struct Liked {
    std::span<const std::uint32_t> items;
    std::span<const float> weights;  // Empty: all 1.

    double weight(std::size_t n) const { return weights.empty() ? 1.0 : double{weights[n]}; }
  };
  Liked liked_by(const Asked& person) const;
  double term(const Liked& liked, std::size_t n, std::uint32_t item) const;

  const SparseMatrix& rows_;
  SparseMatrix positives_;
  std::vector<bool> candidates_;
};

}  // namespace kindred::learning
