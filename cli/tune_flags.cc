#include "cli/tune_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "cli/tune_progress.h"
#include "kindred/base/atomic_file.h"
#include "kindred/base/error.h"
#include "kindred/tuning/data_parts.h"
#include "kindred/tuning/space_text.h"

namespace kindred::cli {
namespace {

constexpr const char* kJournalName = "study.sqlite";
constexpr const char* kReportName = "report.html";

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::not_found, fmt::format("cannot read {}", path.string()));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

tuning::Space space_of(const TuneFlags& flags, tuning::Space usual) {
  tuning::Space space = flags.space_file.empty() ? std::move(usual)
                                                 : tuning::parse_space(read_text(flags.space_file),
                                                                       flags.space_file.string());
  for (const std::string& text : flags.parameters) {
    tuning::Parameter parameter = tuning::parse_parameter(text);
    const auto known =
        std::ranges::find(space.parameters, parameter.name, &tuning::Parameter::name);
    if (known == space.parameters.end()) {
      space.parameters.push_back(std::move(parameter));
    } else {
      *known = std::move(parameter);
    }
  }
  tuning::validate(space);
  return space;
}

tuning::StudyOptions study_options(const TuneFlags& flags, tuning::Space space, Json subject,
                                   int epochs) {
  tuning::StudyOptions options;
  options.space = std::move(space);
  options.searcher = flags.search;
  options.seed = flags.common.seed;
  options.stopping.rule = tuning::parse_stopping(flags.stopping);
  options.stopping.steps_max = epochs;
  if (tuning::parse_trial_steps(flags.steps) == tuning::TrialSteps::parts) {
    options.stopping.steps_min = tuning::kDataParts.front();
    options.stopping.steps_max = tuning::kWholeData;
  }
  options.trial_seconds_max = flags.trial_timeout;
  options.subject = std::move(subject);
  options.trusts_unsealed = flags.trust_study;
  return options;
}

std::filesystem::path journal_path(const TuneFlags& flags) {
  if (flags.study.empty()) return {};
  make_folder(flags.study);
  return flags.study / kJournalName;
}

void run_trials(const TuneFlags& flags, tuning::Study& study, const tuning::Objective& objective,
                const ShownMetric& metric, const Interrupt& interrupt) {
  std::size_t limit = flags.trials;
  if (flags.search == "grid") {
    if (const auto grid = all_settings(study.options().space))
      limit = std::min(limit, grid->size());
  }
  TuneProgress progress(flags.common, study, limit, metric);
  tuning::RunOptions running;
  running.trial_limit = limit;
  running.cancelled = &interrupt.requested();
  running.observe = [&](const tuning::Trial& trial) { progress.show(trial); };
  if (run_study(study, objective, running) == tuning::RunEnd::exhausted) {
    note(flags.common, "every setting of the space was tried");
  }
}

tuning::Report begin_report(const TuneFlags& flags, const tuning::Study& study,
                            const std::string& size) {
  tuning::Report report;
  report.title = flags.data.filename().string();
  report.facts = {{"search", fmt::format("{}, {}", flags.search, flags.stopping)},
                  {"seed", std::to_string(flags.common.seed)},
                  {"program", "kindred " KINDRED_VERSION}};
  report.size = size;
  report.space = study.options().space;
  report.changes = study.range_changes();
  report.trials = study.trials();
  report.verdict = tuning::judge(report.trials, study.space(), size);
  return report;
}

void unless_interrupted(const Interrupt& interrupt, const std::function<void()>& work) {
  if (interrupt.requested()) return;
  try {
    work();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled || !interrupt.requested()) throw;
  }
}

void finish_report(const TuneFlags& flags, const tuning::Report& report,
                   const Interrupt& interrupt) {
  if (!flags.study.empty()) {
    const auto path = flags.study / kReportName;
    write_file_atomically(path, tuning::to_html(report));
    note(flags.common, fmt::format("wrote {}", path.string()));
  }
  if (flags.common.json) {
    fmt::print("{}\n", with_guesses(flags.common, to_json(report)).dump(2));
  } else {
    fmt::print("{}", to_text(report));
  }
  if (interrupt.requested()) {
    throw Error(ErrorCode::cancelled, flags.study.empty()
                                          ? "stopped; with --study DIR it could have been continued"
                                          : "stopped; the same command continues");
  }
}

}  // namespace kindred::cli
