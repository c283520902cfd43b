// The state of a training between two epochs, to go on from after a crash: parameters, the
// optimizer's slots, what callbacks remember, the history.
//
// A file of Kindred's container (storage/container.h), written atomically, read as hostile.
// It names the training that it belongs to by a fingerprint of the options, the shapes and
// the targets; resuming any other is refused.
//
//    content   {"fingerprint", "epoch", "step", "batches_done", "learning_rate_factor",
//               "stops", "stop_reason", "history", "callbacks": [state, ...]}
//    tensors   "parameter/NAME", "slot/NAME/KIND", "kept/CALLBACK/NAME", each F32 rows x cols
//
// Cost: one pass over the file; slots and parameters are written from where they lie.
// Thread safety: functions of their arguments alone.

#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kindred/nn/model.h"

namespace kindred::nn {

struct TrainingCheckpoint {
  History history;
  int epoch = 0;
  std::size_t batches_done = 0;
  double learning_rate_factor = 1.0;
  bool stops = false;
  std::string stop_reason;
};

// Sixteen digits that change with whatever the parameters depend on.
std::string training_fingerprint(const Model& model, const FitOptions& options,
                                 std::span<const float> targets);

// Requires: the optimizer's tables are caught up. Throws Error(io) naming the path.
void save_checkpoint(const std::filesystem::path& path, const std::string& fingerprint,
                     const Model& model, Optimizer& optimizer,
                     std::span<const std::shared_ptr<Callback>> callbacks,
                     const TrainingCheckpoint& checkpoint);

// Puts parameters, slots and callbacks back, and returns the rest.
// Throws Error(not_found), Error(corrupt), and Error(invalid_argument) for the checkpoint of
// another training.
TrainingCheckpoint load_checkpoint(const std::filesystem::path& path,
                                   const std::string& fingerprint, Model& model,
                                   Optimizer& optimizer,
                                   std::span<const std::shared_ptr<Callback>> callbacks);

}  // namespace kindred::nn
