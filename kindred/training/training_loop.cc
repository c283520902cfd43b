#include "kindred/training/training_loop.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "kindred/base/error.h"

namespace kindred::training {
namespace {

void require_finite(double value, const std::string& name, int epoch) {
  if (std::isfinite(value)) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("training diverged: {} is {} after epoch {}; try more regularization",
                          name, value, epoch));
}

Epoch run_one(const Trainee& trainee, int epoch) {
  const auto start = std::chrono::steady_clock::now();
  trainee.run_epoch();
  Epoch record;
  record.epoch = epoch;
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (trainee.losses) record.losses = trainee.losses();
  for (const auto& [name, value] : record.losses) require_finite(value, name, epoch);
  if (trainee.validate) {
    record.validation = trainee.validate();
    require_finite(*record.validation, "the validation metric", epoch);
  }
  return record;
}

// An epoch that takes less is finished before the loop ends.
constexpr double kMomentSeconds = 0.3;

// One epoch, unless somebody cancels meanwhile, the last one took more than a moment (or there
// was none), and there is a pool that hears of it.
std::optional<Epoch> run_unless_cancelled(const Trainee& trainee, const LoopOptions& options,
                                          const LoopResult& so_far, int epoch) {
  const bool is_short = !so_far.history.empty() && so_far.history.back().seconds < kMomentSeconds;
  if (options.pool == nullptr || options.cancelled == nullptr || is_short) {
    return run_one(trainee, epoch);
  }
  const CancelScope scope(*options.pool, options.cancelled);
  try {
    return run_one(trainee, epoch);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled || !options.cancelled->load()) throw;
    return std::nullopt;
  }
}

// The epoch with the best validation so far; 0 where none has been validated.
int best_epoch_of(const std::vector<Epoch>& history, double step_min) {
  int best_epoch = 0;
  double best = 0.0;
  for (const Epoch& record : history) {
    if (!record.validation) continue;
    if (best_epoch == 0 || *record.validation > best + step_min) {
      best = *record.validation;
      best_epoch = record.epoch;
    }
  }
  return best_epoch;
}

}  // namespace

LoopResult run_training(const Trainee& trainee, const LoopOptions& options,
                        std::vector<Epoch> history,
                        const std::function<void(const Epoch&)>& observe) {
  LoopResult result;
  result.history = std::move(history);
  result.best_epoch = best_epoch_of(result.history, options.validation_step_min);
  for (int epoch = trainee.epochs_done + 1; epoch <= options.epochs; ++epoch) {
    const bool exhausted = options.patience > 0 && result.best_epoch > 0 &&
                           epoch - 1 - result.best_epoch >= options.patience;
    if (exhausted) {
      result.ended = Ended::no_improvement;
      break;
    }
    if (options.cancelled != nullptr && options.cancelled->load()) {
      result.ended = Ended::cancelled;
      break;
    }
    std::optional<Epoch> record = run_unless_cancelled(trainee, options, result, epoch);
    if (!record) {
      result.ended = Ended::cancelled;
      result.cut_short = true;
      break;
    }
    result.history.push_back(std::move(*record));
    const int best_epoch = best_epoch_of(result.history, options.validation_step_min);
    if (best_epoch == epoch && trainee.keep_best) trainee.keep_best();
    result.best_epoch = best_epoch;
    if (trainee.checkpoint) trainee.checkpoint(result.history.back());
    if (observe) observe(result.history.back());
  }
  if (result.best_epoch == 0 && !result.history.empty()) {
    result.best_epoch = result.history.back().epoch;
  }
  return result;
}

}  // namespace kindred::training
