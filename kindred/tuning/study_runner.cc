#include "kindred/tuning/study_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>

#include "kindred/base/error.h"
#include "kindred/base/machine.h"

namespace kindred::tuning {
namespace {

using Clock = std::chrono::steady_clock;

bool is_set(const std::atomic<bool>* flag) { return flag != nullptr && flag->load(); }

// One trial in flight: what its hooks need to know.
class Flight {
 public:
  Flight(Study& study, Trial& trial, const RunOptions& options)
      : study_(study), trial_(trial), options_(options), start_(Clock::now()) {}

  TrialHooks hooks() {
    return {.report = [this](const StepRecord& step) { return report(step); },
            .check_time = [this] { check_time(); }};
  }

  bool interrupted() const { return interrupted_; }
  // Also within a step.
  bool was_interrupted() const { return is_set(options_.cancelled); }
  bool journal_failed() const { return journal_failed_; }
  bool stopped() const { return stopped_; }

 private:
  bool report(const StepRecord& step) {
    bool go_on = false;
    journal_failed_ = true;  // Until report() has returned: what it throws then is ours.
    try {
      go_on = study_.report(trial_, step);
      journal_failed_ = false;
    } catch (const Error& error) {
      journal_failed_ = error.code() != ErrorCode::invalid_argument;
      throw;
    }
    if (options_.observe) options_.observe(trial_);
    stopped_ = !go_on;
    interrupted_ = is_set(options_.cancelled);
    if (go_on && !interrupted_) check_time();
    return go_on && !interrupted_;
  }

  void check_time() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const double limit = study_.options().trial_seconds_max;
    if (seconds <= limit) return;
    throw Error(ErrorCode::cancelled, fmt::format("ran past its time of {:g} s", limit));
  }

  Study& study_;
  Trial& trial_;
  const RunOptions& options_;
  Clock::time_point start_;
  bool interrupted_ = false;
  bool stopped_ = false;
  bool journal_failed_ = false;
};

// Runs the objective and turns whatever happens into an end. Rethrows what the journal threw.
TrialEnd fly(Flight& flight, const Trial& trial, const Objective& objective) {
  const auto failed = [&](const std::string& message) {
    if (flight.journal_failed()) throw;
    if (flight.was_interrupted()) {
      return TrialEnd{.state = TrialState::lost, .message = kInterrupted};
    }
    return TrialEnd{.state = TrialState::failed, .message = message};
  };
  try {
    TrialEnd end = objective(trial, flight.hooks());
    end.state = flight.stopped() ? TrialState::stopped : TrialState::finished;
    if (flight.interrupted()) {
      // Tried again when the study goes on: it was not the trial's fault.
      end.state = TrialState::lost;
      end.message = kInterrupted;
    } else if (end.state == TrialState::stopped) {
      end.message = "others were better by this step";
    } else if (!trial.value()) {
      end.state = TrialState::failed;
      end.message = "no step was validated";
    }
    return end;
  } catch (const std::bad_alloc&) {
    return failed("out of memory");
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

// Whether another process still runs a trial that may come back to us.
bool others_run(const Study& study) {
  const std::vector<Trial> trials = study.trials();
  return std::ranges::any_of(trials,
                             [](const Trial& trial) { return trial.state == TrialState::running; });
}

void run_one(Study& study, Trial& trial, const Objective& objective, const RunOptions& options) {
  if (options.observe) options.observe(trial);
  reset_peak_memory();
  Flight flight(study, trial, options);
  TrialEnd end = fly(flight, trial, objective);
  end.memory_bytes = peak_memory_bytes();
  study.tell(trial, end);
  if (options.observe) options.observe(trial);
}

}  // namespace

RunEnd run_study(Study& study, const Objective& objective, const RunOptions& options) {
  for (;;) {
    if (is_set(options.cancelled)) return RunEnd::cancelled;
    auto trial = study.ask(options.trial_limit);
    if (trial) {
      run_one(study, *trial, objective, options);
      continue;
    }
    if (!others_run(study)) break;
    std::this_thread::sleep_for(std::chrono::duration<double>(options.poll_seconds));
  }
  const auto proposed = latest_of_proposals(study.trials()).size();
  return proposed >= options.trial_limit ? RunEnd::done : RunEnd::exhausted;
}

}  // namespace kindred::tuning
