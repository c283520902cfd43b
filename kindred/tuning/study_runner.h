// Runs trials until a study is done: what `kindred tune` does in the foreground.
//
// The objective trains one setting and reports after every step. What goes wrong in it is
// the trial's misfortune, not the study's: an error, a lack of memory or a validation that
// is not finite marks the trial failed, with the reason, and the next one begins. A trial
// that runs past its time is told so between steps, or wherever the objective looks.
//
// Whoever finds nothing left to propose waits while other processes' trials run, so that a
// trial whose process dies is taken over, and every worker ends with the whole result.
//
// Thread safety: as Study; `cancelled` from any thread.

#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "kindred/tuning/study.h"

namespace kindred::tuning {

// What an objective may call.
struct TrialHooks {
  // After a step; false: end the trial now.
  std::function<bool(const StepRecord&)> report;
  // Between batches: throws Error(cancelled) when the trial's time is over.
  std::function<void()> check_time;
};

// Trains by the trial's setting and seed. Returns what Study::tell is to be told; state and
// memory are set by the runner. Throws what it likes.
using Objective = std::function<TrialEnd(const Trial& trial, const TrialHooks& hooks)>;

struct RunOptions {
  std::size_t trial_limit = 40;                  // Settings of the study, all workers together.
  const std::atomic<bool>* cancelled = nullptr;  // Looked at after every step; an objective
                                                 // that throws because of it is tried again.
  double poll_seconds = 0.5;                     // How often a waiting worker looks.
  // Told when a trial begins (no steps), after each step, and when it has ended; may be
  // empty. Trials that are only waited for are not told of.
  std::function<void(const Trial&)> observe = {};
};

enum class RunEnd { done, exhausted, cancelled };

// Throws only what concerns the study itself: its journal.
RunEnd run_study(Study& study, const Objective& objective, const RunOptions& options);

}  // namespace kindred::tuning
