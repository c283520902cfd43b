// What may happen between epochs: stopping early, a smaller rate, a log.
//
// A callback sees the parameters and the scores after each epoch and may ask for the end.
// Its state is JSON, so that a resumed training goes on as if it had not stopped.
//
// Names, defaults and rules are those of Keras 3. A monitored score that is not there is an
// error that lists what there is.
//
// Thread safety: one thread at a time.

#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/nn/history.h"
#include "kindred/nn/parameter.h"

namespace kindred::nn {

// What a callback may look at and change.
struct TrainingView {
  ParameterSet& parameters;
  const History& history;        // The epoch that has just ended is its last.
  double& learning_rate_factor;  // Multiplies the rate of every later step.
  bool& stops;                   // Set it, and no further epoch begins.
  std::string& stop_reason;      // "no better val_loss for 3 epochs".
};

class Callback {
 public:
  virtual ~Callback() = default;

  virtual void on_epoch_end(TrainingView& view) = 0;
  // After the last epoch, whatever the reason.
  virtual void on_train_end(TrainingView&) {}

  // For a checkpoint: everything that later epochs depend on. restore() throws Error(corrupt)
  // for what state() does not write.
  virtual Json state() const { return {}; }
  virtual void restore(const Json&) {}
  // After restore(): throws Error(corrupt) where what it remembers is not in that history.
  virtual void check_against(const History&) const {}
  // Whether, as it is now, it may have asked for the end.
  virtual bool may_have_stopped() const { return true; }
  // Parameters that are kept besides; null where there are none, or none yet.
  virtual std::vector<Matrix>* kept_parameters() { return nullptr; }
};

// Whether a smaller or a larger score is better. `automatic` knows losses and errors from
// accuracies and areas, and refuses names that it does not know.
enum class Better { automatic, smaller, larger };
// Throws Error(invalid_argument) for `automatic` and a name that tells nothing.
bool is_larger_better(Better better, const std::string& monitor);

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  Better better = Better::automatic;
  double step_min = 0.0;                // What counts as better.
  int patience = 0;                     // Epochs without a better score before the end.
  std::optional<double> baseline = {};  // A score to beat; until then nothing counts as better.
  bool restore_best = true;             // The parameters of the best epoch, at the end.
  int first_epoch = 0;                  // Epochs before this one are not looked at.
  // Another score, smaller of which is better, to follow as long as the monitored one never gets
  // better than after its first epoch while this one does by more than a tenth: a squared error
  // that two rows decide says nothing, where the absolute one falls. "": none.
  std::string second_opinion = {};
};
// The epoch whose parameters early_stopping() keeps, from what it saw; 0 where there is none.
int kept_epoch(const History& history, const EarlyStoppingOptions& options);
std::shared_ptr<Callback> early_stopping(const EarlyStoppingOptions& options);

struct ReduceOnPlateauOptions {
  std::string monitor = "val_loss";
  Better better = Better::automatic;
  double factor = 0.1;  // Of the rate, below 1.
  int patience = 10;
  double step_min = 1e-4;
  int cooldown = 0;  // Epochs after a reduction in which nothing is counted.
  double learning_rate_min = 0.0;
};
std::shared_ptr<Callback> reduce_on_plateau(const ReduceOnPlateauOptions& options);

// Any function; one that only looks never asks for the end.
enum class FunctionKind { may_stop, only_looks };
std::shared_ptr<Callback> on_epoch_end(std::function<void(TrainingView&)> function,
                                       FunctionKind kind = FunctionKind::may_stop);

}  // namespace kindred::nn
