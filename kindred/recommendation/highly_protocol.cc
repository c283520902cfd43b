#include "kindred/recommendation/highly_protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "kindred/base/error.h"

namespace kindred::recommendation {
namespace {

using data::RatedPair;

// The held-out ratings of one person.
struct Held {
  std::uint32_t user = 0;
  std::map<std::uint32_t, float> ratings;
};

std::vector<Held> people_of(const data::RatingSplit& split, float threshold) {
  std::vector<Held> people;
  for (const RatedPair& pair : split.test) {
    if (people.empty() || people.back().user != pair.user) people.push_back({pair.user, {}});
    people.back().ratings.emplace(pair.item, pair.rating);
  }
  std::erase_if(people, [&](const Held& person) {
    return std::ranges::none_of(person.ratings,
                                [&](const auto& rated) { return rated.second >= threshold; });
  });
  return people;
}

// What a person did with the first k of a list.
struct Hits {
  double watched = 0.0;
  double highly = 0.0;
};

Hits hits_of(const RecommendationList& list, const Held& person, std::size_t k, float threshold) {
  Hits hits;
  for (const Recommendation& chosen : list.items) {
    const auto found = person.ratings.find(chosen.item);
    if (found == person.ratings.end()) continue;
    hits.watched += 1.0 / static_cast<double>(k);
    if (found->second >= threshold) hits.highly += 1.0 / static_cast<double>(k);
  }
  return hits;
}

evaluation::RatingMetric metric(const std::string& name, const std::string& definition,
                                const std::vector<double>& per_person) {
  const evaluation::MetricResult mean =
      evaluation::summarise({evaluation::MetricKind::precision, 1}, per_person);
  return {name, definition, mean.value, mean.interval};
}

std::vector<evaluation::RatingMetric> metrics_of(const std::vector<Hits>& hits, std::size_t k,
                                                 float threshold) {
  std::vector<double> highly;
  std::vector<double> watched;
  double highly_sum = 0.0;
  double watched_sum = 0.0;
  for (const Hits& person : hits) {
    highly.push_back(person.highly);
    watched.push_back(person.watched);
    highly_sum += person.highly;
    watched_sum += person.watched;
  }
  return {metric(fmt::format("highly@{}", k),
                 fmt::format("share of the first {} that were watched and rated {:g} or more", k,
                             threshold),
                 highly),
          metric(fmt::format("watched@{}", k),
                 fmt::format("share of the first {} that were watched", k), watched),
          {"of_watched",
           "of those watched, the share rated that high",
           watched_sum > 0.0 ? highly_sum / watched_sum : 0.0,
           {}}};
}

}  // namespace

HighlyComparison evaluate_highly(const data::RatingSplit& split, const data::Table& users,
                                 const data::Table& items, const HighlyOptions& options,
                                 ThreadPool& pool) {
  const float threshold =
      high_rating(options.watch.positive_rule, factorization::rating_scale(split.train.by_user));
  const std::vector<Held> people = people_of(split, threshold);
  if (people.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("nothing to evaluate: nobody has a held-out rating of {:g} or more",
                            threshold));
  }
  model::Model model = train(split.train, options.watch, {.pool = pool}).model;
  model.ratings = train_ratings(split.train, users, items, options.rate, {.pool = pool}).model;
  const RatingRanker ranker(model, {});
  const Recommender recommender(model, {.allowed = {}, .many_people = true});
  std::vector<std::uint32_t> rows;
  for (const Held& person : people) rows.push_back(person.user);
  const auto candidates =
      recommender.for_users(rows, RatingRanker::candidates_for(options.k), pool);

  std::array<std::vector<Hits>, 3> hits;
  for (auto& each : hits) each.resize(people.size());
  pool.parallel_for(people.size(), [&](std::size_t p, int) {
    const Rater rater = ranker.predictor().known(people[p].user);
    RecommendationList watch = candidates[p];
    watch.items.resize(std::min(options.k, watch.items.size()));
    const auto seen = model.seen.row_columns(people[p].user);
    const std::array<RecommendationList, 3> lists = {
        watch, ranker.by_rate(rater, seen, options.k),
        ranker.by_both(candidates[p], rater, options.k)};
    for (std::size_t by = 0; by < lists.size(); ++by) {
      hits[by][p] = hits_of(lists[by], people[p], options.k, threshold);
    }
  });
  HighlyComparison comparison{.people = people.size(), .metrics = {}};
  for (std::size_t by = 0; by < hits.size(); ++by) {
    comparison.metrics[by] = metrics_of(hits[by], options.k, threshold);
  }
  return comparison;
}

}  // namespace kindred::recommendation
