#include "kindred/recommendation/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/factorization/fold_in.h"
#include "kindred/model/checkpoint.h"
#include "kindred/model/parts.h"
#include "kindred/recommendation/validation.h"
#include "kindred/training/training_loop.h"

namespace kindred::recommendation {
namespace {

constexpr const char* kFamily = "ials";
constexpr std::size_t kUsersForValidationMin = 200;
constexpr std::size_t kValidationUsersMax = 1000;
constexpr std::size_t kUsersPerValidationUser = 20;

// One training in flight: the model being learned and what a checkpoint needs.
class Training {
 public:
  Training(const data::Interactions& interactions, const TrainOptions& options,
           const training::Run& run)
      : options_(options),
        run_(run),
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
    if (run.checkpoint.is_wanted()) {
      fingerprint_ =
          model::training_fingerprint(positives_, interactions.users, interactions.items);
    }
  }
  Training(const Training&) = delete;  // The model looks at our positives.
  Training& operator=(const Training&) = delete;

  // Returns the history so far: empty unless a checkpoint took over.
  std::vector<training::Epoch> resume() {
    if (!run_.checkpoint.is_to_be_read()) return {};
    model::Checkpoint saved = model::load_checkpoint(run_.checkpoint.path);
    model::require_same_training(saved, kFamily, settings(), fingerprint_, options_.ials.epochs);
    Matrix users = saved.take_matrix("user.vectors");
    ials_->restore(std::move(users), saved.take_matrix("item.vectors"), saved.epoch);
    if (saved.has_matrix("best.item.vectors")) best_ = saved.take_matrix("best.item.vectors");
    return std::move(saved.history);
  }

  training::Trainee trainee(std::vector<training::Epoch> history) {
    history_ = std::move(history);
    training::Trainee trainee;
    trainee.epochs_done = ials_->epoch();
    trainee.run_epoch = [this] { ials_->run_epoch(run_.pool); };
    trainee.losses = [this] { return named_losses(ials_->epoch_loss(run_.pool)); };
    if (validation_ && validation_->user_count() > 0) {
      trainee.validate = [this] {
        return validation_->score(ials_->item_vectors(), options_.ials, run_.pool);
      };
      trainee.keep_best = [this] { best_ = ials_->item_vectors(); };
    }
    if (run_.checkpoint.is_wanted()) {
      trainee.checkpoint = [this](const training::Epoch& record) { save(record); };
    }
    return trainee;
  }

  // The items of the best epoch, and everybody solved against them.
  void finish(model::Model& model) {
    model.items.vectors = best_ ? std::move(*best_) : ials_->item_vectors();
    const factorization::FoldIn fold_in(model.items.vectors, options_.ials, run_.pool);
    model.users.vectors = fold_in.solve_all(positives_, run_.pool);
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

  // What shapes the items, beside the data and the number of epochs.
  Json settings() const {
    Json settings = model::settings_of(options_.ials);
    settings.set("validation_users", std::uint64_t{options_.validation_users});
    if (test_) settings.set("test_users", std::uint64_t{options_.test_users});
    return settings;
  }

  void save(const training::Epoch& record) {
    history_.push_back(record);
    model::Checkpoint checkpoint{.family = kFamily,
                                 .settings = settings(),
                                 .fingerprint = fingerprint_,
                                 .epoch = record.epoch,
                                 .matrices = {{"user.vectors", ials_->user_vectors()},
                                              {"item.vectors", ials_->item_vectors()}},
                                 .numbers = {},
                                 .draws = {},
                                 .history = history_};
    if (best_) checkpoint.matrices["best.item.vectors"] = *best_;
    model::save_checkpoint(run_.checkpoint.path, checkpoint);
  }

  const TrainOptions& options_;
  const training::Run& run_;
  SparseMatrix positives_;  // Everybody's; training may see fewer.
  std::optional<Validation> test_;
  std::optional<Validation> validation_;
  std::optional<factorization::Ials> ials_;
  std::optional<Matrix> best_;            // The items of the best epoch so far.
  std::vector<training::Epoch> history_;  // For the checkpoint.
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
                  const training::Run& run) {
  Training training(interactions, options, run);
  std::vector<training::Epoch> history = training.resume();
  TrainResult result;
  result.resumed_from = static_cast<int>(history.size());
  const training::LoopOptions loop = {
      .epochs = options.ials.epochs, .patience = options.patience, .cancelled = run.cancelled};
  training::LoopResult done =
      training::run_training(training.trainee(history), loop, history, run.observe);
  result.ended = done.ended;
  result.best_epoch = done.best_epoch;
  result.model.watching = model::IalsPart{options.ials};
  result.model.positive_rule = options.positive_rule;
  result.model.history = std::move(done.history);
  if (done.ended == training::Ended::cancelled) return result;
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
