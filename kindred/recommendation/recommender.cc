#include "kindred/recommendation/recommender.h"

#include <algorithm>

#include "kindred/learning/families.h"
#include "kindred/recommendation/popularity.h"
#include "kindred/search/top_k.h"

namespace kindred::recommendation {
namespace {

RecommendationList ranked(const std::vector<search::Neighbor>& neighbors) {
  RecommendationList list;
  for (const search::Neighbor& neighbor : neighbors) {
    list.items.push_back({neighbor.id, list.items.size() + 1, neighbor.score});
  }
  return list;
}

learning::Asked asked_of(const Person& person) {
  return {.user = {}, .liked = person.liked, .weights = person.weights, .seen = person.seen};
}

}  // namespace

Recommender::Recommender(const model::Model& model, const RecommenderOptions& options,
                         ThreadPool& pool)
    : model_(model),
      ranker_(learning::make_ranker(model,
                                    {.allowed = options.allowed,
                                     .many_people = options.many_people,
                                     .folds_in = options.folds_in},
                                    pool)),
      by_popularity_(by_popularity(model.seen, model.items.labels)) {
  const std::vector<bool>& candidates = ranker_->candidates();
  candidate_count_ = static_cast<std::size_t>(std::ranges::count(candidates, true));
  std::erase_if(by_popularity_, [&](const auto& neighbor) { return !candidates[neighbor.id]; });
}

Recommender::Recommender(const model::Model& model, const RecommenderOptions& options)
    : Recommender(model, options, *std::make_unique<ThreadPool>(1)) {}

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
  // Of whom nothing is known every item scores alike: no bound would ever cut the search short.
  std::vector<learning::Asked> searched;
  std::vector<bool> is_known(users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    learning::Asked person;
    person.user = users[i];
    person.seen = model_.seen.row_columns(users[i]);
    is_known[i] = ranker_->knows(person);
    if (is_known[i]) searched.push_back(person);
  }
  const std::vector<learning::RankedItems> found = ranker_->best(searched, k, pool);
  std::vector<RecommendationList> lists;
  lists.reserve(users.size());
  std::size_t next = 0;  // Of those searched.
  for (std::size_t i = 0; i < users.size(); ++i) {
    lists.push_back(is_known[i] ? ranked(found[next++])
                                : popular(model_.seen.row_columns(users[i]), k));
  }
  return lists;
}

RecommendationList Recommender::for_person(const Person& person, std::size_t k,
                                           ThreadPool& pool) const {
  const learning::Asked asked = asked_of(person);
  if (!ranker_->knows(asked)) return popular(person.seen, k);
  return ranked(ranker_->best(std::span(&asked, 1), k, pool).front());
}

std::vector<learning::Reason> Recommender::reasons(const Person& person, std::uint32_t item,
                                                   std::size_t count) const {
  return ranker_->reasons(asked_of(person), item, count);
}

RecommendationList Recommender::for_person(std::span<const float> vector, const Person& person,
                                           std::size_t k, ThreadPool& pool) const {
  if (!embedding::is_learned(vector)) return popular(person.seen, k);
  const search::ExcludedIds seen = [&](std::size_t) {
    return std::span<const std::uint32_t>(person.seen);
  };
  const MatrixView query{vector.data(), 1, vector.size()};
  return ranked(
      search::top_k(query, model_.items.vectors, k, {seen, ranker_->candidates()}, pool).front());
}

}  // namespace kindred::recommendation
