// Stopping trials early: successive halving, the median rule, and Hyperband's brackets.
//
// After some of their steps (epochs, or growing parts of the data) trials are compared
// with all that have come as far, and only those that do well go on:
//
//    halving   at steps min, min f, min f^2, ...: only the best 1/f of all that reached it
//    median    at every step from a grace period on: only those whose best value so far is
//              at least the median of the others' means up to that step
//
// Both decide from what is known at the moment and wait for nobody, so workers never idle;
// a trial that comes early is judged against few. With f = 3 most trials cost a ninth or a
// third of a full one.
//
// hyperband_schedule() is the plan of the synchronous form: brackets of trials x steps that
// all cost about the same, from many short trials to few long ones.
//
// Thread safety: pure functions.
//
// Sources: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (ASHA), MLSys
// 2020; Golovin et al., "Google Vizier", KDD 2017 (median); Li et al., "Hyperband", JMLR 2018,
// with KerasTuner's rounding.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace kindred::tuning {

// The values of one trial so far, by step: steps ascend, larger is better.
struct Curve {
  std::vector<int> steps;
  std::vector<double> values;

  // The best value up to and including `step`; minus infinity before the first.
  double best_until(int step) const noexcept;
};

enum class Stopping { none, halving, median };

struct StoppingOptions {
  Stopping rule = Stopping::halving;
  int steps_min = 2;      // halving: the first comparison; median: the grace period.
  int steps_max = 0;      // Of a whole trial: nobody is judged after the last; 0: unknown.
  int reduction = 3;      // halving: f.
  int trials_min = 5;     // median: how many others must have come as far.
  double value_step = 0;  // Differences up to this are no reason to stop.

  bool operator==(const StoppingOptions&) const = default;
};

// Throws Error(invalid_argument) naming the option out of range.
void validate(const StoppingOptions& options);

// "halving", "median" or "none"; throws Error(invalid_argument) otherwise.
Stopping parse_stopping(const std::string& text);
const char* to_text(Stopping rule) noexcept;

// Whether a trial with this curve should go on after its last step, given those of all
// other trials, running ones included.
bool should_go_on(const Curve& curve, std::span<const Curve> others,
                  const StoppingOptions& options);

struct HyperbandRound {
  std::size_t trials = 0;
  int epochs = 0;

  bool operator==(const HyperbandRound&) const = default;
};

// One list of rounds for each bracket, the one with most trials first.
// Throws Error(invalid_argument) unless epochs_max >= 1 and factor >= 2.
std::vector<std::vector<HyperbandRound>> hyperband_schedule(int epochs_max, int factor);

}  // namespace kindred::tuning
