// From ratings to a model of what people will watch: the whole of training, for every family,
// in one resumable call.
//
//   positives -> hold out test and validation users -> epochs -> what everybody gets
//
// Validation users are held out whole: their pairs do not shape the items, and after
// each epoch they are folded in from part of their history and judged on the rest
// (validation.h). What the best epoch knew is kept.
//
// With a checkpoint path the state is written after every epoch: a killed run loses the
// epoch in flight. Resuming gives the bytes of an uninterrupted run.
//
// In the literature: implicit feedback.
// Thread safety: runs in the calling thread and the pool of the Run.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kindred/base/machine.h"
#include "kindred/data/interactions.h"
#include "kindred/data/positives.h"
#include "kindred/learning/families.h"
#include "kindred/model/model.h"
#include "kindred/training/run.h"

namespace kindred::learning {

struct WatchTraining {
  WatchOptions family;
  data::PositiveRule positive_rule = {};
  std::size_t validation_users = 0;  // How many users are held out; 0: no validation.
  // Users who shape neither items nor epochs, so that they can judge the model later; drawn
  // before those who validate. Like these they are known to the model at the end.
  std::size_t test_users = 0;
  int patience = 0;        // Epochs without a better validation; 0: run them all.
  std::uint64_t seed = 1;  // By which people are held out.
};

struct WatchResult {
  model::Model model;  // Without metadata and facts, which the caller adds. After a
                       // cancellation it holds the history alone.
  training::Ended ended = training::Ended::finished;
  int best_epoch = 0;
  int resumed_from = 0;  // The epoch at which a checkpoint took over; 0: from the start.
};

// What training needs, the interactions included: all that is held at once, by part.
std::vector<MemoryPart> training_memory(const data::Interactions& interactions,
                                        const WatchTraining& training);

// Throws Error(invalid_argument) for options out of range, for data without positives,
// and when the checkpoint belongs to other data or options, saying what differs.
WatchResult train_watching(const data::Interactions& interactions, const WatchTraining& training,
                           const training::Run& run);

}  // namespace kindred::learning
