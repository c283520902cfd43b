#include "kindred/tuning/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "kindred/base/error.h"
#include "kindred/tuning/space_text.h"
#include "kindred/tuning/worker.h"

namespace kindred::tuning {
namespace {

void validate_study(const StudyOptions& options) {
  tuning::validate(options.space);
  tuning::validate(options.stopping);
  if (options.space.parameters.empty()) {
    throw Error(ErrorCode::invalid_argument, "there is no parameter to tune");
  }
  if (!(options.trial_seconds_max > 0.0)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("a trial cannot be limited to {} s", options.trial_seconds_max));
  }
  if (options.attempts_max < 1) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} attempts at a setting are none", options.attempts_max));
  }
  for (const Setting& setting : options.first) tuning::validate(setting, options.space);
}

template <typename Range>
bool range_holds(const Range& outer, const Range& inner) {
  // A step counts from the low end.
  const bool low = inner.step == 0 ? outer.low <= inner.low : outer.low == inner.low;
  return low && outer.high >= inner.high && outer.scale == inner.scale && outer.step == inner.step;
}

bool holds_choices(const Choices& outer, const Choices& inner) {
  return std::ranges::all_of(inner.values, [&](const Value& value) {
    return std::ranges::find(outer.values, value) != outer.values.end();
  });
}

// Whether all that was possible still is.
bool holds_parameter(const Parameter& now, const Parameter& before) {
  if (now.condition != before.condition || now.range.index() != before.range.index()) return false;
  if (const auto* choices = std::get_if<Choices>(&now.range)) {
    return holds_choices(*choices, std::get<Choices>(before.range));
  }
  if (const auto* range = std::get_if<IntegerRange>(&now.range)) {
    return range_holds(*range, std::get<IntegerRange>(before.range));
  }
  return range_holds(std::get<FloatRange>(now.range), std::get<FloatRange>(before.range));
}

// Why a study of the space `before` cannot go on in `now`; "" where it can. A range that the
// study has widened by itself stays as it was.
std::string space_difference(const Space& before, const Space& now,
                             const std::vector<RangeChange>& changes) {
  for (const Parameter& old : before.parameters) {
    const Parameter* parameter = now.find(old.name);
    if (parameter == nullptr) return fmt::format("it tunes '{}', this one does not", old.name);
    const bool widened_by_itself = std::ranges::any_of(
        changes, [&](const RangeChange& change) { return change.parameter == old.name; });
    if (*parameter == old || (!widened_by_itself && holds_parameter(*parameter, old))) continue;
    return fmt::format("'{}' is {} there and {} here{}", old.name, describe(old),
                       describe(*parameter),
                       widened_by_itself ? ", and the study has widened it by itself" : "");
  }
  for (const Parameter& parameter : now.parameters) {
    if (before.find(parameter.name) != nullptr) continue;
    return fmt::format("it does not tune '{}', this one does", parameter.name);
  }
  return "";
}

// The first entry that differs, of what belongs to one study.
std::string subject_difference(const Json& before, const Json& now) {
  if (before.is_object() && now.is_object()) {
    for (const auto& [key, value] : before.as_object()) {
      const Json* other = now.find(key);
      if (other != nullptr && *other == value) continue;
      return fmt::format("'{}' is {} there and {} here", key, value.dump(),
                         other == nullptr ? "missing" : other->dump());
    }
    for (const auto& [key, value] : now.as_object()) {
      if (before.find(key) == nullptr) {
        return fmt::format("'{}' is missing there and {} here", key, value.dump());
      }
    }
  }
  return fmt::format("{}, not {}", before.dump(), now.dump());
}

std::size_t proposal_count(const std::vector<Trial>& trials) {
  std::int64_t last = -1;
  for (const Trial& trial : trials) last = std::max(last, trial.proposal);
  return static_cast<std::size_t>(last + 1);
}

}  // namespace

Study::Study(const std::filesystem::path& path, StudyOptions options)
    : options_((validate_study(options), std::move(options))),
      journal_(path, options_.trusts_unsealed),
      searcher_(make_searcher(options_.searcher, options_.seed)),
      worker_(this_worker()) {
  journal_.exclusively([&] {
    keep_space();
    keep_subject();
    if (options_.scores) check_scores(journal_.trials(), *options_.scores, journal_.name());
  });
}

std::string Study::about_file() const {
  if (!journal_.was_unsealed()) return "";
  return fmt::format(
      "{}: an earlier version wrote it without checksums; its trials have been "
      "looked through, and have checksums from now on",
      journal_.name());
}

void Study::keep_space() {
  const Json space = to_json(options_.space);
  const std::string text = space.dump();
  const auto known = journal_.fact("space");
  if (known == text) return;
  if (known) {
    const std::string problem = space_difference(space_from_json(Json::parse(*known)),
                                                 options_.space, journal_.range_changes());
    if (!problem.empty()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("the study has another space: {}; a space may grow, but nothing of "
                              "it may go. Take a new --study for this one",
                              problem));
    }
  }
  journal_.set_fact("space", text);
}

void Study::keep_subject() {
  const std::string text = options_.subject.dump();
  const auto known = journal_.fact("subject");
  if (!known) {
    journal_.set_fact("subject", text);
  } else if (*known != text) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the study has another subject: {}",
                            subject_difference(Json::parse(*known), options_.subject)));
  }
}

double Study::now() const {
  if (options_.clock) return options_.clock();
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Space Study::space() const { return widened(options_.space, journal_.range_changes()); }

std::optional<Trial> Study::ask(std::size_t limit) {
  std::optional<Trial> out;
  journal_.exclusively([&] {
    std::vector<Trial> trials = journal_.trials();
    mark_lost(trials);
    out = retry(trials);
    const std::size_t proposal = proposal_count(trials);
    if (out || proposal >= limit) return;
    if (auto setting = next_setting(trials, proposal)) {
      out = begin(std::move(*setting), static_cast<std::int64_t>(proposal));
    }
  });
  return out;
}

// Marks the trials of workers that are gone or silent, in the journal and in `trials`.
void Study::mark_lost(std::vector<Trial>& trials) {
  const double moment = now();
  for (Trial& trial : trials) {
    if (trial.state != TrialState::running) continue;
    const bool silent = moment - trial.heartbeat > options_.trial_seconds_max;
    if (!silent && !is_gone(trial.worker)) continue;
    trial.state = TrialState::lost;
    trial.ended = moment;
    trial.message = silent ? fmt::format("no sign of life for {:.0f} s", moment - trial.heartbeat)
                           : "its process ended";
    journal_.end(trial);
  }
}

std::optional<Trial> Study::retry(const std::vector<Trial>& trials) {
  std::map<std::int64_t, int> attempts;
  for (const Trial& trial : trials) {
    attempts[trial.proposal] += trial.message == kInterrupted ? 0 : 1;
  }
  for (const Trial* trial : latest_of_proposals(trials)) {
    if (trial->state != TrialState::lost) continue;
    if (attempts[trial->proposal] >= options_.attempts_max) continue;
    return begin(trial->setting, trial->proposal);
  }
  return std::nullopt;
}

std::optional<Setting> Study::next_setting(const std::vector<Trial>& trials, std::size_t proposal) {
  const std::vector<Observation> tried = observations(trials);
  for (const Setting& setting : options_.first) {
    if (!was_tried(setting, tried)) return setting;
  }
  if (Setting start = starting_setting(options_.space); !was_tried(start, tried)) return start;
  std::vector<RangeChange> changes = journal_.range_changes();
  Space space = widened(options_.space, changes);
  if (auto change = due_change(space, trials, changes, options_.widening)) {
    journal_.add(*change);
    changes.push_back(*change);
    space = widened(options_.space, changes);
  }
  if (!changes.empty() && !changes.back().probe_proposal) {
    journal_.set_probe(changes.back().parameter, static_cast<std::int64_t>(proposal));
    auto probe = probe_setting(changes.back(), space, trials);
    if (probe && !was_tried(*probe, tried)) return probe;
  }
  return searcher_->propose(space, tried, proposal);
}

Trial Study::begin(Setting setting, std::int64_t proposal) {
  Trial trial;
  trial.proposal = proposal;
  trial.setting = std::move(setting);
  trial.seed = options_.seed;
  trial.worker = worker_;
  trial.started = trial.heartbeat = now();
  trial.id = journal_.add(trial);
  return trial;
}

bool Study::report(Trial& trial, const StepRecord& step) {
  if (!trial.steps.empty() && step.step <= trial.steps.back().step) {
    throw Error(ErrorCode::invalid_argument, fmt::format("step {} is reported after step {}",
                                                         step.step, trial.steps.back().step));
  }
  if (step.validation && !std::isfinite(*step.validation)) {
    throw Error(ErrorCode::invalid_argument, fmt::format("diverged: validation is {} after step {}",
                                                         *step.validation, step.step));
  }
  if (!journal_.add_step(trial.id, worker_, step, now())) {
    trial.worker.clear();
    return false;
  }
  trial.steps.push_back(step);
  if (options_.stopping.rule == Stopping::none || !step.validation) return true;
  std::vector<Curve> others;
  const std::vector<Trial> all = journal_.trials();
  for (const Trial* other : latest_of_proposals(all)) {
    if (other->proposal != trial.proposal) others.push_back(other->curve());
  }
  return should_go_on(trial.curve(), others, options_.stopping);
}

bool Study::tell(Trial& trial, const TrialEnd& end) {
  trial.state = end.state;
  trial.ended = now();
  trial.parameter_count = end.parameter_count;
  trial.memory_bytes = end.memory_bytes;
  trial.message = end.message;
  trial.parent = end.parent;
  trial.steps_before = end.steps_before;
  if (trial.worker == worker_ && journal_.end(trial)) return true;
  trial.worker.clear();
  return false;
}

}  // namespace kindred::tuning
