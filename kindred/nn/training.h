// Training as a value: it runs an epoch at a time, and can be looked at, saved, taken up
// again and stopped in between. Model::fit() is the loop around it.
//
// An epoch: for each batch the forward pass, the loss, the backward pass, clipping and one
// step of the optimizer; then the validation rows, the callbacks and the checkpoint.
// Scores of the training rows are running ones, taken while the parameters move.
//
// Thread safety: one thread at a time.

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "kindred/nn/batch_stream.h"
#include "kindred/nn/model.h"
#include "kindred/nn/score_keeper.h"

namespace kindred::nn {

class Training {
 public:
  // `model` and `pool` must outlive *this. Reads the checkpoint where options say so.
  // Throws as Model::fit() does.
  Training(Model& model, const Rows& rows, const FitOptions& options, ThreadPool& pool);
  // The same on batches that are encoded already, for which options say nothing of order and
  // validation. `batches` must be the same from epoch to epoch, keyed by its number.
  Training(Model& model, std::shared_ptr<BatchStream> batches, const FitOptions& options,
           ThreadPool& pool);
  ~Training();

  int epoch() const noexcept { return epoch_; }  // Done so far.
  bool is_finished() const noexcept { return stops_ || epoch_ >= options_.epochs; }
  const std::string& stop_reason() const noexcept { return stop_reason_; }
  const History& history() const noexcept { return history_; }

  // One epoch. Requires: not is_finished().
  void run_epoch();

  // Callbacks' last words: the best parameters come back. Call it once, at the end.
  void finish();

 private:
  Training(Model& model, const FitOptions& options, ThreadPool& pool, bool is_streamed);
  void open_streams(const Rows& rows);
  void begin();
  void read_checkpoint();
  void write_checkpoint();
  bool checkpoint_is_due() const;

  Scores train_epoch(std::size_t& row_count);
  double train_batch(const EncodedBatch& batch);
  void apply_gradients();
  void catch_up();
  void weigh_classes(EncodedBatch& batch) const;
  void require_finite(double loss, std::size_t step) const;
  void require_finite_parameters() const;
  [[noreturn]] void fail_diverged(const std::string& what) const;
  float next_rate() const;
  void report(const EpochLog& log) const;
  TrainingView view();
  void validate(EpochLog& log);
  void note_cancelled();

  Model& model_;
  FitOptions options_;
  ThreadPool& pool_;
  BatchEncoder encoder_;
  std::optional<data::Dataset> train_rows_;  // Of a dataset of batches.
  bool continues_ = false;                   // From epoch to epoch.
  std::shared_ptr<BatchStream> train_;
  std::shared_ptr<BatchStream> validation_;
  std::vector<float> first_targets_;  // Of rows in memory: part of the fingerprint.
  ScoreKeeper train_scores_;
  Tape<float> tape_;
  Pass::BeforeRead before_read_;
  std::vector<std::pair<Parameter*, std::size_t>> trained_;  // With its number in the optimizer.
  std::string fingerprint_;
  History history_;
  int epoch_;
  std::uint64_t first_step_ = 0;  // Of the optimizer, where there are checkpoints.
  std::size_t batches_done_ = 0;  // Of a stream that goes on from epoch to epoch.
  double learning_rate_factor_ = 1.0;
  float last_rate_ = 0.0F;
  bool stops_ = false;
  bool was_cancelled_ = false;
  std::string stop_reason_;
  // Of the checkpoint written last: its epoch, when it was ready and how long that took.
  int checkpoint_epoch_ = 0;
  std::chrono::steady_clock::time_point checkpoint_time_;
  double checkpoint_cost_ = 0.0;  // Seconds.
};

}  // namespace kindred::nn
