// What is seen of a study while it runs: a line for each trial, and where it stands.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cli/common.h"
#include "cli/tune_flags.h"
#include "kindred/tuning/study.h"

namespace kindred::cli {

// One line when a trial of this process ends: its number, value and setting, the best so
// far, how many run elsewhere, and the time that is left at the present rate.
class TuneProgress {
 public:
  TuneProgress(const CommonOptions& common, const tuning::Study& study, std::size_t trial_limit,
               ShownMetric metric);

  // As RunOptions::observe.
  void show(const tuning::Trial& trial);

 private:
  std::string time_left(std::size_t ended) const;

  const CommonOptions& common_;
  const tuning::Study& study_;
  std::size_t trial_limit_;
  ShownMetric metric_;
  std::size_t ended_before_ = 0;  // When this process joined.
  std::size_t changes_told_ = 0;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace kindred::cli
