// A model to train: feature columns, a network, an optimizer, a loss and metrics.
//
//    Model model(Encoder(adapt(columns, train).columns),
//                {dense(64, Activation::relu), dense(1)});
//    model.compile({.optimizer = Adam{}, .loss = {.kind = LossKind::mean_squared_error},
//                   .metrics = {"rmse"}});
//    const History history = model.fit(train, {.epochs = 10, .validation = test}, pool);
//    const Scores scores = model.evaluate(test, {}, pool);
//    const Matrix predictions = model.predict(rows, {}, pool);
//
// compile, fit, evaluate and predict mean what they mean in Keras, with one difference:
// where the loss takes logits, metrics and predict() get probabilities, since a threshold
// of one half means nothing for a logit.
//
// Equal seeds, rows and options give bit-equal parameters for any number of threads.
//
// Thread safety: one thread at a time; work is spread over the pool that is passed in.

#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kindred/base/progress.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/dataset.h"
#include "kindred/evaluation/prediction_metrics.h"
#include "kindred/features/encoder.h"
#include "kindred/nn/callbacks.h"
#include "kindred/nn/encoded_rows.h"
#include "kindred/nn/gradient_clipping.h"
#include "kindred/nn/history.h"
#include "kindred/nn/loss.h"
#include "kindred/nn/network.h"
#include "kindred/nn/optimizer.h"
#include "kindred/nn/schedule.h"

namespace kindred::nn {

struct CompileOptions {
  OptimizerOptions optimizer = Adam{};
  Loss loss = {};
  // A loss of one's own, in place of `loss`: 1 x 1 from the outputs of a batch.
  std::function<Var(Tape<float>& tape, Var outputs, const EncodedBatch& batch)> objective = {};
  // By name ("rmse", "auc", ...); beside the loss, over all rows of an epoch. Weights of
  // rows count in weighted_metrics alone.
  std::vector<std::string> metrics = {};
  std::vector<std::string> weighted_metrics = {};
  GradientClipping clipping = {};
  // Replaces the optimizer's constant rate.
  std::optional<Schedule> schedule = {};
};

// Rows in memory, or a stream. A dataset of rows is read into memory once, encoded and
// shuffled anew in each epoch; one of batches is streamed as it comes.
using Rows = std::variant<data::Dataset, data::Batch>;

struct FitOptions {
  int epochs = 1;  // The last epoch: with first_epoch = 3, epochs = 5 trains 2.
  int first_epoch = 0;
  std::size_t batch_size = 32;          // Ignored for a dataset of batches.
  bool shuffles = true;                 // Another order in each epoch. Ignored for one of batches.
  std::optional<Rows> validation = {};  // Scored after each epoch.
  // Instead of it: this share of the rows, the last ones, before any shuffling. In memory only.
  double validation_split = 0.0;
  int validation_frequency = 1;  // Every so many epochs.
  // Batches of an epoch. 0: all. For a dataset of batches the stream goes on where the
  // epoch before has left it, and starts again when it ends in the middle of one.
  std::size_t steps_per_epoch = 0;
  // Factors of the loss by class: the label, or the column of the largest label.
  std::map<std::int64_t, float> class_weights = {};
  std::uint64_t seed = 1;  // Of shuffling and dropout.
  std::vector<std::shared_ptr<Callback>> callbacks = {};

  // Written after epochs, and taken up again where `resumes`: the training then goes on to
  // the same bytes. Options but `epochs` must be the same.
  std::filesystem::path checkpoint = {};
  // After the first epoch and the last one, and between them after those that end so long after
  // the one before was written, and ten times as long as writing it took. 0: after each.
  double checkpoint_seconds = 0.0;
  bool resumes = false;

  std::FILE* progress = nullptr;  // Where a bar and a line for each epoch go.
  ProgressStyle progress_style = ProgressStyle::silent;
  // Looked at between batches; an epoch that is cut short counts for nothing where there
  // is a checkpoint to go back to.
  const std::atomic<bool>* cancelled = nullptr;
  // Warnings for people: "the rows ran out after 12 of 20 steps".
  std::function<void(const std::string&)> warn = {};
};

struct PredictOptions {
  std::size_t batch_size = 1024;
};

class Model {
 public:
  // A network of one's own on one or several inputs.
  Model(std::vector<features::Encoder> inputs, Network network);
  // Layers one after the other on one input.
  Model(features::Encoder input, const std::vector<LayerSpec>& layers, std::uint64_t seed = 1);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  // Forgets the state of an earlier optimizer; parameters stay.
  // Throws Error(invalid_argument) for options out of range and metrics that do not exist.
  void compile(const CompileOptions& options);
  // Throws Error(invalid_argument) before compile().
  const CompileOptions& compiled() const;

  // Throws Error(invalid_argument) before compile(), for options that contradict each
  // other, for labels that do not suit the loss, and when the loss is no longer a number,
  // naming epoch and step; the checkpoint, if any, is then that of the epoch before.
  // Throws Error(cancelled) when `cancelled` was set and no epoch was finished.
  History fit(const Rows& rows, const FitOptions& options, ThreadPool& pool);

  // The loss and the metrics, after compile().
  Scores evaluate(const Rows& rows, const PredictOptions& options, ThreadPool& pool);

  // Row count x outputs: probabilities where the loss takes logits. Labels are ignored.
  Matrix predict(const Rows& rows, const PredictOptions& options, ThreadPool& pool);
  // What `layer` gives instead of the network's output; e.g. a hidden layer.
  Matrix predict(const Rows& rows, const Network::Forward& layer, const PredictOptions& options,
                 ThreadPool& pool);

  std::span<const features::Encoder> inputs() const noexcept { return inputs_; }
  Network& network() noexcept { return network_; }
  const Network& network() const noexcept { return network_; }
  // What turns logits into what people see, by the compiled loss; linear before compile().
  Activation link() const noexcept;

 private:
  friend class Training;

  Optimizer& optimizer();  // With its slots: there from the first training on.

  std::vector<features::Encoder> inputs_;
  Network network_;
  std::optional<CompileOptions> compiled_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace kindred::nn
