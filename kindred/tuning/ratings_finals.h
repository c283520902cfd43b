// The last round for ratings: what the study chose, trained again with several seeds and
// judged by the test people, beside what it should beat.
//
//    best                the best by validation
//    smallest as good    the smallest within one standard error of it
//    rule of thumb       the best whose dimensions lie in the prior's range
//    default             the defaults of `kindred train`, at the best's dimensions
//    fourth root, ...    where asked for: the dimensions that each usual rule says
//                        (dimension_prior.h), the rest as in the best
//
// Each is trained from random vectors for as many epochs as were best in its trial, those that
// its warm start had behind it included, on train and validation people together. A choice made on
// validation flatters itself there; here it cannot.
//
// Thread safety: as RatingsTuning.

#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "kindred/factorization/ials.h"
#include "kindred/tuning/ratings_tuning.h"
#include "kindred/tuning/report.h"

namespace kindred::tuning {

struct FinalsOptions {
  factorization::IalsOptions defaults;  // What to compare with; dimensions are replaced.
  factorization::IalsOptions base;      // What the space does not set.
  int seed_count = 3;                   // base.seed, base.seed + 1, ...
  bool rules = false;                   // What the rules of thumb say, too.
  const std::atomic<bool>* cancelled = nullptr;
  std::function<void(const std::string&)> observe = {};  // Told what begins.
};

// How the winner of a study is trained for good: its setting, the epochs of its best step and
// of its warm start, at most base.epochs.
factorization::IalsOptions final_options(const Trial& trial,
                                         const factorization::IalsOptions& base);

// Fills finalists and differences of the report, best first. Leaves them empty when
// cancelled, when nothing has finished and when nobody was kept apart to test on.
void run_finals(RatingsTuning& tuning, const FinalsOptions& options, Report& report);

}  // namespace kindred::tuning
