// From ratings to a model that predicts them: the whole of training, in one resumable call.
//
// Vectors of a Bayesian model are draws; so many of them, evenly spread over the sweeps
// after burn-in, are kept for predictions. Where they would take more memory than there
// is, or none are asked for, the mean and the variance of every value stand for them.
//
// With a checkpoint path the state is written every few seconds, between two epochs or
// sweeps. Resuming gives the bytes of an uninterrupted run.
//
// In the literature: explicit feedback, probabilistic matrix factorization.
// Thread safety: runs in the calling thread and the pool of the Run.

#pragma once

#include <cstddef>
#include <vector>

#include "kindred/data/interactions.h"
#include "kindred/data/table.h"
#include "kindred/model/rating_model.h"
#include "kindred/recommendation/rating_protocol.h"
#include "kindred/training/run.h"

namespace kindred::recommendation {

inline constexpr int kKeptDrawsMax = 32;

struct RatingTrainOptions {
  RatingModelOptions model;        // With periods, predictions are those of no particular time.
  int kept_draws = kKeptDrawsMax;  // At most; 0: the mean and variances.
};

struct RatingTrainResult {
  model::RatingModel model;  // Empty after a cancellation.
  std::vector<training::Epoch> history;
  training::Ended ended = training::Ended::finished;
};

// Throws Error(invalid_argument) for options out of range, for data without ratings, and
// when the checkpoint belongs to other data or options, saying what differs.
// `users` and `items` are the attributes, a row for each label, or have no columns.
RatingTrainResult train_ratings(const data::Interactions& interactions, const data::Table& users,
                                const data::Table& items, const RatingTrainOptions& options,
                                const training::Run& run);

// Bytes that training needs beside the interactions, the kept draws apart.
std::size_t rating_training_memory_bytes(const data::Interactions& interactions,
                                         int dimensions) noexcept;

}  // namespace kindred::recommendation
