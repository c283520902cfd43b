// Leave-one-out on the ratings of the movie world, for models of several sizes.
//
// Of each person with two or more liked movies one is hidden, at random but the same for
// all contestants. What is left is learned from; then every movie that the person has
// not watched, and the hidden one, are ranked. Nobody who learns sees the hidden pairs.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/demo_lesson.h"
#include "kindred/base/thread_pool.h"
#include "kindred/evaluation/ranking.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/sparse.h"

namespace kindred::cli {

class HiddenMovies {
 public:
  // `seen` is all that was rated, `liked` the positives among it.
  HiddenMovies(const SparseMatrix& seen, const SparseMatrix& liked, std::uint64_t seed);

  std::size_t count() const noexcept { return people_.size(); }

  // Learns from what is not hidden and is judged on the rest.
  Quality learned(const factorization::IalsOptions& options, ThreadPool& pool) const;
  // Ranks by how many people liked a movie.
  Quality popularity(ThreadPool& pool) const;
  // Ranks by lot.
  Quality random(ThreadPool& pool) const;

 private:
  // One whose movie is hidden.
  struct Person {
    std::size_t row = 0;
    std::uint32_t hidden = 0;
    std::vector<std::uint32_t> watched;  // The others, which are not ranked; ascending.
  };
  using Ranker = std::function<evaluation::RankedPerson(const Person& person,
                                                        const evaluation::RankingTask& task)>;

  Quality judge(std::string name, const Ranker& rank, ThreadPool& pool) const;

  SparseMatrix rest_;  // `liked` without the hidden pairs.
  std::vector<Person> people_;
  std::uint64_t seed_;
};

}  // namespace kindred::cli
