// The part of kindred train that learns what people would rate.

#pragma once

#include <atomic>

#include "cli/common.h"
#include "cli/rating_model_flags.h"
#include "cli/ratings_flags.h"
#include "kindred/base/thread_pool.h"
#include "kindred/model/model.h"
#include "kindred/training/run.h"

namespace kindred::cli {

class Command;

struct RatingTraining {
  const Command& verb;
  const CommonOptions& common;
  const RatingModelFlags& flags;
  const IalsFlags& ials;  // For the flags that both objectives share.
  const std::atomic<bool>* cancelled = nullptr;
  training::CheckpointPolicy checkpoint;
};

// Trains on `data`, with progress on stderr, and puts the result into `model`: as an
// addition to one of watching, or with the objective "rate" as all there is.
// Throws Error(cancelled) when it was stopped, and Error(out_of_memory) beforehand.
void train_rating(const RatingTraining& training, const LoadedRatings& data, model::Model& model,
                  ThreadPool& pool);

}  // namespace kindred::cli
