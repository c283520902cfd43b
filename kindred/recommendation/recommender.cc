#include "kindred/recommendation/recommender.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "kindred/base/check.h"

namespace kindred::recommendation {
namespace {

RecommendationList ranked(const std::vector<search::Neighbor>& neighbors) {
  RecommendationList list;
  for (const search::Neighbor& neighbor : neighbors) {
    list.items.push_back({neighbor.id, list.items.size() + 1, neighbor.score});
  }
  return list;
}

// The share of users who have seen each item.
std::vector<search::Neighbor> popularity(const SparseMatrix& seen) {
  std::vector<std::size_t> counts(seen.cols);
  for (const std::uint32_t item : seen.columns) ++counts[item];
  std::vector<search::Neighbor> shares(seen.cols);
  for (std::uint32_t item = 0; item < seen.cols; ++item) {
    shares[item] = {item,
                    static_cast<float>(static_cast<double>(counts[item]) /
                                       static_cast<double>(std::max<std::size_t>(1, seen.rows)))};
  }
  return shares;
}

}  // namespace

Recommender::Recommender(const model::Model& model, const RecommenderOptions& options)
    : model_(model), candidates_(model.items.size()), by_popularity_(popularity(model.seen)) {
  KINDRED_CHECK(options.allowed.empty() || options.allowed.size() == model.items.size());
  const auto allowed = [&](std::size_t item) {
    return options.allowed.empty() || options.allowed[item];
  };
  for (std::size_t item = 0; item < candidates_.size(); ++item) {
    candidates_[item] = allowed(item) && embedding::is_learned(model.items.vectors.row(item));
    candidate_count_ += candidates_[item] ? 1U : 0U;
  }
  std::erase_if(by_popularity_, [&](const auto& neighbor) { return !candidates_[neighbor.id]; });
  std::ranges::sort(by_popularity_, search::better);
  if (options.many_people) {
    ThreadPool this_thread(1);
    batch_search_.emplace(model.items.vectors, candidates_, this_thread);
  }
}

RecommendationList Recommender::popular(std::span<const std::uint32_t> seen, std::size_t k) const {
  std::vector<search::Neighbor> best;
  for (const search::Neighbor& neighbor : by_popularity_) {
    if (best.size() == k) break;
    if (!std::ranges::binary_search(seen, neighbor.id)) best.push_back(neighbor);
  }
  RecommendationList list = ranked(best);
  list.by_popularity = true;
  return list;
}

std::vector<RecommendationList> Recommender::for_users(std::span<const std::uint32_t> users,
                                                       std::size_t k, ThreadPool& pool) const {
  // A zero vector scores everything alike: no bound would ever cut its search short.
  std::vector<std::uint32_t> searched;
  std::ranges::copy_if(users, std::back_inserter(searched), [&](std::uint32_t user) {
    return embedding::is_learned(model_.users.vectors.row(user));
  });
  Matrix vectors(searched.size(), model_.users.dimensions());
  for (std::size_t i = 0; i < searched.size(); ++i) {
    std::ranges::copy(model_.users.vectors.row(searched[i]), vectors.row(i).begin());
  }
  const search::ExcludedIds seen = [&](std::size_t i) {
    return model_.seen.row_columns(searched[i]);
  };
  const auto found =
      batch_search_ ? batch_search_->search(vectors, k, {seen, {}}, pool)
                    : search::top_k(vectors, model_.items.vectors, k, {seen, candidates_}, pool);
  std::vector<RecommendationList> lists;
  lists.reserve(users.size());
  std::size_t next = 0;  // Of those searched.
  for (const std::uint32_t user : users) {
    const bool learned = next < searched.size() && searched[next] == user;
    lists.push_back(learned ? ranked(found[next++]) : popular(model_.seen.row_columns(user), k));
  }
  return lists;
}

RecommendationList Recommender::for_person(std::span<const float> vector, const Person& person,
                                           std::size_t k, ThreadPool& pool) const {
  if (!embedding::is_learned(vector)) return popular(person.seen, k);
  const search::ExcludedIds seen = [&](std::size_t) {
    return std::span<const std::uint32_t>(person.seen);
  };
  const MatrixView query{vector.data(), 1, vector.size()};
  const auto found = batch_search_
                         ? batch_search_->search(query, k, {seen, {}}, pool)
                         : search::top_k(query, model_.items.vectors, k, {seen, candidates_}, pool);
  return ranked(found.front());
}

}  // namespace kindred::recommendation
