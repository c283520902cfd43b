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
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/thread_pool.h"

namespace kindred::training {

// What is known after an epoch. Losses keep the order in which the trainee names them.
struct EpochRecord {
  int epoch = 0;  // 1 after the first.
  double seconds = 0.0;
  std::vector<std::pair<std::string, double>> losses;  // Terms and, last, "total"; may be empty.
  std::optional<double> validation;                    // Larger is better.

  bool operator==(const EpochRecord&) const = default;
};

// What the loop drives. All but run_epoch may be empty.
struct Trainee {
  int epochs_done = 0;              // Where a resumed training continues.
  std::function<void()> run_epoch;  // One epoch.
  std::function<std::vector<std::pair<std::string, double>>()> losses;
  std::function<double()> validate;                    // Larger is better.
  std::function<void(const EpochRecord&)> checkpoint;  // After each epoch.
  std::function<void()> keep_best;                     // When validation has risen.
};

struct LoopOptions {
  int epochs = 16;   // In all, those before a resume included.
  int patience = 0;  // Epochs without a better validation before stopping; 0: never.
  double validation_step_min = 0.0;              // What counts as better.
  const std::atomic<bool>* cancelled = nullptr;  // Looked at between epochs,
  ThreadPool* pool = nullptr;                    // and between the tasks of this one, if set.
};

enum class StopReason { finished, no_improvement, cancelled };

struct LoopResult {
  std::vector<EpochRecord> history;
  StopReason reason = StopReason::finished;
  int best_epoch = 0;      // The one with the best validation; the last where there is none.
  bool cut_short = false;  // Cancelled within an epoch: the trainee is half-way through it.
};

// `history` holds the records from before a resume. `observe`, if set, sees every new
// record. Throws what the trainee throws, and Error(invalid_argument) when a loss or
// the validation metric is not finite, naming the epoch.
LoopResult run_training(const Trainee& trainee, const LoopOptions& options,
                        std::vector<EpochRecord> history,
                        const std::function<void(const EpochRecord&)>& observe);

}  // namespace kindred::training
