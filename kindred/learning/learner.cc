#include "kindred/learning/learner.h"

#include <chrono>

#include "kindred/storage/named_errors.h"
#include "kindred/training/training_loop.h"

namespace kindred::learning {
namespace {

using Clock = std::chrono::steady_clock;

// A training in flight as its checkpoint sees it.
class Keeper {
 public:
  Keeper(Learner& learner, const LearnOptions& options, const training::CheckpointPolicy& policy)
      : learner_(learner), options_(options), policy_(policy), settings_(learner.settings()) {
    if (!options.settings.is_object()) return;
    for (const auto& [name, value] : options.settings.as_object()) settings_.set(name, value);
  }

  void resume() {
    if (!policy_.is_to_be_read()) return;
    model::Checkpoint saved = model::load_checkpoint(policy_.path);
    model::require_same_training(saved, learner_.family(), settings_, options_.fingerprint,
                                 learner_.epoch_count());
    history_ = std::move(saved.history);
    saved_count_ = history_.size();
    storage::with_file_name(policy_.path, [&] { learner_.restore(std::move(saved)); });
  }

  void add(const training::Epoch& epoch) {
    history_.push_back(epoch);
    const std::chrono::duration<double> since = Clock::now() - last_save_;
    if (since.count() >= learner_.checkpoint_pause_seconds()) save();
  }

  // The epochs since the last checkpoint, which a cancellation would lose.
  void save_rest() {
    if (learner_.checkpoint_pause_seconds() > 0.0) save();
  }

  const std::vector<training::Epoch>& history() const noexcept { return history_; }
  // Epochs that the checkpoint knows.
  std::size_t saved_count() const noexcept { return saved_count_; }

 private:
  void save() {
    model::Checkpoint checkpoint;
    learner_.save(checkpoint);
    checkpoint.family = learner_.family();
    checkpoint.settings = settings_;
    checkpoint.fingerprint = options_.fingerprint;
    checkpoint.epoch = learner_.epoch();
    checkpoint.history = history_;
    model::save_checkpoint(policy_.path, checkpoint);
    last_save_ = Clock::now();
    saved_count_ = history_.size();
  }

  Learner& learner_;
  const LearnOptions& options_;
  const training::CheckpointPolicy& policy_;
  Json settings_;
  std::vector<training::Epoch> history_;
  std::size_t saved_count_ = 0;
  Clock::time_point last_save_ = Clock::now();
};

}  // namespace

LearnResult learn(Learner& learner, const LearnOptions& options, const training::Run& run) {
  Keeper keeper(learner, options, run.checkpoint);
  keeper.resume();
  LearnResult result;
  result.resumed_from = learner.epoch();
  training::Trainee trainee;
  trainee.epochs_done = learner.epoch();
  trainee.run_epoch = [&] { learner.run_epoch(run.pool); };
  trainee.losses = [&] { return learner.losses(run.pool); };
  if (options.validate) {
    trainee.validate = [&] { return options.validate(learner); };
    trainee.keep_best = [&] { learner.keep_best(); };
  }
  if (run.checkpoint.is_wanted()) {
    trainee.checkpoint = [&](const training::Epoch& epoch) { keeper.add(epoch); };
  }
  training::LoopResult done = training::run_training(trainee,
                                                     {.epochs = learner.epoch_count(),
                                                      .patience = options.patience,
                                                      .cancelled = run.cancelled,
                                                      .pool = run.interruptible_pool()},
                                                     keeper.history(), run.observe);
  result.history = std::move(done.history);
  result.ended = done.ended;
  result.best_epoch = done.best_epoch;
  if (result.ended != training::Ended::cancelled || !run.checkpoint.is_wanted()) return result;
  if (!done.cut_short) {
    keeper.save_rest();
  } else {
    result.history.resize(keeper.saved_count());  // What a resumed training goes on from.
  }
  return result;
}

}  // namespace kindred::learning
