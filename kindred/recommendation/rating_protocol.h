// Runs an evaluation of predicted ratings: train on one part, predict the other.
//
//   split -> ALS or Bayesian model -> predictions -> rmse, mae, coverage
//
// and the same for the baselines of rating_baselines.h. A Bayesian prediction is the mean
// of the draws after burn-in; its deviation is their spread and the noise together.
//
// Cost: the training, and O(test pairs x d) a draw. Thread safety: functions of their
// arguments alone.

#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/rating_split.h"
#include "kindred/data/table.h"
#include "kindred/evaluation/rating.h"
#include "kindred/recommendation/rating_options.h"

namespace kindred::recommendation {

struct RatingProtocolOptions {
  RatingModelOptions model;
  // After each epoch or sweep, with what is known by then of the test's rmse; a Bayesian
  // run has none during burn-in (a negative number).
  std::function<void(int done, double test_rmse)> observe;
};

struct RatingComparison {
  std::vector<evaluation::RatingMetric> model;
  std::vector<std::pair<std::string, std::vector<evaluation::RatingMetric>>> baselines;
  double training_seconds = 0.0;
};

// `users` and `items` hold attributes, a row for each label of the training part; or no
// columns. Throws Error(invalid_argument) as the models do, and where periods are asked for
// and the ratings have no times.
RatingComparison evaluate_ratings(const data::RatingSplit& split, const data::Table& users,
                                  const data::Table& items, const RatingProtocolOptions& options,
                                  ThreadPool& pool);

// The periods of the ratings, none for a count of 0. Throws Error(invalid_argument) where
// the ratings have no times.
factorization::RatingTimes rating_times(const data::Interactions& interactions,
                                        std::size_t period_count);

// The features that the options choose.
factorization::SideFeatures side_features(const SparseMatrix& ratings, const data::Table& users,
                                          const data::Table& items,
                                          const RatingModelOptions& options);

}  // namespace kindred::recommendation
