// How good the items are so far: a few people held out of training, judged each epoch.
//
// The people held out do not shape the item vectors at all. After an epoch each of them
// is folded in from four fifths of their positives, and NDCG@20 says how high the
// remaining fifth is ranked among everything else. That is strong generalisation in
// small: the number training stops early by.
//
// Cost of score(): a fold-in and one row of exact top-k for each person held out, and
// the Gramian of the items. Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>

#include "kindred/base/thread_pool.h"
#include "kindred/evaluation/result.h"
#include "kindred/factorization/ials.h"
#include "kindred/learning/ranker.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::learning {

inline constexpr const char* kValidationMetric = "ndcg@20";

class Validation {
 public:
  // Holds out `user_count` of the users with two or more positives, drawn by `seed`;
  // fewer where fewer have, and always at least half of these stay in training.
  Validation(const SparseMatrix& positives, std::size_t user_count, std::uint64_t seed);

  std::size_t user_count() const noexcept { return history_.rows; }  // How many are held out.

  // The positives of everybody else, in the shape of all: rows held out are empty.
  const SparseMatrix& training_positives() const noexcept { return training_; }

  // Any metric of lists (with @k, one value a person), with its interval over the people.
  // The ranker is one with only_learned = false, which may fold in.
  // Requires: somebody is held out.
  evaluation::MetricResult measure(const Ranker& ranker, const evaluation::Metric& metric,
                                   ThreadPool& pool) const;

  // The same by vectors of the items, one row for each.
  evaluation::MetricResult measure(MatrixView item_vectors,
                                   const factorization::IalsOptions& options,
                                   const evaluation::Metric& metric, ThreadPool& pool) const;

  // The mean of kValidationMetric, in 0..1; 0 where nobody is held out.
  double score(const Ranker& ranker, ThreadPool& pool) const;
  double score(MatrixView item_vectors, const factorization::IalsOptions& options,
               ThreadPool& pool) const;

 private:
  SparseMatrix training_;  // |U| x |I|.
  SparseMatrix history_;   // held out x |I|: what they are folded in from.
  SparseMatrix targets_;   // held out x |I|: what is looked for.
};

}  // namespace kindred::learning
