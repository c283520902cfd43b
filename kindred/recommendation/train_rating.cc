#include "kindred/recommendation/train_rating.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/data/rating_split.h"
#include "kindred/linalg/gramian.h"
#include "kindred/model/checkpoint.h"
#include "kindred/model/parts.h"
#include "kindred/recommendation/rating_features.h"
#include "kindred/storage/named_errors.h"
#include "kindred/training/training_loop.h"

namespace kindred::recommendation {
namespace {

using model::Checkpoint;
using model::RatingDraw;
using model::RatingModel;

constexpr auto kCheckpointPause = std::chrono::seconds(5);
constexpr const char* kErrorName = "rmse";  // On the ratings that are learned from.

Matrix as_row(std::span<const float> values) {
  return {1, values.size(), {values.begin(), values.end()}};
}

Matrix as_square(std::span<const float> values, std::size_t size) {
  return {size, size, {values.begin(), values.end()}};
}

Matrix multiplied(Matrix matrix, double factor) {
  for (float& value : matrix.values()) value *= static_cast<float>(factor);
  return matrix;
}

// What the loop of training needs of either kind of model.
class Learner {
 public:
  virtual ~Learner() = default;
  virtual void run(ThreadPool& pool) = 0;
  virtual int done() const = 0;
  virtual double error(ThreadPool& pool) const = 0;
  virtual void finish(RatingModel& model, ThreadPool& pool) = 0;
  virtual void save(Checkpoint& checkpoint) const = 0;
  virtual void restore(Checkpoint checkpoint) = 0;
};

class AlsLearner final : public Learner {
 public:
  AlsLearner(const data::Interactions& data, const RatingTrainOptions& options)
      : ratings_(data.by_user), als_(data.by_user, options.model.als) {}

  void run(ThreadPool& pool) override { als_.run_epoch(pool); }
  int done() const override { return als_.epoch(); }

  double error(ThreadPool& pool) const override {
    std::vector<double> squares(ratings_.rows, 0.0);
    pool.parallel_for(ratings_.rows, [&](std::size_t user, int) {
      const auto items = ratings_.row_columns(user);
      for (std::size_t n = 0; n < items.size(); ++n) {
        const double miss =
            double{ratings_.row_values(user)[n]} - double{als_.predict(user, items[n])};
        squares[user] += miss * miss;
      }
    });
    double sum = 0.0;
    for (const double square : squares) sum += square;
    return std::sqrt(sum / static_cast<double>(ratings_.entry_count()));
  }

  // Vectors of the model predict ratings as they are: the unit goes to the side of the users and
  // what pulls them, and to the biases of the items, which leaves the equations of a person
  // with the same penalties. One more half-epoch, so that folding in a known user gives that user's
  // stored vector.
  void finish(RatingModel& model, ThreadPool& pool) override {
    als_.solve_users(pool);
    const factorization::Als::State state = als_.state();
    const std::size_t width = state.item_vectors.cols();
    RatingDraw draw;
    draw.users = multiplied(state.user_vectors, als_.unit());
    draw.items = state.item_vectors;
    for (std::size_t item = 0; item < draw.items.rows(); ++item) {
      draw.items.row(item).back() *= static_cast<float>(als_.unit());
    }
    draw.prior_precision = Matrix(width, width);
    draw.prior_mean = Matrix(1, width);
    if (als_.options().implicit_weight > 0.0F) {
      draw.rated = multiplied(state.item_table, als_.unit());
      const auto gramian = linalg::gramian(state.item_table, pool);
      std::ranges::transform(gramian, draw.prior_precision.values().begin(), [&](double value) {
        return static_cast<float>(value * double{als_.options().implicit_weight});
      });
    }
    model.draws = {std::move(draw)};
    model.scale = als_.scale();
    model.typical_error = error(pool);
  }

  void save(Checkpoint& checkpoint) const override {
    factorization::Als::State state = als_.state();
    checkpoint.matrices["user.vectors"] = std::move(state.user_vectors);
    checkpoint.matrices["item.vectors"] = std::move(state.item_vectors);
    checkpoint.matrices["user.table"] = std::move(state.user_table);
    checkpoint.matrices["item.table"] = std::move(state.item_table);
  }
  void restore(Checkpoint checkpoint) override {
    als_.restore({.user_vectors = checkpoint.take_matrix("user.vectors"),
                  .item_vectors = checkpoint.take_matrix("item.vectors"),
                  .user_table = checkpoint.take_matrix("user.table"),
                  .item_table = checkpoint.take_matrix("item.table"),
                  .epoch = checkpoint.epoch});
  }

 private:
  const SparseMatrix& ratings_;
  factorization::Als als_;
};

// Running sums of vectors, for their mean and the variance of every value.
class Moments {
 public:
  void add(const Matrix& vectors) {
    if (sums_.rows() == 0) {
      sums_ = squares_ = Matrix(vectors.rows(), vectors.cols());
    }
    for (std::size_t i = 0; i < vectors.values().size(); ++i) {
      const float value = vectors.values()[i];
      sums_.values()[i] += value;
      squares_.values()[i] += value * value;
    }
  }
  Matrix mean(int count) const {
    Matrix out = sums_;
    for (float& value : out.values()) value /= static_cast<float>(count);
    return out;
  }
  Matrix variance(int count) const {
    Matrix out = mean(count);
    for (std::size_t i = 0; i < out.values().size(); ++i) {
      float& value = out.values()[i];
      value = std::max(0.0F, squares_.values()[i] / static_cast<float>(count) - value * value);
    }
    return out;
  }
  void save(const std::string& name, Checkpoint& checkpoint) const {
    checkpoint.matrices[name + ".sums"] = sums_;
    checkpoint.matrices[name + ".squares"] = squares_;
  }
  void restore(const std::string& name, const Matrix& vectors, Checkpoint& checkpoint) {
    sums_ = checkpoint.take_matrix(name + ".sums");
    squares_ = checkpoint.take_matrix(name + ".squares");
    for (const Matrix* matrix : {&sums_, &squares_}) {
      if (matrix->rows() == vectors.rows() && matrix->cols() == vectors.cols()) continue;
      throw Error(ErrorCode::corrupt,
                  fmt::format("'{}.sums' is not of the shape of the vectors", name));
    }
  }

 private:
  Matrix sums_;
  Matrix squares_;
};

class BayesianLearner final : public Learner {
 public:
  BayesianLearner(const data::Interactions& data, const data::Table& users,
                  const data::Table& items, const RatingTrainOptions& options)
      : options_(options),
        sampler_(data.by_user, side_features(data.by_user, users, items, options.model),
                 options.model.bayesian, rating_times(data, options.model.period_count)) {}

  void run(ThreadPool& pool) override {
    sampler_.run_sweep(pool);
    if (!sampler_.is_burnt_in()) return;
    if (options_.kept_draws == 0) {
      user_moments_.add(sampler_.state().user_vectors);
      item_moments_.add(sampler_.state().item_vectors);
      noise_variance_ += 1.0 / sampler_.state().noise_precision / options_.model.bayesian.samples;
    } else if (is_kept()) {
      draws_.push_back(draw(sampler_.state().user_vectors, sampler_.state().item_vectors));
    }
  }
  int done() const override { return sampler_.sweep(); }
  double error(ThreadPool&) const override {
    return 1.0 / std::sqrt(sampler_.state().noise_precision);
  }

  void finish(RatingModel& model, ThreadPool& pool) override {
    model.scale = sampler_.scale();
    model.typical_error = error(pool);
    if (options_.kept_draws > 0) {
      model.draws = std::move(draws_);
      return;
    }
    const int count = options_.model.bayesian.samples;
    RatingDraw mean = draw(user_moments_.mean(count), item_moments_.mean(count));
    mean.noise_precision = 1.0 / noise_variance_;
    model.draws = {std::move(mean)};
    model.user_variances = user_moments_.variance(count);
    model.item_variances = item_moments_.variance(count);
  }

  void save(Checkpoint& checkpoint) const override {
    const auto& state = sampler_.state();
    checkpoint.matrices = {{"user.vectors", state.user_vectors},
                           {"item.vectors", state.item_vectors}};
    checkpoint.numbers = {{"noise.precision", state.noise_precision},
                          {"noise.variance", noise_variance_}};
    const auto add_tables = [&](const char* side, const auto& tables) {
      for (std::size_t i = 0; i < tables.size(); ++i) {
        const std::string name = fmt::format("{}.table.{}", side, i);
        checkpoint.matrices[name] = tables[i].weights;
        checkpoint.numbers[name + ".precision"] = tables[i].shrinkage;
      }
    };
    add_tables("user", state.user_tables);
    add_tables("item", state.item_tables);
    if (options_.model.period_count > 0) {
      checkpoint.matrices["user.times"] = state.times.users;
      checkpoint.matrices["item.times"] = state.times.items;
      checkpoint.numbers["user.times.precision"] = state.times.user_precision;
      checkpoint.numbers["item.times.precision"] = state.times.item_precision;
    }
    if (options_.kept_draws == 0 && sampler_.is_burnt_in()) {
      user_moments_.save("user", checkpoint);
      item_moments_.save("item", checkpoint);
    }
    checkpoint.draws = draws_;
  }

  void restore(Checkpoint checkpoint) override {
    factorization::Bayesian::State state = sampler_.state();
    state.user_vectors = checkpoint.take_matrix("user.vectors");
    state.item_vectors = checkpoint.take_matrix("item.vectors");
    state.noise_precision = checkpoint.number("noise.precision");
    noise_variance_ = checkpoint.number("noise.variance");
    const auto restore_tables = [&](const char* side, auto& tables) {
      for (std::size_t i = 0; i < tables.size(); ++i) {
        const std::string name = fmt::format("{}.table.{}", side, i);
        tables[i].weights = checkpoint.take_matrix(name);
        tables[i].shrinkage = checkpoint.number(name + ".precision");
      }
    };
    restore_tables("user", state.user_tables);
    restore_tables("item", state.item_tables);
    if (options_.model.period_count > 0) {
      state.times.users = checkpoint.take_matrix("user.times");
      state.times.items = checkpoint.take_matrix("item.times");
      state.times.user_precision = checkpoint.number("user.times.precision");
      state.times.item_precision = checkpoint.number("item.times.precision");
    }
    state.sweep = checkpoint.epoch;
    sampler_.restore(std::move(state));
    require_draws(checkpoint);
    draws_ = std::move(checkpoint.draws);
    if (options_.kept_draws > 0 || checkpoint.epoch <= options_.model.bayesian.burn_in) return;
    user_moments_.restore("user", sampler_.state().user_vectors, checkpoint);
    item_moments_.restore("item", sampler_.state().item_vectors, checkpoint);
  }

 private:
  // Draws are kept at sweeps that are known beforehand.
  void require_draws(const Checkpoint& checkpoint) const {
    const std::int64_t kept = draws_kept_by(checkpoint.epoch);
    if (checkpoint.draws.size() == static_cast<std::size_t>(kept)) return;
    throw Error(ErrorCode::corrupt, fmt::format("{} draws are kept, where sweep {} needs {}",
                                                checkpoint.draws.size(), checkpoint.epoch, kept));
  }

  // Evenly over the sweeps after burn-in, the last one included.
  std::int64_t draws_kept_by(int sweep) const {
    const auto& sampling = options_.model.bayesian;
    const int kept = std::min(options_.kept_draws, sampling.samples);
    const std::int64_t sample = std::max(0, sweep - sampling.burn_in);
    return sample * kept / sampling.samples;
  }
  bool is_kept() const {
    return draws_kept_by(sampler_.sweep()) > draws_kept_by(sampler_.sweep() - 1);
  }

  RatingDraw draw(Matrix users, Matrix items) const {
    const factorization::RowPrior& prior = sampler_.user_prior();
    const std::size_t width = users.cols();
    RatingDraw out;
    out.users = std::move(users);
    out.items = std::move(items);
    out.noise_precision = sampler_.state().noise_precision;
    out.prior_precision = as_square(prior.precision(), width);
    // The implicit sets come last; a new person has one too, and else is like most.
    const auto& tables = sampler_.state().user_tables;
    out.prior_mean = as_row(
        prior.typical_mean(options_.model.implicit_sets ? tables.size() - 1 : tables.size()));
    if (options_.model.implicit_sets) out.rated = tables.back().weights;
    return out;
  }

  const RatingTrainOptions& options_;
  factorization::Bayesian sampler_;
  std::vector<RatingDraw> draws_;
  Moments user_moments_;
  Moments item_moments_;
  double noise_variance_ = 0.0;
};

// All that shapes the result, apart from the number of epochs of ALS.
Json settings_of(const RatingTrainOptions& options) {
  Json json;
  if (options.model.kind == RatingModelKind::als) {
    factorization::AlsOptions als = options.model.als;
    als.epochs = 1;
    json.set("als", model::to_json(als));
  } else {
    json.set("bayesian", model::to_json(options.model.bayesian));
    json.set("implicit_sets", options.model.implicit_sets);
    json.set("attributes", options.model.attributes);
    json.set("kept_draws", options.kept_draws);
    json.set("time_periods", std::uint64_t{options.model.period_count});
  }
  return json;
}

std::unique_ptr<Learner> make_learner(const data::Interactions& data, const data::Table& users,
                                      const data::Table& items, const RatingTrainOptions& options) {
  if (options.model.kind == RatingModelKind::als)
    return std::make_unique<AlsLearner>(data, options);
  return std::make_unique<BayesianLearner>(data, users, items, options);
}

}  // namespace

std::size_t rating_training_memory_bytes(const data::Interactions& interactions,
                                         int dimensions) noexcept {
  const std::size_t rows = interactions.users.size() + interactions.items.size();
  const auto width = static_cast<std::size_t>(dimensions) + 1;
  // Vectors, tables of the implicit sets, pulls, residuals and copies; at 8 bytes an entry
  // the ratings and the implicit sets, each by both sides.
  // The square matrices are those of the priors, and of the rows that are being solved.
  return 8 * sizeof(float) * rows * width + 6 * 8 * interactions.by_user.entry_count() +
         8 * sizeof(double) * width * width;
}

RatingTrainResult train_ratings(const data::Interactions& interactions, const data::Table& users,
                                const data::Table& items, const RatingTrainOptions& options,
                                const training::Run& run) {
  data::require_ratings(interactions, "the data");
  const bool is_als = options.model.kind == RatingModelKind::als;
  const std::string family = is_als ? "als" : "bayesian";
  const auto learner = make_learner(interactions, users, items, options);
  RatingTrainResult result;
  std::string fingerprint;
  if (run.checkpoint.is_wanted()) {
    fingerprint =
        model::training_fingerprint(interactions.by_user, interactions.users, interactions.items);
  }
  std::vector<training::Epoch> history;
  if (run.checkpoint.is_to_be_read()) {
    Checkpoint saved = model::load_checkpoint(run.checkpoint.path);
    model::require_same_training(saved, family, settings_of(options), fingerprint,
                                 options.model.step_count());
    history = saved.history;
    storage::with_file_name(run.checkpoint.path, [&] { learner->restore(std::move(saved)); });
  }

  std::vector<training::Epoch> so_far = history;
  std::size_t saved_count = so_far.size();
  auto last_save = std::chrono::steady_clock::now();
  training::Trainee trainee;
  trainee.epochs_done = learner->done();
  trainee.run_epoch = [&] { learner->run(run.pool); };
  trainee.losses = [&] {
    return std::vector<std::pair<std::string, double>>{{kErrorName, learner->error(run.pool)}};
  };
  const auto save = [&] {
    Checkpoint checkpoint{.family = family,
                          .settings = settings_of(options),
                          .fingerprint = fingerprint,
                          .epoch = learner->done(),
                          .matrices = {},
                          .numbers = {},
                          .draws = {},
                          .history = so_far};
    learner->save(checkpoint);
    model::save_checkpoint(run.checkpoint.path, checkpoint);
    saved_count = so_far.size();
    last_save = std::chrono::steady_clock::now();
  };
  if (run.checkpoint.is_wanted()) {
    trainee.checkpoint = [&](const training::Epoch& record) {
      so_far.push_back(record);
      // Not after the last: what the model needs of that sweep is in no checkpoint.
      const bool is_last = record.epoch >= options.model.step_count();
      if (!is_last && std::chrono::steady_clock::now() - last_save >= kCheckpointPause) save();
    };
  }
  const training::LoopOptions loop = {.epochs = options.model.step_count(),
                                      .cancelled = run.cancelled,
                                      .pool = run.interruptible_pool()};
  training::LoopResult done =
      training::run_training(trainee, loop, std::move(history), run.observe);
  result.history = std::move(done.history);
  result.ended = done.ended;
  if (done.ended == training::Ended::cancelled) {
    if (run.checkpoint.is_wanted() && !done.cut_short) save();
    if (done.cut_short) result.history.resize(saved_count);  // What --resume goes on from.
    return result;
  }
  const CancelScope scope(run.pool, run.cancelled);
  result.model.kind = family;
  result.model.als = options.model.als;
  result.model.bayesian = options.model.bayesian;
  learner->finish(result.model, run.pool);
  return result;
}

}  // namespace kindred::recommendation
