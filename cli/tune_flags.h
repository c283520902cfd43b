// What `kindred tune` shares between ratings and tables: flags, the study, what is printed.

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/common.h"
#include "cli/ials_flags.h"
#include "cli/ratings_flags.h"
#include "kindred/base/interrupt.h"
#include "kindred/base/json.h"
#include "kindred/tuning/report.h"
#include "kindred/tuning/space.h"
#include "kindred/tuning/study_runner.h"

namespace kindred::cli {

struct TuneFlags {
  CommonOptions common;
  std::filesystem::path data;
  std::size_t trials = 40;
  std::filesystem::path study;
  bool trust_study = false;
  std::filesystem::path output;
  std::string search = "tpe";
  std::string stopping = "halving";
  std::string steps = "epochs";
  std::vector<std::string> parameters;  // --set
  std::filesystem::path space_file;
  std::optional<int> epochs;
  std::optional<int> patience;
  int seed_count = 3;
  bool rules = false;
  double trial_timeout = 3600.0;

  // Ratings.
  std::string model = "ials";  // Or "item-item".
  RatingsFlags ratings;
  IalsFlags ials;  // The exponent of the regularization, and which pairs are positive.
  int dimensions_max = 512;
  bool no_warm_starts = false;
  std::string metric;
  std::optional<std::size_t> held_out;
  std::optional<std::size_t> test_users;

  // Tables.
  std::string label;
  std::filesystem::path config;
  std::filesystem::path test_table;
  std::size_t parameters_max = 0;
};

// The usual space, or that of --space, with what --set says in place of its parameters.
tuning::Space space_of(const TuneFlags& flags, tuning::Space usual);

// Seed, searcher, stopping, steps and time limit as the flags say.
tuning::StudyOptions study_options(const TuneFlags& flags, tuning::Space space, Json subject,
                                   int epochs);

// The journal's path in the folder of the study, which is made; "" without --study.
std::filesystem::path journal_path(const TuneFlags& flags);

// Runs the trials with a line for each on stderr. Values of `lower_is_better` metrics are
// shown with their sign turned.
struct ShownMetric {
  std::string name;
  bool lower_is_better = false;
};
void run_trials(const TuneFlags& flags, tuning::Study& study, const tuning::Objective& objective,
                const ShownMetric& metric, const Interrupt& interrupt);

// What every report has: the search, seed and program, the trials and the verdict.
tuning::Report begin_report(const TuneFlags& flags, const tuning::Study& study,
                            const std::string& size);

// Does the work, unless there was an interruption; nothing of it where one comes meanwhile.
void unless_interrupted(const Interrupt& interrupt, const std::function<void()>& work);

// Prints the report, writes its page, and throws Error(cancelled) after an interruption.
void finish_report(const TuneFlags& flags, const tuning::Report& report,
                   const Interrupt& interrupt);

// kindred tune TABLE --label C
void tune_table(const TuneFlags& flags);

}  // namespace kindred::cli
