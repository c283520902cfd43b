#include "kindred/api/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/data/rating_split.h"
#include "kindred/model/checkpoint.h"
#include "kindred/recommendation/train.h"

namespace kindred::api {
namespace {

void tell(const TrainRun& run, const std::string& line) {
  if (run.note) run.note(line);
}

training::Run run_of(const TrainRun& run, Stage stage) {
  training::Run out{.pool = run.pool, .cancelled = run.cancelled};
  if (!run.checkpoints_of.empty()) {
    out.checkpoint = {.path = stage == Stage::watching
                                  ? model::checkpoint_path(run.checkpoints_of)
                                  : model::rating_checkpoint_path(run.checkpoints_of),
                      .resume = run.resume};
  }
  out.observe = [&run, stage](const training::Epoch& epoch) {
    if (run.observe) run.observe(stage, epoch);
  };
  return out;
}

void train_watching(const Ratings& ratings, const TrainOptions& options, const TrainRun& run,
                    Trained& trained) {
  const std::size_t users = ratings.interactions.users.size();
  const learning::WatchTraining training = {.family = options.watching,
                                            .positive_rule = positive_rule(ratings, options),
                                            .validation_users = options.validation_users.value_or(
                                                recommendation::default_validation_users(users)),
                                            .patience = options.patience,
                                            .seed = options.seed};
  if (run.begin) {
    run.begin(Stage::watching, learning::training_memory(ratings.interactions, training));
  }
  if (!options.positives) {
    tell(run, fmt::format("positives: {}", data::describe(training.positive_rule)));
  }
  tell(run, learning::describe(options.watching));
  learning::WatchResult result =
      learning::train_watching(ratings.interactions, training, run_of(run, Stage::watching));
  trained.stage = Stage::watching;
  trained.ended = result.ended;
  trained.epochs_done = static_cast<int>(result.model.history.size());
  trained.best_epoch = result.best_epoch;
  trained.model = std::move(result.model);
  if (run.end) run.end(trained);
}

// Samples that would not fit give way to their mean; the training itself cannot.
void fit_into_memory(const Ratings& ratings, const TrainRun& run,
                     recommendation::RatingTrainOptions& options) {
  const int dimensions = options.model.dimensions();
  const std::size_t needed =
      recommendation::rating_training_memory_bytes(ratings.interactions, dimensions);
  if (run.begin) run.begin(Stage::rating, {{"training on ratings", needed}});
  if (options.model.kind == recommendation::RatingModelKind::als || options.kept_draws == 0) return;
  if (run.memory_limit == 0) return;
  const std::size_t draws = model::rating_model_bytes(ratings.interactions.users.size(),
                                                      ratings.interactions.items.size(), dimensions,
                                                      static_cast<std::size_t>(options.kept_draws));
  // Once in training and once more while a checkpoint or the model is written.
  if (needed + 2 * draws <= run.memory_limit) return;
  tell(run, fmt::format("{} samples need {:.1f} GiB, more than there is: keeping their mean and "
                        "variances instead; fewer of them may fit",
                        options.kept_draws, static_cast<double>(draws) / (1024.0 * 1024 * 1024)));
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
void fill_model(const Ratings& ratings, const recommendation::RatingTrainResult& result,
                model::Model& model) {
  model.watching = std::monostate{};
  model.items.labels = ratings.interactions.items;
  model.items.vectors = without_bias(result.model.draws.front().items);
  model.users.labels = ratings.interactions.users;
  model.users.vectors = without_bias(result.model.draws.front().users);
  model.has_values = true;
  model.seen = ratings.interactions.by_user;
  model.history = result.history;
}

void train_rating(const Ratings& ratings, const TrainOptions& options, const TrainRun& run,
                  Trained& trained) {
  data::require_ratings(ratings.interactions, "the ratings file");
  recommendation::RatingTrainOptions rating = options.rating;
  fit_into_memory(ratings, run, rating);
  recommendation::RatingTrainResult result = recommendation::train_ratings(
      ratings.interactions, ratings.users, ratings.items, rating, run_of(run, Stage::rating));
  trained.stage = Stage::rating;
  trained.ended = result.ended;
  trained.epochs_done = static_cast<int>(result.history.size());
  if (!result.history.empty()) trained.rating_error = result.history.back().losses.front().second;
  if (run.end) run.end(trained);
  if (result.ended == training::Ended::cancelled) return;
  if (options.objective == Objective::rate) fill_model(ratings, result, trained.model);
  trained.model.ratings = std::move(result.model);
}

void require_options(const TrainOptions& options) {
  if (options.objective != Objective::rate) learning::validate(options.watching);
  if (options.patience < 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("patience is {}, not at least 0", options.patience));
  }
  if (options.objective == Objective::watch) return;
  factorization::validate(options.rating.model.als);
  factorization::validate(options.rating.model.bayesian);
  if (options.rating.kept_draws < 0 || options.rating.kept_draws > recommendation::kKeptDrawsMax) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the samples to keep are {}, not in 0..{}", options.rating.kept_draws,
                            recommendation::kKeptDrawsMax));
  }
}

}  // namespace

data::PositiveRule positive_rule(const Ratings& ratings, const TrainOptions& options) {
  if (options.positives) return *options.positives;
  const data::ValueScale scale = data::scale_of_values(ratings.interactions);
  // What people would rate is learned apart: watched is all that did happen.
  if (options.objective == Objective::both && !scale.is_of_events()) return {};
  return data::rule_of(scale);
}

Trained train(const Ratings& ratings, const TrainOptions& options, const TrainRun& run) {
  check(ratings);
  require_options(options);
  Trained trained;
  if (options.objective != Objective::rate) train_watching(ratings, options, run, trained);
  if (trained.ended == training::Ended::cancelled) return trained;
  if (options.objective != Objective::watch) train_rating(ratings, options, run, trained);
  if (trained.ended == training::Ended::cancelled) return trained;
  const auto table_of = [](const data::Table& table, std::size_t rows) {
    return table.columns().empty() ? data::Table(rows) : table;
  };
  trained.model.items.metadata = table_of(ratings.items, trained.model.items.size());
  trained.model.users.metadata = table_of(ratings.users, trained.model.users.size());
  return trained;
}

}  // namespace kindred::api
