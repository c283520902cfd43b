// The ranker of every family whose score is the dot product of two vectors.
//
// Known people have a vector; made-up ones get theirs by fold-in (factorization/fold_in.h), which
// also splits a score into what each liked item adds to it. Lists come from the exact search of
// search/top_k.h. In the literature: out-of-sample extension, maximum inner product search.
//
// Cost: as search/top_k.h; to fold in, a Gramian of the items once, and a solve for each person.

#pragma once

#include <optional>

#include "kindred/factorization/fold_in.h"
#include "kindred/factorization/ials.h"
#include "kindred/learning/ranker.h"
#include "kindred/search/top_k.h"

namespace kindred::learning {

struct Vectors {
  MatrixView users;                    // |U| x d; no rows where nobody known is asked about.
  MatrixView items;                    // |I| x d.
  factorization::IalsOptions fold_in;  // By which made-up people are solved.
  bool has_reasons = true;             // Whether a score is what its fold-in adds up to.
};

class VectorRanker final : public Ranker {
 public:
  // Looks at the vectors, which must outlive *this, unchanged.
  VectorRanker(const Vectors& vectors, const RankerOptions& options, ThreadPool& pool);

  const std::vector<bool>& candidates() const override { return candidates_; }
  bool knows(const Asked& person) const override;
  std::vector<RankedItems> best(std::span<const Asked> people, std::size_t k,
                                ThreadPool& pool) const override;
  void scores(const Asked& person, std::span<const std::uint32_t> items,
              std::span<float> out) const override;
  std::vector<Reason> reasons(const Asked& person, std::uint32_t item,
                              std::size_t count) const override;
  // By cosine.
  RankedItems similar_items(std::uint32_t item, std::size_t k, ThreadPool& pool) const override;

 private:
  // One row for each person. The rows of many made-up people are solved in parallel.
  Matrix vectors_of(std::span<const Asked> people, ThreadPool& pool) const;
  std::vector<float> vector_of(const Asked& person) const;

  Vectors vectors_;
  std::vector<bool> candidates_;
  bool all_are_candidates_ = false;
  std::optional<factorization::FoldIn> fold_in_;
  std::optional<search::BatchTopK> batch_search_;  // With many_people.
};

}  // namespace kindred::learning
