// Tuning what people will watch: iALS, its dimensions, its regularisation, its weight of
// what was not watched.
//
// Users are held out whole, twice: some to validate on, who choose the setting, and some to
// test on, whom nobody looks at before the choice is made. Both are judged as in
// learning/validation.h: folded in from most of their history, and asked for the rest.
// The same question put to people who shaped the items shows what is remembered and not
// understood: the distance between the two curves is overfitting.
//
// A step of a trial is an epoch, or a training on a part of the people (data_parts.h), which
// begins with the items that the part before has learned.
//
//    space                   dim                 the fourth root of the items and either side
//                            regularization      l, with exponent 1 as published
//                            unobserved-weight   a
//
// or, of models item by item (learning/item_item.h), neighbors and shrinkage; a trial is then one
// step, since they learn in one pass.
//
// Names are those of the flags of `kindred train`. Cost of a trial: its epochs, after each
// of them a fold-in and a row of exact top-k for each person judged.
//
// Thread safety: as iALS; one trial at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/interactions.h"
#include "kindred/data/positives.h"
#include "kindred/evaluation/result.h"
#include "kindred/factorization/ials.h"
#include "kindred/learning/families.h"
#include "kindred/learning/validation.h"
#include "kindred/linalg/sparse.h"
#include "kindred/tuning/data_parts.h"
#include "kindred/tuning/space.h"
#include "kindred/tuning/study_runner.h"
#include "kindred/tuning/warm_starts.h"

namespace kindred::tuning {

struct RatingsTuningOptions {
  factorization::IalsOptions ials;  // What the space does not set.
  // The same of models item by item, which are then what is tuned; the seed is that of `ials`.
  std::optional<learning::ItemItemOptions> item_item = {};
  data::PositiveRule rule;
  evaluation::Metric metric;         // Judged by; per person.
  std::size_t validation_users = 0;  // At least 1.
  std::size_t test_users = 0;        // 0: nobody is kept apart.
  TrialSteps steps = TrialSteps::epochs;
  int patience = 3;          // Epochs without a better validation; 0: run them all.
  int dimensions_max = 512;  // As far as the range may widen.
};

// One user in ten, at most 1,000, for each of validation and test.
std::size_t default_held_out_users(std::size_t user_count) noexcept;

// dim, regularization and unobserved-weight for so many items.
Space ratings_space(std::size_t item_count, int dimensions_max);

// neighbors and shrinkage of models item by item.
Space item_item_space(std::size_t item_count);

// As ials_options_of().
learning::ItemItemOptions item_item_options_of(const Setting& setting,
                                               learning::ItemItemOptions base);

// The options of a setting. Throws Error(invalid_argument) for a parameter that iALS does
// not have, and for values out of range.
factorization::IalsOptions ials_options_of(const Setting& setting, factorization::IalsOptions base);

struct Tested {
  evaluation::MetricResult result;
  double seconds = 0.0;  // Training.
};

class RatingsTuning {
 public:
  // Throws Error(invalid_argument) when nobody is left to learn from or to validate on.
  RatingsTuning(const data::Interactions& ratings, const RatingsTuningOptions& options,
                ThreadPool& pool);

  // Trains one setting and reports every epoch.
  TrialEnd run(const Trial& trial, const TrialHooks& hooks);

  // The same, beginning with the vectors of the best of the `known` trials that suits
  // (warm_starts.h), and keeping its own for others.
  TrialEnd run(const Trial& trial, const TrialHooks& hooks, WarmStarts& starts,
               const std::vector<Trial>& known);

  // Trains on everybody but the test people and judges on these.
  // Requires: test_user_count() > 0.
  Tested test(const learning::WatchOptions& options);

  std::size_t validation_user_count() const noexcept { return validation_.user_count(); }
  std::size_t test_user_count() const noexcept { return test_.user_count(); }

  // Of a model with so many dimensions, trained on everybody but the test people.
  std::size_t parameter_count(int dimensions) const noexcept;
  std::size_t item_count() const noexcept { return ratings_.items.size(); }

  // What is tuned instead of iALS, if anything is.
  const std::optional<learning::ItemItemOptions>& item_item() const noexcept {
    return options_.item_item;
  }

  // What a study of this is about: data, split and all that the space leaves fixed.
  const Json& subject() const noexcept { return subject_; }

 private:
  struct Start;
  struct Learned;
  TrialEnd train(const Trial& trial, const TrialHooks& hooks, Start start);
  TrialEnd train_item_item(const Trial& trial, const TrialHooks& hooks);
  Learned learn(const SparseMatrix& positives, const factorization::IalsOptions& options,
                const std::optional<Matrix>& begin, const TrialHooks& hooks,
                const std::function<bool(const StepRecord&)>& observe);

  const data::Interactions& ratings_;
  RatingsTuningOptions options_;
  ThreadPool& pool_;
  learning::Validation test_;        // Leaves train + validation.
  learning::Validation validation_;  // Leaves train.
  learning::Validation remembered_;  // Of the training people, to compare with.
  Json subject_;
};

// Whether trials of this space may begin with each other's vectors: not where the epochs or
// the first vectors are what is searched for.
bool allows_warm_starts(const Space& space);

}  // namespace kindred::tuning
