// Recommendations: for each person the k items that they will most likely watch.
//
// A person is a vector; the score of an item is the dot product with the item's vector,
// and the best k come from the exact search. Never among them:
//   - what the person has seen: every pair of the ratings file, also those rated low
//   - items that the options do not allow
//   - items about which nothing was learned (nobody liked them; their vector is zero)
// Equal scores go by the order of the items; a score is never NaN.
//
// Somebody who liked nothing has a zero vector, and every score would be 0. They get
// what most people have seen, marked `by_popularity`; the score is then the share of all
// users who have seen the item.
//
// Cost: as search/top_k.h. Thread safety: const members from any number of threads, each
// with a pool of its own.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/model/model.h"
#include "kindred/recommendation/person.h"
#include "kindred/search/top_k.h"

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
};

class Recommender {
 public:
  // Looks at `model`, which must outlive *this, unchanged.
  Recommender(const model::Model& model, const RecommenderOptions& options);

  // How many items could be recommended to somebody who has seen nothing.
  std::size_t candidate_count() const noexcept { return candidate_count_; }

  // One list for each user, by their stored vectors.
  // Requires: users below model.users.size(), k > 0.
  std::vector<RecommendationList> for_users(std::span<const std::uint32_t> users, std::size_t k,
                                            ThreadPool& pool) const;

  // By the vector of a person who need not be in the model. Requires: k > 0 and
  // vector.size() == dimensions.
  RecommendationList for_person(std::span<const float> vector, const Person& person, std::size_t k,
                                ThreadPool& pool) const;

 private:
  RecommendationList popular(std::span<const std::uint32_t> seen, std::size_t k) const;

  const model::Model& model_;
  std::vector<bool> candidates_;                   // One flag an item.
  std::size_t candidate_count_ = 0;                // How many are set.
  std::vector<search::Neighbor> by_popularity_;    // Candidates, most seen first.
  std::optional<search::BatchTopK> batch_search_;  // With many_people.
};

}  // namespace kindred::recommendation
