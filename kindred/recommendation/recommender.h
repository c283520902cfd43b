// Recommendations: for each person the k items that they will most likely watch.
//
// The order is that of the model's ranker (learning/ranker.h), whichever family it is of: by dot
// products of vectors, or by sums over what somebody liked. Never among the answers:
//   - what the person has seen: every pair of the ratings file, also those rated low
//   - items that the options do not allow
//   - items about which nothing was learned (nobody liked them)
// Equal scores go by the order of the items; a score is never NaN.
//
// To somebody who liked nothing every item would be alike. They get
// what most people have seen, marked `by_popularity`; the score is then the share of all
// users who have seen the item, and equal ones go by the items' labels.
//
// Cost: as the ranker's. Thread safety: const members from any number of threads, each
// with a pool of its own.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/learning/ranker.h"
#include "kindred/model/model.h"
#include "kindred/recommendation/person.h"
#include "kindred/search/neighbor.h"

namespace kindred::recommendation {

struct Recommendation {
  std::uint32_t item = 0;
  std::size_t rank = 0;  // From 1.
  float score = 0.0F;

  bool operator==(const Recommendation&) const = default;
};

struct RecommendationList {
  std::vector<Recommendation> items;  // Best first; shorter than k where no more are left.
  bool by_popularity = false;

  bool operator==(const RecommendationList&) const = default;
};

struct RecommenderOptions {
  std::vector<bool> allowed;  // One flag an item; empty: all.
  bool many_people = false;   // Prepare once what makes calls for many people fast.
  bool folds_in = false;      // Prepare for made-up people, and for reasons.
};

class Recommender {
 public:
  // Looks at `model`, which must outlive *this, unchanged.
  Recommender(const model::Model& model, const RecommenderOptions& options, ThreadPool& pool);
  // The same, prepared in the calling thread alone.
  Recommender(const model::Model& model, const RecommenderOptions& options);

  // How many items could be recommended to somebody who has seen nothing.
  std::size_t candidate_count() const noexcept { return candidate_count_; }

  // One list for each user, by their stored vectors.
  // Requires: users below model.users.size(), k > 0.
  std::vector<RecommendationList> for_users(std::span<const std::uint32_t> users, std::size_t k,
                                            ThreadPool& pool) const;

  // By what a person liked, who need not be in the model. Requires: k > 0, and folds_in.
  RecommendationList for_person(const Person& person, std::size_t k, ThreadPool& pool) const;

  // Which of what they liked carry the score of `item`: learning::Ranker::reasons().
  // Requires: folds_in.
  std::vector<learning::Reason> reasons(const Person& person, std::uint32_t item,
                                        std::size_t count) const;

  // By the vector of a person who need not be in the model, which must have vectors.
  // Requires: k > 0 and vector.size() == dimensions.
  RecommendationList for_person(std::span<const float> vector, const Person& person, std::size_t k,
                                ThreadPool& pool) const;

 private:
  RecommendationList popular(std::span<const std::uint32_t> seen, std::size_t k) const;

  const model::Model& model_;
  std::unique_ptr<learning::Ranker> ranker_;
  std::size_t candidate_count_ = 0;
  std::vector<search::Neighbor> by_popularity_;  // Candidates, most seen first.
};

}  // namespace kindred::recommendation
