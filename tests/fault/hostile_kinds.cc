#include "tests/fault/hostile_kinds.h"

#include <atomic>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/movie_world.h"
#include "kindred/factorization/fold_in.h"
#include "kindred/model/io.h"
#include "kindred/model/table_fit.h"
#include "kindred/recommendation/attribute_rows.h"
#include "kindred/recommendation/rating_predictor.h"
#include "kindred/recommendation/recommender.h"
#include "kindred/recommendation/train.h"
#include "kindred/recommendation/train_rating.h"
#include "kindred/recommendation/two_towers.h"

namespace kindred::test {
namespace {

namespace fs = std::filesystem;
using recommendation::RatingModelKind;

constexpr std::size_t kPeople = 30;

void require_answer(double value, const char* what) {
  if (!std::isfinite(value)) throw std::logic_error(std::string(what) + " is not finite");
}

data::MovieWorld world() { return data::simulate_movie_world({.people = kPeople}); }

// ---- What verbs do.

void use_ratings(const model::Model& model) {
  const recommendation::RatingPredictor predictor(*model.ratings);
  const std::vector<std::uint32_t> items = {0, 1};
  const std::vector<float> ratings = {model.ratings->scale.low, model.ratings->scale.high};
  for (const recommendation::Rater& rater :
       {predictor.known(0), predictor.fold_in(items, ratings)}) {
    const recommendation::PredictedRating predicted = predictor.predict(rater, 2);
    require_answer(predicted.centre, "a prediction");
    require_answer(predicted.rating, "a rating");
    require_answer(predicted.deviation.value_or(0.0F), "a deviation");
    require_answer(predictor.chance_of_at_least(predicted, 3.0F), "a chance");
  }
}

void use_model(const model::Model& model, const fs::path& copy) {
  ThreadPool pool(1);
  const recommendation::Recommender recommender(model, {});
  const std::vector<std::uint32_t> users = {0, 1};
  for (const auto& list : recommender.for_users(users, 5, pool)) {
    for (const auto& item : list.items) require_answer(item.score, "a score");
  }
  if (model.knows_watching()) {
    const factorization::FoldIn fold_in(model.items.vectors, model::fold_in_options(model), pool);
    const std::vector<std::uint32_t> liked = {0, 2};
    for (const float value : fold_in.solve(liked)) require_answer(value, "a new person");
  }
  if (model.ratings) use_ratings(model);
  model::save(model, copy);
}

void use_model_file(const fs::path& file) {
  use_model(model::load(file), file.parent_path() / "copy.kindred");
}

// ---- Models of ratings and of what people watch.

recommendation::TrainOptions watch_options() {
  recommendation::TrainOptions options;
  options.ials.dimensions = 3;
  options.ials.epochs = 3;
  options.positive_rule.threshold = 4.0F;
  options.validation_users = 5;
  return options;
}

recommendation::RatingTrainOptions rating_options(RatingModelKind kind) {
  recommendation::RatingTrainOptions options;
  options.model.kind = kind;
  options.model.als.dimensions = options.model.bayesian.dimensions = 2;
  options.model.als.epochs = 4;
  options.model.als.implicit_weight = 0.1F;
  options.model.bayesian.burn_in = 2;
  options.model.bayesian.samples = 4;
  options.kept_draws = 2;
  return options;
}

model::Model watch_model() {
  ThreadPool pool(1);
  data::MovieWorld made = world();
  model::Model model = recommendation::train(made.ratings, watch_options(), {.pool = pool}).model;
  model.items.metadata = std::move(made.movies);
  model.users.metadata = std::move(made.people);
  return model;
}

model::Model both_model(RatingModelKind kind) {
  ThreadPool pool(1);
  const data::MovieWorld made = world();
  model::Model model = watch_model();
  model.ratings = recommendation::train_ratings(made.ratings, made.people, made.movies,
                                                rating_options(kind), {.pool = pool})
                      .model;
  return model;
}

Matrix without_bias(const Matrix& vectors) {
  Matrix out(vectors.rows(), vectors.cols() - 1);
  for (std::size_t row = 0; row < vectors.rows(); ++row) {
    for (std::size_t i = 0; i < out.cols(); ++i) out.row(row)[i] = vectors.row(row)[i];
  }
  return out;
}

model::Model rating_model(RatingModelKind kind) {
  model::Model model = both_model(kind);
  model.watching = std::monostate{};
  model.items.vectors = without_bias(model.ratings->draws.front().items);
  model.users.vectors = without_bias(model.ratings->draws.front().users);
  return model;
}

void go_on_watching(const fs::path& checkpoint, bool resume, int epochs) {
  ThreadPool pool(1);
  recommendation::TrainOptions options = watch_options();
  options.ials.epochs = epochs;
  const model::Model model =
      recommendation::train(world().ratings, options,
                            {.pool = pool, .checkpoint = {.path = checkpoint, .resume = resume}})
          .model;
  if (resume) use_model(model, checkpoint.parent_path() / "copy.kindred");
}

// Stops after the second step where it is not resumed: that writes the checkpoint.
void go_on_rating(const fs::path& checkpoint, RatingModelKind kind, int kept, bool resume) {
  ThreadPool pool(1);
  const data::MovieWorld made = world();
  std::atomic<bool> cancelled = false;
  recommendation::RatingTrainOptions options = rating_options(kind);
  options.kept_draws = kept;
  const int last = kind == RatingModelKind::als ? 2 : 4;
  const auto result =
      recommendation::train_ratings(made.ratings, made.people, made.movies, options,
                                    {.pool = pool,
                                     .cancelled = &cancelled,
                                     .checkpoint = {.path = checkpoint, .resume = resume},
                                     .observe = [&](const training::Epoch& record) {
                                       cancelled = !resume && record.epoch == last;
                                     }});
  if (!resume) return;
  model::Model model = watch_model();
  model.ratings = result.model;
  use_model(model, checkpoint.parent_path() / "copy.kindred");
}

// ---- Towers and tables.

model::Model towers(const fs::path& checkpoint, bool resume, int epochs) {
  ThreadPool pool(1);
  const data::MovieWorld made = world();
  recommendation::TwoTowerOptions options;
  options.user_columns = recommendation::attribute_columns(made.people, {});
  options.item_columns = recommendation::attribute_columns(made.movies, {});
  options.dimensions = 3;
  options.hidden = 4;
  options.epochs = epochs;
  options.batch_size = 64;
  return recommendation::train_two_towers(
             made.ratings, made.people, made.movies, options,
             {.pool = pool, .checkpoint = {.path = checkpoint, .resume = resume}})
      .model;
}

data::Batch homes(std::size_t count) {
  Rng rng(3);
  std::vector<double> feet;
  std::vector<double> price;
  std::vector<std::int64_t> rooms;
  data::TextList city;
  for (std::size_t row = 0; row < count; ++row) {
    feet.push_back(500.0 + 2000.0 * rng.uniform());
    rooms.push_back(static_cast<std::int64_t>(rng.below(6)));
    city.push_back(std::vector<std::string>{"Rome", "Oslo", "Bonn"}[rng.below(3)]);
    price.push_back(100'000.0 + 2.0 * feet.back());
  }
  data::Batch batch;
  batch.add("feet", data::column(std::move(feet)));
  batch.add("rooms", data::column(std::move(rooms)));
  batch.add("city", data::column(std::move(city)));
  batch.label = data::column(std::move(price));
  return batch;
}

model::TableModel table(const fs::path& checkpoint, bool resume, int epochs) {
  ThreadPool pool(1);
  features::TableRecipe recipe;
  recipe.reading.label = "price";
  recipe.columns = {
      features::numeric("feet", {features::ZScore{}}),
      features::indicator({.kind = features::BucketizedColumn{.source = features::numeric("feet"),
                                                              .quantile_count = 4}}),
      features::embedding(features::vocabulary("city", {}), 2),
      features::embedding(features::hashed("rooms", 5), 2),
      features::indicator(features::crossed({features::raw("city"), features::raw("rooms")}, 7))};
  model::TableFitOptions options;
  options.hidden = {4};
  options.epochs = epochs;
  options.batch_size = 16;
  options.patience = 5;
  options.checkpoint = checkpoint;
  options.resumes = resume;
  return model::fit_table(homes(60), std::move(recipe), options, pool);
}

void use_table(model::TableModel model, const fs::path& copy) {
  ThreadPool pool(1);
  const Matrix predicted = model.network.predict(homes(3), {}, pool);
  for (const float value : predicted.values()) require_answer(value, "a prediction");
  (void)model::table_embeddings(model, "city_embedding");
  model::save(model, copy);
}

FileKind model_kind(std::string name, std::function<model::Model()> make) {
  return {.name = std::move(name),
          .make = [make = std::move(make)](const fs::path& file) { model::save(make(), file); },
          .use = use_model_file};
}

FileKind rating_checkpoint(std::string name, RatingModelKind kind, int kept) {
  return {.name = std::move(name),
          .make = [=](const fs::path& file) { go_on_rating(file, kind, kept, false); },
          .use = [=](const fs::path& file) { go_on_rating(file, kind, kept, true); },
          .is_checkpoint = true};
}

}  // namespace

const std::vector<FileKind>& file_kinds() {
  static const std::vector<FileKind> kKinds = {
      model_kind("watch", watch_model),
      model_kind("rate_als", [] { return rating_model(RatingModelKind::als); }),
      model_kind("rate_bayesian", [] { return rating_model(RatingModelKind::bayesian); }),
      model_kind("both", [] { return both_model(RatingModelKind::bayesian); }),
      model_kind("towers", [] { return towers({}, false, 2); }),
      {.name = "fit",
       .make = [](const fs::path& file) { model::save(table({}, false, 3), file); },
       .use =
           [](const fs::path& file) {
             use_table(model::load_table_model(file), file.parent_path() / "copy.kindred");
           }},
      {.name = "watch_checkpoint",
       .make = [](const fs::path& file) { go_on_watching(file, false, 2); },
       .use = [](const fs::path& file) { go_on_watching(file, true, 3); },
       .is_checkpoint = true},
      rating_checkpoint("als_checkpoint", RatingModelKind::als, 2),
      rating_checkpoint("bayesian_checkpoint", RatingModelKind::bayesian, 2),
      rating_checkpoint("moments_checkpoint", RatingModelKind::bayesian, 0),
      {.name = "towers_checkpoint",
       .make = [](const fs::path& file) { towers(file, false, 2); },
       .use =
           [](const fs::path& file) {
             use_model(towers(file, true, 3), file.parent_path() / "copy.kindred");
           },
       .is_checkpoint = true},
      {.name = "fit_checkpoint",
       .make = [](const fs::path& file) { table(file, false, 2); },
       .use =
           [](const fs::path& file) {
             use_table(table(file, true, 3), file.parent_path() / "copy.kindred");
           },
       .is_checkpoint = true},
  };
  return kKinds;
}

}  // namespace kindred::test
