#include "kindred/nn/score_keeper.h"

#include <fmt/format.h>

#include "kindred/base/error.h"

namespace kindred::nn {

ScoreKeeper::ScoreKeeper(const CompileOptions& compiled) {
  const auto add_all = [&](const std::vector<std::string>& names, bool is_weighted) {
    for (const std::string& name : names) {
      const evaluation::PredictionMetric metric = evaluation::parse_prediction_metric(name);
      metrics_.push_back({name, is_weighted, evaluation::MetricAccumulator(metric)});
    }
  };
  add_all(compiled.metrics, false);
  add_all(compiled.weighted_metrics, true);
}

void ScoreKeeper::reset() {
  for (Metric& metric : metrics_) metric.accumulator.reset();
  loss_sum_ = 0.0;
  row_count_ = 0;
}

void ScoreKeeper::add(const EncodedBatch& batch, std::span<const float> predictions,
                      std::size_t outputs, double loss) {
  loss_sum_ += loss * static_cast<double>(batch.row_count);
  row_count_ += batch.row_count;
  for (Metric& metric : metrics_) {
    metric.accumulator.add({.predictions = predictions,
                            .targets = batch.targets,
                            .rows = batch.row_count,
                            .outputs = outputs,
                            .target_width = batch.target_width,
                            .weights = metric.is_weighted ? std::span<const float>(batch.weights)
                                                          : std::span<const float>()});
  }
}

double ScoreKeeper::loss() const noexcept {
  return row_count_ == 0 ? 0.0 : loss_sum_ / static_cast<double>(row_count_);
}

Scores ScoreKeeper::scores(const std::string& prefix) const {
  Scores scores = {{prefix + "loss", loss()}};
  for (const Metric& metric : metrics_) {
    scores.emplace_back(prefix + metric.name, metric.accumulator.value());
  }
  return scores;
}

void evaluate_stream(const Model& model, BatchStream& stream, Tape<float>& tape,
                     ScoreKeeper& keeper) {
  keeper.reset();
  stream.begin_epoch(0);
  while (const EncodedBatch* batch = stream.next()) {
    tape.clear();
    Pass pass(tape);
    const Var output = model.network().forward(pass, batch->inputs);
    const double loss = tape.values(batch_loss(tape, model.compiled(), output, *batch))[0];
    const Var shown = activate(tape, model.link(), output);
    keeper.add(*batch, tape.values(shown), tape.cols(shown), loss);
  }
}

Var batch_loss(Tape<float>& tape, const CompileOptions& compiled, Var output,
               const EncodedBatch& batch) {
  if (compiled.objective) return compiled.objective(tape, output, batch);
  const Loss& loss = compiled.loss;
  const std::size_t outputs = tape.cols(output);
  const std::size_t wanted = takes_class_ids(loss.kind) ? 1 : outputs;
  if (batch.target_width != wanted) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the label has {} value{} a row, where {} on {} output{} takes {}",
                            batch.target_width, batch.target_width == 1 ? "" : "s",
                            name_of(loss.kind), outputs, outputs == 1 ? "" : "s", wanted));
  }
  check_targets<float>(loss, {.predictions = tape.values(output),
                              .targets = batch.targets,
                              .rows = batch.row_count,
                              .outputs = outputs,
                              .weights = batch.weights});
  return reduce_loss<float>(tape, loss, output, batch.targets, batch.weights);
}

}  // namespace kindred::nn
