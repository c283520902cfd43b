// A trial: one setting, tried, and what came of it.
//
// A trial reports after every step (an epoch, or a growing part of the data) how good it
// is by then. Its value is that of its best step, because the model of the best epoch is
// the one that is kept.
//
//    running ──▶ finished     all steps done, or validation no longer rose
//            ──▶ stopped      not worth going on with (halving.h)
//            ──▶ failed       threw, diverged, ran out of time or memory
//            ──▶ lost         its process was killed or fell silent; it is tried again
//
// Thread safety: plain values.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/tuning/halving.h"
#include "kindred/tuning/searcher.h"
#include "kindred/tuning/setting.h"

namespace kindred::tuning {

struct StepRecord {
  int step = 0;          // From 1, ascending.
  double seconds = 0.0;  // This step's training, without validation.
  std::optional<double> train = std::nullopt;
  std::optional<double> validation = std::nullopt;  // Larger is better.
  double standard_error = 0.0;                      // Of validation; 0 where it is not known.
  double share = 1.0;  // Of the data, that it learned from (data_parts.h).
  int epochs = 1;      // Passes over these that its model took.

  bool operator==(const StepRecord&) const = default;
};

enum class TrialState { running, finished, stopped, failed, lost };

// The message of a lost trial that was not its own fault: Ctrl-C.
inline constexpr const char* kInterrupted = "interrupted";

const char* to_text(TrialState state) noexcept;
// Nothing for an unknown word.
std::optional<TrialState> parse_trial_state(std::string_view text) noexcept;

struct Trial {
  std::int64_t id = 0;        // From 0, in the order in which they began.
  std::int64_t proposal = 0;  // Of the searcher; a trial that is tried again has the same.
  Setting setting;
  std::uint64_t seed = 1;
  TrialState state = TrialState::running;
  std::string worker;      // Who runs it (worker.h).
  double started = 0.0;    // Seconds since 1970, as are the next two.
  double heartbeat = 0.0;  // The last sign of life.
  double ended = 0.0;      // 0 while running.
  std::vector<StepRecord> steps;
  std::optional<std::int64_t> parent = {};  // The trial whose vectors it began with.
  int steps_before = 0;                     // That went into these.
  std::size_t parameter_count = 0;          // Of the model; 0 before the trial ends.
  std::size_t memory_bytes = 0;             // The most that the process held meanwhile; 0: unknown.
  std::string message;                      // Why it failed, was stopped or lost; "" otherwise.

  // The step with the best validation, of those that learned from the most data; null where
  // none has been validated.
  const StepRecord* best_step() const noexcept;
  std::optional<double> value() const noexcept;
  double seconds() const noexcept;  // Training, all steps.
  // Until and with the best step, its parts of the data and its warm start included; 0
  // where there is no best step.
  int epochs_until_best() const noexcept;
  Curve curve() const;  // Of the validated steps.

  bool operator==(const Trial&) const = default;
};

// The last trial of each proposal, in the order of the proposals: what the study knows.
std::vector<const Trial*> latest_of_proposals(const std::vector<Trial>& trials);

// The same as what searchers learn from.
std::vector<Observation> observations(const std::vector<Trial>& trials);

// The finished trial with the largest value, the earlier one of equals; null where there is none.
const Trial* best_trial(const std::vector<Trial>& trials) noexcept;

Json to_json(const Trial& trial);

}  // namespace kindred::tuning
