// A training as a value, of any family: run an epoch, look at it, save it, ask it.
//
// A family of models is one class that is a Learner and one that is a Ranker (ranker.h), a
// member of LearnerOptions (families.h) and, where a model file has to hold something new, a
// part of model::Model. Nothing else names families: the epoch loop, checkpoints,
// validation, evaluation and the search for settings all work on the two interfaces.
// item_item.h is the smallest example.
//
//   learn(learner, ...)      the epoch loop: (run_epoch losses validate? keep_best? save?)*
//   learner.ranker(...)      what it knows now
//   learner.finish(...)      what it learned, into a model
//
// Thread safety: one thread at a time.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/thread_pool.h"
#include "kindred/learning/ranker.h"
#include "kindred/model/checkpoint.h"
#include "kindred/model/model.h"
#include "kindred/training/run.h"

namespace kindred::learning {

class Learner {
 public:
  virtual ~Learner() = default;

  virtual std::string family() const = 0;  // As checkpoints name it: "ials".
  // All that shapes what is learned, the data and the number of epochs apart; an object.
  virtual Json settings() const = 0;

  virtual int epoch() const = 0;        // Epochs done so far.
  virtual int epoch_count() const = 0;  // In all.
  virtual void run_epoch(ThreadPool& pool) = 0;

  // The terms of the loss after the last epoch; empty where there is none.
  virtual std::vector<std::pair<std::string, double>> losses(ThreadPool&) const { return {}; }

  // What it knows now. Looks at *this, which must outlive it, unchanged.
  virtual std::unique_ptr<Ranker> ranker(const RankerOptions& options, ThreadPool& pool) const = 0;

  // Called when validation has risen: finish() gives what is known now.
  virtual void keep_best() {}

  // Its state by name, without what learn() adds; and back, to go on to the same bytes.
  // Throws Error(corrupt) or Error(invalid_argument) where the state does not fit.
  virtual void save(model::Checkpoint& checkpoint) const = 0;
  virtual void restore(model::Checkpoint checkpoint) = 0;
  // Seconds that must have passed between two checkpoints; 0: one after every epoch.
  virtual double checkpoint_pause_seconds() const { return 0.0; }

  // Sets what it learned in `model`: `watching` or `ratings`, and the vectors. Call it once, at
  // the end.
  virtual void finish(model::Model& model, ThreadPool& pool) = 0;
};

struct LearnOptions {
  int patience = 0;  // Epochs without a better validation before stopping; 0: never.
  // Judges what is known now, larger is better; null: nothing does.
  std::function<double(const Learner&)> validate = {};
  // What else shapes the result, for the checkpoint: who is held out. An object or null.
  Json settings = {};
  std::string fingerprint = {};  // Of the data; needed where a checkpoint is wanted.
};

struct LearnResult {
  std::vector<training::Epoch> history;
  training::Ended ended = training::Ended::finished;
  int best_epoch = 0;    // The one with the best validation; the last where there is none.
  int resumed_from = 0;  // The epoch at which a checkpoint took over; 0: from the start.
};

// Runs all epochs, from the checkpoint where the run says so.
// Throws Error(invalid_argument) when a checkpoint belongs to another training, saying what
// differs, and when the training diverges, naming the epoch.
LearnResult learn(Learner& learner, const LearnOptions& options, const training::Run& run);

}  // namespace kindred::learning
