#include "kindred/recommendation/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/factorization/fold_in.h"
#include "kindred/model/checkpoint.h"
#include "kindred/recommendation/validation.h"

namespace kindred::recommendation {
namespace {

constexpr std::size_t kUsersForValidationMin = 200;
constexpr std::size_t kValidationUsersMax = 1000;
constexpr std::size_t kUsersPerValidationUser = 20;

// One training in flight: the model being learned and what a checkpoint needs.
class Training {
 public:
  Training(const data::Interactions& interactions, const TrainOptions& options, ThreadPool& pool)
      : options_(options),
        pool_(pool),
        positives_(data::positives(interactions.by_user, options.positive_rule)) {
    require_positives(interactions);
    if (options.test_users > 0) {
      test_.emplace(positives_, options.test_users, options.ials.seed);
    }
    const SparseMatrix& known = test_ ? test_->training_positives() : positives_;
    if (options.validation_users > 0) {
      validation_.emplace(known, options.validation_users, options.ials.seed);
    }
    ials_.emplace(validation_ ? validation_->training_positives() : known, options.ials);
    if (!options.checkpoint.empty()) {
      fingerprint_ =
          model::training_fingerprint(positives_, interactions.users, interactions.items);
    }
  }
  Training(const Training&) = delete;  // The model looks at our positives.
  Training& operator=(const Training&) = delete;

  // Returns the history so far: empty unless a checkpoint took over.
  std::vector<training::EpochRecord> resume() {
    if (!options_.resume || !std::filesystem::exists(options_.checkpoint)) return {};
    model::Checkpoint saved = model::load_checkpoint(options_.checkpoint);
    model::require_same_training(saved, options_.ials, fingerprint_, settings());
    if (saved.epoch > options_.ials.epochs) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("cannot resume: the checkpoint has {} epochs behind it, only {} are "
                              "asked for",
                              saved.epoch, options_.ials.epochs));
    }
    ials_->restore(std::move(saved.user_vectors), std::move(saved.item_vectors), saved.epoch);
    best_ = std::move(saved.best);
    return std::move(saved.history);
  }

  training::Trainee trainee(std::vector<training::EpochRecord> history) {
    history_ = std::move(history);
    training::Trainee trainee;
    trainee.epochs_done = ials_->epoch();
    trainee.run_epoch = [this] { ials_->run_epoch(pool_); };
    trainee.losses = [this] { return named_losses(ials_->epoch_loss(pool_)); };
    if (validation_ && validation_->user_count() > 0) {
      trainee.validate = [this] {
        return validation_->score(ials_->item_vectors(), options_.ials, pool_);
      };
      trainee.keep_best = [this] {
        best_ = model::BestVectors{ials_->epoch(), Matrix(), ials_->item_vectors()};
      };
    }
    if (!options_.checkpoint.empty()) {
      trainee.checkpoint = [this](const training::EpochRecord& record) { save(record); };
    }
    return trainee;
  }

  // The items of the best epoch, and everybody solved against them.
  void finish(model::Model& model) {
    model.items.vectors = best_ ? std::move(best_->item_vectors) : ials_->item_vectors();
    const factorization::FoldIn fold_in(model.items.vectors, options_.ials, pool_);
    model.users.vectors = fold_in.solve_all(positives_, pool_);
  }

 private:
  void require_positives(const data::Interactions& interactions) const {
    if (interactions.by_user.entry_count() == 0) {
      throw Error(ErrorCode::invalid_argument, "there are no ratings to learn from");
    }
    if (positives_.entry_count() > 0) return;
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("none of the {} ratings is positive ({}); choose another threshold",
                    interactions.by_user.entry_count(), data::describe(options_.positive_rule)));
  }

  // What else shapes the items, beside options and data.
  Json settings() const {
    Json settings;
    settings.set("validation_users", std::uint64_t{options_.validation_users});
    if (test_) settings.set("test_users", std::uint64_t{options_.test_users});
    return settings;
  }

  void save(const training::EpochRecord& record) {
    history_.push_back(record);
    model::save_checkpoint(options_.checkpoint, {.options = options_.ials,
                                                 .fingerprint = fingerprint_,
                                                 .settings = settings(),
                                                 .epoch = record.epoch,
                                                 .user_vectors = ials_->user_vectors(),
                                                 .item_vectors = ials_->item_vectors(),
                                                 .history = history_,
                                                 .best = best_});
  }

  const TrainOptions& options_;
  ThreadPool& pool_;
  SparseMatrix positives_;  // Everybody's; training may see fewer.
  std::optional<Validation> test_;
  std::optional<Validation> validation_;
  std::optional<factorization::Ials> ials_;
  std::optional<model::BestVectors> best_;
  std::vector<training::EpochRecord> history_;  // For the checkpoint.
  std::string fingerprint_;
};

}  // namespace

std::vector<std::pair<std::string, double>> named_losses(const factorization::IalsLoss& loss) {
  return {{"observed", loss.observed},
          {"unobserved", loss.unobserved},
          {"penalty", loss.regularization},
          {"total", loss.total()}};
}

std::size_t default_validation_users(std::size_t user_count) noexcept {
  if (user_count < kUsersForValidationMin) return 0;
  return std::min(kValidationUsersMax, user_count / kUsersPerValidationUser);
}

std::vector<MemoryPart> training_memory(const data::Interactions& interactions,
                                        const TrainOptions& options) {
  const std::size_t rows = interactions.users.size() + interactions.items.size();
  const std::size_t vectors =
      rows * static_cast<std::size_t>(options.ials.dimensions) * sizeof(float);
  const auto& values = interactions.by_user.values;
  const auto positives = static_cast<std::size_t>(std::ranges::count_if(
      values, [&](float value) { return options.positive_rule.accepts(value); }));
  // A column and a value an entry.
  const std::size_t copies =
      2 + (options.validation_users > 0 ? 1 : 0) + (options.test_users > 0 ? 1 : 0);
  return {{"pairs as read and as kept in the model", 2 * 8 * interactions.by_user.entry_count()},
          {"times", 8 * interactions.timestamps.size()},
          {copies > 2 ? "positives by user, by item and without the people held out"
                      : "positives by user and by item",
           copies * 8 * positives},
          {"vectors, the best so far, one side rotated, and a checkpoint's copy", 4 * vectors},
          {"rows", 32 * rows}};
}

TrainResult train(const data::Interactions& interactions, const TrainOptions& options,
                  ThreadPool& pool,
                  const std::function<void(const training::EpochRecord&)>& observe) {
  std::optional<CancelScope> scope(std::in_place, pool, options.cancelled);
  Training training(interactions, options, pool);
  std::vector<training::EpochRecord> history = training.resume();
  TrainResult result;
  result.resumed_from = static_cast<int>(history.size());
  scope.reset();  // The loop finishes an epoch that takes but a moment.
  const training::LoopOptions loop = {.epochs = options.ials.epochs,
                                      .patience = options.patience,
                                      .cancelled = options.cancelled,
                                      .pool = &pool};
  training::LoopResult done =
      training::run_training(training.trainee(history), loop, history, observe);
  result.reason = done.reason;
  result.best_epoch = done.best_epoch;
  result.model.options = options.ials;
  result.model.positive_rule = options.positive_rule;
  result.model.history = std::move(done.history);
  if (done.reason == training::StopReason::cancelled) return result;
  scope.emplace(pool, options.cancelled);
  training.finish(result.model);
  result.model.items.labels = interactions.items;
  result.model.items.metadata = data::Table(interactions.items.size());
  result.model.users.labels = interactions.users;
  result.model.users.metadata = data::Table(interactions.users.size());
  result.model.has_values = interactions.has_values;
  result.model.seen = interactions.by_user;
  return result;
}

}  // namespace kindred::recommendation
