// What a study found: the best setting, the smallest that is as good, and why.
//
//    best         the finished trial with the largest validation metric
//    smallest     of the finished trials within one standard error of it, the one with the
//                 fewest parameters: what more of them gain is within the noise
//    by size      for each value of one parameter (the dimensions) its best finished trial:
//                 train against validation shows where more is only remembered
//    fronts       trials that no other beats in both metric and parameters, or metric and
//                 training time
//    importance   how much of being good depends on each parameter
//
// Importance is the Pearson divergence between where the best quarter of the trials lie and
// where all of them lie, one parameter at a time, as shares of their sum.
//
// Thread safety: pure functions.
//
// Sources: the rule of one standard error as in Breiman et al., "Classification and
// Regression Trees", 1984; importance after Watanabe et al., "PED-ANOVA", IJCAI 2023.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/tuning/space.h"
#include "kindred/tuning/trial.h"

namespace kindred::tuning {

struct Verdict {
  std::optional<Trial> best;      // None as long as no trial has finished.
  std::optional<Trial> smallest;  // The best itself where no smaller one is as good.
  double value_min = 0.0;         // The best's value less its standard error.
  std::vector<Trial> by_size;     // Ascending by the parameter.
  // Ids of trials, smaller and faster ones first.
  std::vector<std::int64_t> front_of_parameters;
  std::vector<std::int64_t> front_of_seconds;
  std::vector<std::pair<std::string, double>> importance;  // Largest first; sums to 1.
  std::size_t finished = 0;
  std::size_t stopped = 0;
  std::size_t failed = 0;
  std::size_t lost = 0;  // Of settings that were given up.
  std::size_t running = 0;
  std::size_t steps = 0;  // Epochs of all trials, lost ones included.
  double seconds = 0.0;   // Training, of all trials.
};

// `size` names the parameter of by_size; "" where there is none.
Verdict judge(const std::vector<Trial>& trials, const Space& space, const std::string& size);

// Empty with fewer than four trials that have a value.
std::vector<std::pair<std::string, double>> importance(const std::vector<Trial>& trials,
                                                       const Space& space);

Json to_json(const Verdict& verdict);

}  // namespace kindred::tuning
