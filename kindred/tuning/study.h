// A study: asks what to try next, is told what came of it, and never forgets.
//
//     Study study(folder / "study.sqlite", options);
//     while (auto trial = study.ask(trial_count)) {
//       for (int epoch = 1; epoch <= 16; ++epoch) {
//         ... train by trial->setting ...
//         if (!study.report(*trial, {.step = epoch, .validation = value})) break;
//       }
//       study.tell(*trial, {.parameter_count = size});
//     }
//
// or run_study() of study_runner.h, which also catches what goes wrong in a trial. All is
// in the journal (journal.h): a study that was killed is opened again and goes on, and
// several processes may work on one. Proposals depend on the journal and the seed alone, so
// one worker proposes the same settings with and without interruption.
//
// ask() gives, in this order: a setting whose worker was lost, the starting setting, the
// setting on the new edge of a range that has just grown (widening.h), the searcher's
// proposal. A worker counts as lost when its process is gone or its trial has given no sign
// of life for trial_seconds_max; a setting that lost its worker attempts_max times is not
// tried again, since it may well be what kills them. Being interrupted does not count.
//
// Cost: ask() reads the whole journal. Thread safety: one thread a study; any number of
// studies and processes on one file.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/tuning/halving.h"
#include "kindred/tuning/journal.h"
#include "kindred/tuning/searcher.h"
#include "kindred/tuning/space.h"
#include "kindred/tuning/trial.h"
#include "kindred/tuning/trial_check.h"
#include "kindred/tuning/widening.h"

namespace kindred::tuning {

struct StudyOptions {
  Space space;
  std::string searcher = "tpe";  // grid, random, sobol or tpe.
  std::uint64_t seed = 1;        // Of the searcher, and of every trial.
  StoppingOptions stopping;
  WideningOptions widening;
  double trial_seconds_max = 3600.0;  // Silent for longer: lost.
  int attempts_max = 3;
  std::vector<Setting> first;             // Tried before the starting setting, in this order.
  Json subject;                           // What is tuned, on which data: a study belongs to one.
  std::optional<ScoreRange> scores = {};  // What validation can be; nothing: anything.
  // Take a study of an earlier version, which has no checksums, though a score is doubtful.
  bool trusts_unsealed = false;
  // Seconds since 1970; the system's clock if empty. For tests.
  std::function<double()> clock = {};
};

// What a trial leaves behind beside its steps.
struct TrialEnd {
  TrialState state = TrialState::finished;
  std::size_t parameter_count = 0;
  std::size_t memory_bytes = 0;
  std::string message = {};
  std::optional<std::int64_t> parent = {};  // See Trial.
  int steps_before = 0;
};

class Study {
 public:
  // Opens or makes the study; an empty path keeps it in memory. Space and subject are
  // kept. The subject of a study that is there already must equal this one, and its space must
  // equal or lie in this one: a space may grow by choices and by the ends of ranges, and all
  // trials stay.
  // Throws Error(invalid_argument) for options out of range and for another study,
  // naming what differs; Error(corrupt) for scores that cannot be; what Journal throws.
  Study(const std::filesystem::path& path, StudyOptions options);

  // The next trial, which is now this process's to run; nothing when `limit` settings have
  // been proposed or the space is exhausted. Retries do not count.
  std::optional<Trial> ask(std::size_t limit);

  // Adds a step; whether the trial should go on. No when it is not worth it, and when it is
  // no longer ours (is_ours()). Throws Error(invalid_argument) for a step that does not
  // ascend or a validation that is not finite: a trial that diverges fails.
  bool report(Trial& trial, const StepRecord& step);

  // Ends the trial. False where somebody else has taken it over meanwhile: then nothing
  // is kept.
  bool tell(Trial& trial, const TrialEnd& end);

  // Whether the last report() or tell() of this trial was accepted.
  bool is_ours(const Trial& trial) const noexcept { return trial.worker == worker_; }

  // What people should know of the file, or "".
  std::string about_file() const;

  std::vector<Trial> trials() const { return journal_.trials(); }
  std::vector<RangeChange> range_changes() const { return journal_.range_changes(); }
  Space space() const;  // As wide as it is now.
  const StudyOptions& options() const noexcept { return options_; }

 private:
  void keep_space();
  void keep_subject();
  double now() const;
  void mark_lost(std::vector<Trial>& trials);
  std::optional<Trial> retry(const std::vector<Trial>& trials);
  std::optional<Setting> next_setting(const std::vector<Trial>& trials, std::size_t proposal);
  Trial begin(Setting setting, std::int64_t proposal);

  StudyOptions options_;
  Journal journal_;
  std::unique_ptr<Searcher> searcher_;
  std::string worker_;
};

}  // namespace kindred::tuning
