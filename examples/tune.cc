// Ask and tell: which setting to try, what came of it, and what is best.

#include <cmath>
#include <cstdio>

#include "kindred/tuning/space_text.h"
#include "kindred/tuning/study_runner.h"
#include "kindred/tuning/verdict.h"

namespace {

using namespace kindred::tuning;

// Stands for a training: how good the setting is after so many epochs.
double quality(const Setting& setting, int epoch) {
  const double dim = std::log2(static_cast<double>(setting.integer("dim")) / 60.0);
  const double l = std::log10(setting.number("regularization") / 0.01);
  return (0.4 - 0.01 * dim * dim - 0.02 * l * l) * (1.0 - std::exp(-epoch));
}

}  // namespace

int main() {
  StudyOptions options;
  options.space = parse_space(R"(
[dim]
low = 15
high = 35
start = 25
scale = "log"
widen = [1, 512]

[regularization]
low = 0.0001
high = 1.0
scale = "log"
)",
                              "space.toml");
  options.stopping.steps_max = 8;
  // "" keeps the study in memory; a path keeps it in a file that processes may share.
  Study study("", options);

  // By hand: ask, report every epoch, tell.
  for (int i = 0; i < 5; ++i) {
    auto trial = study.ask(30);
    for (int epoch = 1; epoch <= 8; ++epoch) {
      if (!study.report(*trial, {.step = epoch, .validation = quality(trial->setting, epoch)}))
        break;
    }
    const bool whole = trial->steps.size() == 8;
    study.tell(*trial, {.state = whole ? TrialState::finished : TrialState::stopped});
  }

  // Or leave the loop to the runner, which also catches what goes wrong in a trial.
  const Objective objective = [](const Trial& trial, const TrialHooks& hooks) -> TrialEnd {
    for (int epoch = 1; epoch <= 8; ++epoch) {
      if (!hooks.report({.step = epoch, .validation = quality(trial.setting, epoch)})) break;
    }
    return {.parameter_count = static_cast<std::size_t>(1000 * trial.setting.integer("dim"))};
  };
  run_study(study, objective, {.trial_limit = 30});

  const Verdict verdict = judge(study.trials(), study.space(), "dim");
  std::printf("%s: %.4f after %zu epochs in all\n", to_text(verdict.best->setting).c_str(),
              *verdict.best->value(), verdict.steps);
  for (const RangeChange& change : study.range_changes())
    std::printf("%s\n", change.reason.c_str());
  return *verdict.best->value() > 0.39 ? 0 : 1;
}
