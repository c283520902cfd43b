// What people will like: for known users and for somebody made up, with the reasons.
//
//   open a model once, ask it as often as you like
//
// The order is by what they will watch, by what they would rate highly, or by both
// (recommendation/rating_ranker.h); by default by all that the model knows. Nobody is recommended
// anything they have seen.
//
// The model is one that model::load() or train() gave, or that model::validate() accepts; that
// its parts have fitting sizes is checked again.
//
// Thread safety: const members from any number of threads, each with a pool of its own.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/learning/ranker.h"
#include "kindred/model/model.h"
#include "kindred/recommendation/person.h"
#include "kindred/recommendation/rating_ranker.h"
#include "kindred/recommendation/recommender.h"

namespace kindred::api {

struct RecommendOptions {
  std::size_t count = 10;                         // For each person; at most the number of items.
  std::optional<recommendation::RankBy> by = {};  // None: all that the model knows.
  std::size_t reason_count = 0;                   // For each item; 0: none. By watching alone.
  std::vector<bool> allowed = {};                 // One flag an item; empty: all.
  bool made_up_people = true;  // False: only known users will be asked about; spares preparing.
  bool many_people = false;    // Prepare once what makes many people fast.
};

struct RecommendedList {
  std::optional<std::uint32_t> user;  // None: somebody made up.
  recommendation::RecommendationList list;
  std::vector<std::vector<learning::Reason>> reasons;  // One list an item, where asked for.
};

class Recommendations {
 public:
  // Looks at `model`, which must outlive *this, unchanged.
  // Throws Error(invalid_argument) when the model cannot answer what is asked.
  Recommendations(const model::Model& model, const RecommendOptions& options, ThreadPool& pool);

  recommendation::RankBy by() const noexcept { return by_; }
  std::size_t count() const noexcept { return options_.count; }

  // How many people to ask about in one call: enough to keep all threads busy, few enough that
  // their lists stay small.
  std::size_t tile_people() const noexcept;
  static std::size_t tile_people(recommendation::RankBy by, std::size_t count) noexcept;

  // One list for each, by their rows. Throws Error(not_found) for a row that is none.
  std::vector<RecommendedList> for_users(std::span<const std::uint32_t> users,
                                         ThreadPool& pool) const;

  // For somebody of whom only this is known: recommendation::find_entries() finds titles.
  // Throws Error(invalid_argument) for an item that is none, or is named twice.
  RecommendedList for_history(const std::vector<recommendation::FoundEntry>& history,
                              ThreadPool& pool) const;

 private:
  RecommendedList finished(RecommendedList answer, const recommendation::Person& person) const;

  const model::Model& model_;
  RecommendOptions options_;
  recommendation::RankBy by_;
  recommendation::Recommender recommender_;
  std::unique_ptr<recommendation::RatingRanker> ranker_;  // Unless by watching.
};

// By what a list is ordered where nobody says: by both, or what there is.
// Throws Error(invalid_argument) when the model does not know what is asked for.
recommendation::RankBy rank_by(const model::Model& model, const RecommendOptions& options);

}  // namespace kindred::api
