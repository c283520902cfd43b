// The one epoch loop: whatever is trained, this runs it.
//
// A trainee is a value that runs one epoch at a time. The loop calls it, asks for the
// loss and the validation metric, tells an observer, writes a checkpoint, stops when
// the metric no longer rises or somebody cancels, and says why it stopped. It owns no
// threads and no files: what a checkpoint is, the caller decides. With a pool to watch, an
// epoch that would take more than a moment to end is cut short when somebody cancels, and
// thrown away: the trainee is then good for nothing more, and what counts is its last checkpoint.
//
// Thread safety: runs in the calling thread; `cancelled` may be set from another one.

#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/training/run.h"

namespace kindred::training {

// What the loop drives. All but run_epoch may be empty.
struct Trainee {
  int epochs_done = 0;              // Where a resumed training continues.
  std::function<void()> run_epoch;  // One epoch.
  std::function<std::vector<std::pair<std::string, double>>()> losses;
  std::function<double()> validate;              // Larger is better.
  std::function<void(const Epoch&)> checkpoint;  // After each epoch.
  std::function<void()> keep_best;               // When validation has risen.
};

struct LoopOptions {
  int epochs = 16;   // In all, those before a resume included.
  int patience = 0;  // Epochs without a better validation before stopping; 0: never.
  double validation_step_min = 0.0;              // What counts as better.
  const std::atomic<bool>* cancelled = nullptr;  // Looked at between epochs,
  ThreadPool* pool = nullptr;                    // and between the tasks of this one, if set.
};

struct LoopResult {
  std::vector<Epoch> history;
  Ended ended = Ended::finished;
  int best_epoch = 0;      // The one with the best validation; the last where there is none.
  bool cut_short = false;  // Cancelled within an epoch: the trainee is half-way through it.
};

// `history` holds the records from before a resume. `observe`, if set, sees every new
// record. Throws what the trainee throws, and Error(invalid_argument) when a loss or
// the validation metric is not finite, naming the epoch.
LoopResult run_training(const Trainee& trainee, const LoopOptions& options,
                        std::vector<Epoch> history,
                        const std::function<void(const Epoch&)>& observe);

}  // namespace kindred::training
