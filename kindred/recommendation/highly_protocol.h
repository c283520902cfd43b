// Do people watch what is recommended, and rate it highly? Three orders on one split.
//
//   split -> a model of watching and a model of ratings -> lists by watch, rate, both
//
// A held-out rating is of something that the person did watch. Of the first k of each list:
//
//   highly@k    share that were watched and rated at or above the threshold
//   watched@k   share that were watched
//   of_watched  the first divided by the second: of those watched, how many were liked
//
// over the people who have a held-out rating at or above the threshold. Items that the
// person has rated in training are never listed.
//
// Cost: both trainings, and one prediction for each person and item.
// Thread safety: a function of its arguments alone.

#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/rating_split.h"
#include "kindred/data/table.h"
#include "kindred/evaluation/rating.h"
#include "kindred/recommendation/rating_ranker.h"
#include "kindred/recommendation/train.h"
#include "kindred/recommendation/train_rating.h"

namespace kindred::recommendation {

struct HighlyOptions {
  TrainOptions watch;
  RatingTrainOptions rate;
  std::size_t k = 10;
};

struct HighlyComparison {
  std::size_t people = 0;
  // For RankBy::watch, rate and both, in this order.
  std::array<std::vector<evaluation::RatingMetric>, 3> metrics;
};

// Throws Error(invalid_argument) when nobody has a held-out rating that high, or as the
// trainings do.
HighlyComparison evaluate_highly(const data::RatingSplit& split, const data::Table& users,
                                 const data::Table& items, const HighlyOptions& options,
                                 ThreadPool& pool);

}  // namespace kindred::recommendation
