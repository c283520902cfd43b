#include "kindred/learning/vector_ranker.h"

#include <algorithm>

#include "kindred/base/check.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/search/exact.h"

namespace kindred::learning {

VectorRanker::VectorRanker(const Vectors& vectors, const RankerOptions& options, ThreadPool& pool)
    : vectors_(vectors), candidates_(vectors.items.rows) {
  KINDRED_CHECK(options.allowed.empty() || options.allowed.size() == vectors.items.rows);
  all_are_candidates_ = true;
  for (std::size_t item = 0; item < candidates_.size(); ++item) {
    candidates_[item] = (options.allowed.empty() || options.allowed[item]) &&
                        (!options.only_learned || embedding::is_learned(vectors.items.row(item)));
    all_are_candidates_ = all_are_candidates_ && candidates_[item];
  }
  if (options.folds_in) fold_in_.emplace(vectors.items, vectors.fold_in, pool);
  if (options.many_people) batch_search_.emplace(vectors.items, candidates_, pool);
}

std::vector<float> VectorRanker::vector_of(const Asked& person) const {
  if (person.user) {
    const auto row = vectors_.users.row(*person.user);
    return {row.begin(), row.end()};
  }
  KINDRED_CHECK(fold_in_.has_value());
  return fold_in_->solve(person.liked, person.weights);
}

bool VectorRanker::knows(const Asked& person) const {
  if (!person.user && person.liked.empty()) return false;
  return embedding::is_learned(person.user ? vectors_.users.row(*person.user)
                                           : std::span<const float>(vector_of(person)));
}

Matrix VectorRanker::vectors_of(std::span<const Asked> people, ThreadPool& pool) const {
  Matrix out(people.size(), vectors_.items.cols);
  SparseMatrix made_up;
  made_up.cols = vectors_.items.rows;
  std::vector<std::size_t> rows;  // Of the made-up people.
  for (std::size_t i = 0; i < people.size(); ++i) {
    if (people[i].user) {
      std::ranges::copy(vectors_.users.row(*people[i].user), out.row(i).begin());
    } else {
      made_up.append_row(people[i].liked, people[i].weights);
      rows.push_back(i);
    }
  }
  if (rows.empty()) return out;
  KINDRED_CHECK(fold_in_.has_value());
  const Matrix solved = fold_in_->solve_all(made_up, pool);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(solved.row(i), out.row(rows[i]).begin());
  }
  return out;
}

std::vector<RankedItems> VectorRanker::best(std::span<const Asked> people, std::size_t k,
                                            ThreadPool& pool) const {
  const Matrix queries = vectors_of(people, pool);
  const search::ExcludedIds seen = [&](std::size_t person) { return people[person].seen; };
  if (batch_search_) return batch_search_->search(queries, k, {seen, {}}, pool);
  return search::top_k(queries, vectors_.items, k,
                       {seen, all_are_candidates_ ? std::vector<bool>() : candidates_}, pool);
}

void VectorRanker::scores(const Asked& person, std::span<const std::uint32_t> items,
                          std::span<float> out) const {
  KINDRED_CHECK(items.size() == out.size());
  const std::vector<float> vector = vector_of(person);
  for (std::size_t n = 0; n < items.size(); ++n) {
    out[n] = linalg::dot(vector, vectors_.items.row(items[n]));
  }
}

std::vector<Reason> VectorRanker::reasons(const Asked& person, std::uint32_t item,
                                          std::size_t count) const {
  if (person.liked.empty() || !vectors_.has_reasons) return {};
  KINDRED_CHECK(fold_in_.has_value());
  std::vector<Reason> terms;
  for (const auto& part : fold_in_->explain(person.liked, person.weights, item)) {
    terms.push_back({part.item, part.share});
  }
  return largest_reasons(std::move(terms), count);
}

RankedItems VectorRanker::similar_items(std::uint32_t item, std::size_t k, ThreadPool& pool) const {
  std::vector<bool> allowed = candidates_;
  allowed[item] = false;
  const search::ExactIndex index(vectors_.items, search::Metric::cosine);
  return index.search(vectors_.items.slice(item, item + 1), k, {{}, allowed}, pool).front();
}

}  // namespace kindred::learning
