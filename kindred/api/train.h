// From ratings to a model, in one call: what people will watch, what they would rate, or both.
//
//   watch   a model of what people choose, by any family (learning/families.h)
//   rate    a model of what they would rate, ALS or Bayesian; its vectors place users and items
//   both    the two in one model: the second orders what the first finds
//
// Where ratings are predicted too, every pair counts as chosen unless `positives` says
// otherwise: the model of ratings knows what was liked, so that of watching need not.
//
// Equal ratings and options give equal models for any number of threads, resumed or not.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kindred/api/ratings.h"
#include "kindred/data/positives.h"
#include "kindred/learning/watching.h"
#include "kindred/model/model.h"
#include "kindred/recommendation/train_rating.h"
#include "kindred/training/run.h"

namespace kindred::api {

enum class Objective { watch, rate, both };

struct TrainOptions {
  Objective objective = Objective::watch;
  learning::WatchOptions watching = factorization::IalsOptions{};
  std::optional<data::PositiveRule> positives = {};  // What counts as chosen; none: by the values.
  std::optional<std::size_t> validation_users =
      {};                  // Held out to judge epochs; none: a good number.
  int patience = 3;        // Epochs without a better validation.
  std::uint64_t seed = 1;  // Who is held out. The models have their own.
  recommendation::RatingTrainOptions rating = {};
};

// Which of the two models is learned just now.
enum class Stage { watching, rating };

struct Trained {
  model::Model model;  // With the attributes as metadata. After a cancellation it is not complete.
  training::Ended ended = training::Ended::finished;
  Stage stage = Stage::watching;       // The last one.
  int epochs_done = 0;                 // Of that stage.
  int best_epoch = 0;                  // Of watching.
  std::optional<double> rating_error;  // Root mean squared, on the ratings that it learned from.
};

// How a training is carried out: as training::Run, for a training that may have two stages.
struct TrainRun {
  ThreadPool& pool;
  const std::atomic<bool>* cancelled = nullptr;
  // The model that will be written: checkpoints lie beside it (model/checkpoint.h). Empty: none.
  std::filesystem::path checkpoints_of = {};
  bool resume = false;
  std::function<void(Stage, const training::Epoch&)> observe = {};
  // Decisions that the person should know of, one line each.
  std::function<void(const std::string&)> note = {};
  // Before a stage, with the memory that it will take; may throw to refuse. And after it.
  std::function<void(Stage, const std::vector<MemoryPart>&)> begin = {};
  std::function<void(const Trained&)> end = {};
  // Bytes that may be used: samples that do not fit give way to their mean. 0: not limited.
  std::size_t memory_limit = 0;
};

// Throws Error(invalid_argument) for ratings and options that cannot be, and for a checkpoint of
// another training.
Trained train(const Ratings& ratings, const TrainOptions& options, const TrainRun& run);

// The rule that train() takes for these ratings.
data::PositiveRule positive_rule(const Ratings& ratings, const TrainOptions& options);

}  // namespace kindred::api
