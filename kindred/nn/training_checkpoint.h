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

#include <cstdint>
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
  std::uint64_t step = 0;        // Of the optimizer.
  std::size_t batches_done = 0;  // Of a stream that goes on from epoch to epoch.
  double learning_rate_factor = 1.0;
  bool stops = false;
  std::string stop_reason;
};

// What a training knows of any checkpoint of its own.
struct CheckpointLimits {
  int first_epoch = 0;
  int epochs = 1;                // The last that is asked for.
  std::uint64_t first_step = 0;  // Of the optimizer, before first_epoch.
  std::size_t batches = 0;       // Steps of an epoch, or 0 where only running would tell.
  bool continues = false;        // Whether batches_done is kept.
};

// Throws Error(corrupt) unless its parts fit together: a history that ends with the epoch, a step
// for each epoch at least, a rate that moves.
void check(const TrainingCheckpoint& checkpoint);
// And with the training: epochs that were asked for, and the steps that they take.
void check(const TrainingCheckpoint& checkpoint, const CheckpointLimits& limits);

// What load_checkpoint() can see of a file without the training: intact, finite, and parts that
// fit together. Throws Error(not_found), Error(corrupt) or Error(unsupported).
void verify_checkpoint(const std::filesystem::path& path);
// Sixteen digits that change with whatever the parameters depend on.
std::string training_fingerprint(const Model& model, const FitOptions& options,
                                 std::span<const float> targets);

// Requires: the optimizer's tables are caught up. Throws Error(io) naming the path, and
// Error(invalid_argument) for numbers that are not finite: nothing is written that cannot be read.
void save_checkpoint(const std::filesystem::path& path, const std::string& fingerprint,
                     const Model& model, Optimizer& optimizer,
                     std::span<const std::shared_ptr<Callback>> callbacks,
                     const TrainingCheckpoint& checkpoint);

// Puts parameters, slots and callbacks back, and returns the rest.
// Throws Error(not_found), Error(corrupt), and Error(invalid_argument) for the checkpoint of
// another training.
TrainingCheckpoint load_checkpoint(const std::filesystem::path& path,
                                   const std::string& fingerprint, const CheckpointLimits& limits,
                                   Model& model, Optimizer& optimizer,
                                   std::span<const std::shared_ptr<Callback>> callbacks);

}  // namespace kindred::nn
