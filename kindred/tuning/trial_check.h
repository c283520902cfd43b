// What must hold of the trials of a study, whoever wrote them.
//
// Checksums find what has changed since it was written, not what was never so. Thread safety:
// pure functions.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kindred/tuning/trial.h"

namespace kindred::tuning {

// Throws Error(corrupt), "PATH: trial 3: ...", for a trial that cannot have come about: without
// a setting, with steps that do not ascend, finished without a score.
void check_trials(const std::vector<Trial>& trials, const std::string& path);

// The range that validation can have; both ends count.
struct ScoreRange {
  double low = 0.0;
  double high = 0.0;
};

// Throws Error(corrupt), naming trial, step and value, for a score outside of it.
void check_scores(const std::vector<Trial>& trials, const ScoreRange& range,
                  const std::string& path);

// Where nothing proves that the file is as it was written: a score that falls to less than half
// within one step, by more than five standard errors, is a damaged one more likely than a truth.
// What is doubted, or nothing.
std::optional<std::string> doubtful_score(const std::vector<Trial>& trials);

}  // namespace kindred::tuning
