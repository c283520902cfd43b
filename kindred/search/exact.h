// Exact nearest neighbours by looking at every vector.
//
// The slowest index and the most important one: its answers define "correct" for every
// approximate index. Dot products and cosines of many queries go through the batch
// search of top_k.h; cosines are dot products of normalised copies.
//
// What a score is:
//   dot        linalg::dot(query, vector)
//   cosine     linalg::dot of the two vectors, each divided by its norm; 0 where either
//              is all zeros
//   euclidean  minus the distance
// so that larger is always nearer, and ties go to the smaller id.
//
// Cost: O(|Q| n d); cosine keeps a copy of the vectors. prepare() pays for whoever searches
// more than once: later searches for dot products and cosines look at a part of the vectors.
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/search/top_k.h"

namespace kindred::search {

enum class Metric { dot, cosine, euclidean };

// "dot", "cosine" or "euclidean". Throws Error(invalid_argument) for anything else.
Metric parse_metric(std::string_view name);
std::string_view name_of(Metric metric) noexcept;

class ExactIndex {
 public:
  // Looks at `vectors`, which must outlive *this, unchanged.
  // Throws Error(invalid_argument) if there are none.
  ExactIndex(MatrixView vectors, Metric metric);
  ExactIndex(const ExactIndex&) = delete;  // What is prepared looks at normalised_.
  ExactIndex& operator=(const ExactIndex&) = delete;

  // Does once what each search would have to do again. Euclidean distances have nothing to
  // prepare. The answers are the same.
  void prepare(ThreadPool& pool);

  std::size_t size() const noexcept { return vectors_.rows; }
  std::size_t dimensions() const noexcept { return vectors_.cols; }

  // The k nearest of each query, nearest first; fewer only where fewer are left by
  // `filter`. Vectors whose score is NaN are never returned.
  // Requires: queries.cols == dimensions(), k > 0.
  std::vector<std::vector<Neighbor>> search(MatrixView queries, std::size_t k,
                                            const TopKFilter& filter, ThreadPool& pool) const;

 private:
  MatrixView vectors_;
  Metric metric_;
  Matrix normalised_;  // For cosine: each row divided by its norm.
  std::optional<BatchTopK> prepared_;
};

}  // namespace kindred::search
