// From ratings to a model: the whole of training, in one resumable call.
//
//   positives -> hold out validation users -> epochs of iALS -> every user's vector
//
// Validation users are held out whole: their pairs do not shape the items, and after
// each epoch they are folded in from part of their history and judged on the rest. The
// item vectors of the best epoch are kept. At the end every user, those included, is
// solved from all of their positives against these items, so folding in a known user's
// history gives that user's stored vector.
//
// With a checkpoint path the state is written after every epoch: a killed run loses the
// epoch in flight. Resuming gives the bytes of an uninterrupted run.
//
// In the literature: implicit feedback, weighted matrix factorization.
// Thread safety: runs in the calling thread and the pool of the Run.

#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/machine.h"
#include "kindred/data/interactions.h"
#include "kindred/data/positives.h"
#include "kindred/data/table.h"
#include "kindred/factorization/ials.h"
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

struct TrainResult {
  model::Model model;  // Without metadata and facts, which the caller adds. After a
                       // cancellation it holds options and history alone.
  training::Ended ended = training::Ended::finished;
  int best_epoch = 0;
  int resumed_from = 0;  // The epoch at which a checkpoint took over; 0: from the start.
};

// The terms of the loss as the epoch loop records them.
std::vector<std::pair<std::string, double>> named_losses(const factorization::IalsLoss& loss);

// A good number to hold out: one user in twenty, at most 1,000; none below 200 users.
std::size_t default_validation_users(std::size_t user_count) noexcept;

// What training needs, the interactions included: all that is held at once, by part.
std::vector<MemoryPart> training_memory(const data::Interactions& interactions,
                                        const TrainOptions& options);

// Throws Error(invalid_argument) for options out of range, for data without positives,
// and when the checkpoint belongs to other data or options, saying what differs.
TrainResult train(const data::Interactions& interactions, const TrainOptions& options,
                  const training::Run& run);

}  // namespace kindred::recommendation
