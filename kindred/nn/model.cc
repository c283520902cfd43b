#include "kindred/nn/model.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/nn/score_keeper.h"
#include "kindred/nn/training.h"

namespace kindred::nn {
namespace {

data::Dataset as_batches(const Rows& rows, std::size_t batch_size) {
  if (batch_size == 0) throw Error(ErrorCode::invalid_argument, "a batch size of 0");
  if (const auto* batch = std::get_if<data::Batch>(&rows)) {
    return data::Dataset::from_batch(*batch).batch(batch_size);
  }
  const auto& dataset = std::get<data::Dataset>(rows);
  return dataset.is_batched() ? dataset : dataset.batch(batch_size);
}

}  // namespace

Model::Model(std::vector<features::Encoder> inputs, Network network)
    : inputs_(std::move(inputs)), network_(std::move(network)) {
  if (inputs_.empty()) throw Error(ErrorCode::invalid_argument, "a model without inputs");
  if (!network_.forward) throw Error(ErrorCode::invalid_argument, "a network without a function");
}

Model::Model(features::Encoder input, const std::vector<LayerSpec>& layers, std::uint64_t seed)
    : network_(sequential_network(input.layout(), layers, seed)) {
  inputs_.push_back(std::move(input));
}

Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

void Model::compile(const CompileOptions& options) {
  check_optimizer(options.optimizer);
  check_loss(options.loss);
  check_clipping(options.clipping);
  if (options.schedule) check_schedule(*options.schedule);
  const ScoreKeeper metrics_exist(options);
  optimizer_.reset();
  compiled_ = options;
}

Optimizer& Model::optimizer() {
  if (optimizer_) return *optimizer_;
  optimizer_ = std::make_unique<Optimizer>(compiled().optimizer);
  for (const Parameter& parameter : network_.parameters->all()) {
    if (!parameter.options.trainable) continue;
    optimizer_->add_parameter(parameter.name,
                              {.rows = parameter.value.rows(),
                               .cols = parameter.value.cols(),
                               .sparse = parameter.gradient.kind() == GradientKind::by_rows,
                               .decays = parameter.options.decays});
  }
  return *optimizer_;
}

const CompileOptions& Model::compiled() const {
  if (!compiled_) throw Error(ErrorCode::invalid_argument, "the model is not compiled yet");
  return *compiled_;
}

Activation Model::link() const noexcept {
  if (!compiled_ || !compiled_->loss.from_logits) return Activation::linear;
  switch (compiled_->loss.kind) {
    case LossKind::binary_crossentropy:
    case LossKind::binary_focal_crossentropy:
      return Activation::sigmoid;
    default:
      return Activation::softmax;
  }
}

History Model::fit(const Rows& rows, const FitOptions& options, ThreadPool& pool) {
  Training training(*this, rows, options, pool);
  while (!training.is_finished()) training.run_epoch();
  training.finish();
  return training.history();
}

Scores Model::evaluate(const Rows& rows, const PredictOptions& options, ThreadPool& pool) {
  ScoreKeeper keeper(compiled());
  const BatchEncoder encoder(inputs_);
  const auto stream = dataset_stream(encoder, as_batches(rows, options.batch_size),
                                     {.targets = Targets::required}, &pool);
  Tape<float> tape(&pool);
  evaluate_stream(*this, *stream, tape, keeper);
  return keeper.scores("");
}

Matrix Model::predict(const Rows& rows, const PredictOptions& options, ThreadPool& pool) {
  const auto forward = [this](Pass& pass, std::span<const features::FeatureBlock> blocks) {
    return activate(pass.tape(), link(), network_.forward(pass, blocks));
  };
  return predict(rows, forward, options, pool);
}

Matrix Model::predict(const Rows& rows, const Network::Forward& layer,
                      const PredictOptions& options, ThreadPool& pool) {
  const BatchEncoder encoder(inputs_);
  const auto stream = dataset_stream(encoder, as_batches(rows, options.batch_size),
                                     {.targets = Targets::none}, &pool);
  Tape<float> tape(&pool);
  std::vector<float> values;
  std::size_t row_count = 0;
  std::size_t width = network_.outputs;
  stream->begin_epoch(0);
  while (const EncodedBatch* batch = stream->next()) {
    tape.clear();
    Pass pass(tape);
    const Var output = layer(pass, batch->inputs);
    width = tape.cols(output);
    const auto found = tape.values(output);
    values.insert(values.end(), found.begin(), found.end());
    row_count += batch->row_count;
  }
  return {row_count, width, std::move(values)};
}

}  // namespace kindred::nn
