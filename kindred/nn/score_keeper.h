// The loss and the metrics of an epoch, added up batch by batch.
//
// Thread safety: one thread at a time.

#pragma once

#include <string>
#include <vector>

#include "kindred/evaluation/prediction_metrics.h"
#include "kindred/nn/batch_stream.h"
#include "kindred/nn/encoded_rows.h"
#include "kindred/nn/history.h"
#include "kindred/nn/model.h"

namespace kindred::nn {

class ScoreKeeper {
 public:
  // Throws Error(invalid_argument) for metrics that do not exist.
  explicit ScoreKeeper(const CompileOptions& compiled);

  void reset();

  // `predictions` are rows x outputs, after the link; `loss` is that of the batch.
  // Throws Error(invalid_argument) when they do not suit a metric.
  void add(const EncodedBatch& batch, std::span<const float> predictions, std::size_t outputs,
           double loss);

  // Whether add() looks at predictions.
  bool reads_predictions() const noexcept { return !metrics_.empty(); }

  std::size_t row_count() const noexcept { return row_count_; }
  double loss() const noexcept;

  // "loss", then the metrics in the order of the options, with `prefix` in front.
  Scores scores(const std::string& prefix) const;

 private:
  struct Metric {
    std::string name;
    bool is_weighted;
    evaluation::MetricAccumulator accumulator;
  };

  std::vector<Metric> metrics_;
  double loss_sum_ = 0.0;  // Of loss x rows.
  std::size_t row_count_ = 0;
};

// The loss of a batch on the tape: 1 x 1. Neither is copied: the batch must stay.
// Throws Error(invalid_argument) when its targets do not suit the loss.
Var batch_loss(Tape<float>& tape, const CompileOptions& compiled, Var output,
               const EncodedBatch& batch);

// Adds all batches of a stream, in the state that the model is in.
void evaluate_stream(const Model& model, BatchStream& stream, Tape<float>& tape,
                     ScoreKeeper& keeper);

}  // namespace kindred::nn
