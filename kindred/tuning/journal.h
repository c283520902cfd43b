// The journal of a study: every trial in one SQLite file that several processes share.
//
// The file is in WAL mode and every change is one transaction on disk before the call
// returns, so a process that is killed at any moment loses at most the step in flight. A
// process that wants to decide on what it read (which setting comes next) does so inside
// exclusively(), which no other process enters meanwhile. Steps and ends are only accepted
// from the worker that runs the trial: whoever was declared lost finds out so.
//
//    fact(key, value)                           what the study is about
//    trial(id, proposal, setting, seed, state, worker, started, heartbeat, ended,
//          parameters, memory, message, parent, steps_before)
//    step(trial, step, seconds, train, validation, standard_error, share, epochs)
//    range_change(parameter, low, high, after, probe, reason)
//
// Each row has a checksum, and all are compared when the file is opened (journal_schema.h); what
// a trial says is then checked too (trial_check.h). A file of an earlier version, which has no
// checksums, is brought up to this one.
//
// Cost: a change about a millisecond (a sync of the disk). Thread safety: one thread a
// journal; any number of journals and processes on one file, on a local disk (SQLite's
// locks do not work on most network file systems).

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/tuning/trial.h"

namespace kindred::tuning {

// A parameter's range from then on.
struct RangeChange {
  std::string parameter;
  double low = 0.0;
  double high = 0.0;
  std::int64_t after = 0;                           // The trial that gave reason to it.
  double probe = 0.0;                               // The value to try at once.
  std::optional<std::int64_t> probe_proposal = {};  // Once it is being tried.
  std::string reason = {};                          // A sentence for people.

  bool operator==(const RangeChange&) const = default;
};

class Database;

class Journal {
 public:
  // Opens or makes the file; an empty path keeps the journal in memory.
  // Throws Error(io) when that fails, Error(corrupt) for a file that is none of ours or is
  // damaged, naming the trial, and Error(unsupported) for one of a newer version. One without
  // checksums is refused where a score is doubtful, unless it is trusted.
  explicit Journal(const std::filesystem::path& path, bool trusts_unsealed = false);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  const std::string& name() const noexcept;  // The file, as messages name it.
  // Whether the file came without checksums: what was damaged before cannot be known.
  bool was_unsealed() const noexcept { return was_unsealed_; }

  // Runs `work` as one transaction that no other process writes beside. What it throws
  // undoes it. Throws Error(io) when others keep the file locked for a minute.
  void exclusively(const std::function<void()>& work);

  std::optional<std::string> fact(std::string_view key) const;
  void set_fact(std::string_view key, std::string_view value);

  // All trials with their steps, by id.
  std::vector<Trial> trials() const;

  // Adds the trial under the next id, which it returns; the steps are not written.
  std::int64_t add(const Trial& trial);

  // Adds a step and moves the heartbeat; false, changing nothing, where the trial is no
  // longer this worker's to run.
  bool add_step(std::int64_t trial, const std::string& worker, const StepRecord& step, double now);

  // Ends the trial with its state, end, parameter count, memory and message; false where it
  // is no longer this worker's to run.
  bool end(const Trial& trial);

  std::vector<RangeChange> range_changes() const;
  void add(const RangeChange& change);
  // The last change of this parameter is being tried.
  void set_probe(const std::string& parameter, std::int64_t proposal);

 private:
  std::unique_ptr<Database> database_;
  bool was_unsealed_ = false;
};

}  // namespace kindred::tuning
