#include "cli/train_rating.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/progress.h"
#include "kindred/data/rating_split.h"
#include "kindred/recommendation/train_rating.h"

namespace kindred::cli {
namespace {

using recommendation::RatingModelKind;
using recommendation::RatingTrainOptions;

RatingTrainOptions options_for(const RatingTraining& training) {
  RatingTrainOptions options;
  options.model =
      rating_options(training.verb, training.flags, training.ials, training.common.seed);
  options.kept_draws = training.flags.keep_samples;
  options.checkpoint = training.checkpoint;
  options.resume = training.resume;
  options.cancelled = training.cancelled;
  note(training.common, describe(options.model));
  return options;
}

// Draws that would not fit give way to their mean; the training itself cannot.
void fit_into_memory(const CommonOptions& common, const data::Interactions& interactions,
                     RatingTrainOptions& options) {
  const int dimensions = options.model.dimensions();
  const std::size_t needed = recommendation::rating_training_memory_bytes(interactions, dimensions);
  require_memory(common, needed, "training on ratings");
  if (options.model.kind == RatingModelKind::als || options.kept_draws == 0) return;
  const std::size_t draws =
      model::rating_model_bytes(interactions.users.size(), interactions.items.size(), dimensions,
                                static_cast<std::size_t>(options.kept_draws));
  // Once in training and once more while a checkpoint or the model is written.
  if (needed + 2 * draws <= memory_limit_bytes(common)) return;
  note(common, fmt::format("{} samples need {:.1f} GiB, more than there is: keeping their mean and "
                           "variances instead; --keep-samples with fewer may fit",
                           options.kept_draws, static_cast<double>(draws) / kGibibyte));
  options.kept_draws = 0;
}

// The vectors without their last value, the bias.
Matrix without_bias(const Matrix& vectors) {
  Matrix out(vectors.rows(), vectors.cols() - 1);
  for (std::size_t row = 0; row < vectors.rows(); ++row) {
    std::ranges::copy(vectors.row(row).first(out.cols()), out.row(row).begin());
  }
  return out;
}

// A model of ratings alone: everything that a model of watching brings, from here.
void fill_model(const LoadedRatings& data, const recommendation::RatingTrainResult& result,
                int dimensions, model::Model& model) {
  model.kind = model::kRatingKind;
  model.options.dimensions = dimensions;
  model.items.labels = data.interactions.items;
  model.items.vectors = without_bias(result.model.draws.front().items);
  model.users.labels = data.interactions.users;
  model.users.vectors = without_bias(result.model.draws.front().users);
  model.has_values = true;
  model.seen = data.interactions.by_user;
  model.history = result.history;
}

}  // namespace

void train_rating(const RatingTraining& training, const LoadedRatings& data, model::Model& model,
                  ThreadPool& pool) {
  data::require_ratings(data.interactions, "the ratings file");
  RatingTrainOptions options = options_for(training);
  fit_into_memory(training.common, data.interactions, options);
  const bool bayesian = options.model.kind == RatingModelKind::bayesian;
  const int steps = options.model.step_count();
  double error = 0.0;
  recommendation::RatingTrainResult result;
  {
    Progress progress(stderr, progress_style(training.common), bayesian ? "sampling" : "training",
                      static_cast<std::size_t>(steps), bayesian ? "sweeps" : "epochs");
    int shown = 0;
    result = recommendation::train_ratings(
        data.interactions, data.users, data.items, options, pool,
        [&](const training::EpochRecord& record) {
          progress.advance(static_cast<std::size_t>(record.epoch - shown));
          shown = record.epoch;
          error = record.losses.front().second;
        });
  }
  if (result.reason == training::StopReason::cancelled) {
    throw_stopped(bayesian ? "sweep" : "epoch", result.history.size(), " of the rating model");
  }
  note(training.common,
       fmt::format("ratings: rmse {:.4f} on what it learned from; 'kindred evaluate "
                   "--objective rate' measures it on what it did not",
                   error));
  if (training.flags.objective == "rate") {
    fill_model(data, result, options.model.dimensions(), model);
  }
  model.ratings = std::move(result.model);
}

}  // namespace kindred::cli
