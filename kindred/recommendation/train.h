// Training of iALS with the options that come from one place, and what it needs in memory.
//
// learning/watching.h trains every family; this is the short way to the usual one. Somebody held
// out to validate is solved at the end from all of their positives against the final items, as
// everybody is, so folding in a known user's history gives that user's stored vector.
//
// Thread safety: runs in the calling thread and the pool of the Run.

#pragma once

#include <cstddef>

#include "kindred/data/interactions.h"
#include "kindred/data/positives.h"
#include "kindred/factorization/ials.h"
#include "kindred/learning/watching.h"
#include "kindred/model/model.h"
#include "kindred/training/run.h"

namespace kindred::recommendation {

struct TrainOptions {
  factorization::IalsOptions ials;
  data::PositiveRule positive_rule;
  std::size_t validation_users = 0;  // How many users are held out; 0: no validation.
  // Users who shape neither items nor epochs, so that they can judge the model later; drawn
  // before those who validate. Like these they get vectors at the end.
  std::size_t test_users = 0;
  int patience = 0;  // Epochs without a better validation; 0: run them all.
};

using TrainResult = learning::WatchResult;

// A good number to hold out: one user in twenty, at most 1,000; none below 200 users.
std::size_t default_validation_users(std::size_t user_count) noexcept;

// Throws Error(invalid_argument) for options out of range, for data without positives,
// and when the checkpoint belongs to other data or options, saying what differs.
TrainResult train(const data::Interactions& interactions, const TrainOptions& options,
                  const training::Run& run);

}  // namespace kindred::recommendation
