#include "kindred/nn/layers.h"

#include <fmt/format.h>

#include "kindred/base/error.h"

namespace kindred::nn {
namespace {

constexpr float kEmbeddingLimit = 0.05F;
constexpr ParameterOptions kGain = {.trainable = true, .decays = false, .is_table = false};
constexpr ParameterOptions kStatistic = {.trainable = false, .decays = false, .is_table = false};

// One number for each unit, all alike.
Beginning row_of(std::size_t units, float value) {
  return {1, units, [units, value] { return filled(1, units, value); }};
}

}  // namespace

DenseLayer::DenseLayer(ParameterSet& parameters, const std::string& name, std::size_t inputs,
                       std::size_t units, const Options& options)
    : DenseLayer(units, options) {
  add_kernel(parameters, name, inputs, inputs);
  add_bias(parameters, name);
}

DenseLayer::DenseLayer(ParameterSet& parameters, const std::string& name, const FeatureInput& input,
                       std::size_t units, const Options& options)
    : DenseLayer(units, options) {
  const features::FeatureLayout& layout = input.layout();
  if (input.dense_width() > 0) {
    add_kernel(parameters, name, input.dense_width(), layout.width);
  }
  for (const std::size_t index : input.indicator_parts()) {
    const features::FeaturePart& part = layout.parts[index];
    const std::string kernel_name = name + ".kernel/" + part.name;
    indicator_kernels_.push_back(
        {part.bag, &parameters.add(kernel_name, kernel(part.width, layout.width, kernel_name),
                                   {.trainable = true, .decays = true, .is_table = true})});
  }
  add_bias(parameters, name);
}

void DenseLayer::add_kernel(ParameterSet& parameters, const std::string& name, std::size_t inputs,
                            std::size_t fan_in) {
  const std::string kernel_name = name + ".kernel";
  kernel_ = &parameters.add(kernel_name, kernel(inputs, fan_in, kernel_name));
}

Beginning DenseLayer::kernel(std::size_t inputs, std::size_t fan_in,
                             const std::string& kernel_name) const {
  return {inputs, units_, [this, inputs, fan_in, &kernel_name] {
            return options_.starts_at_zero
                       ? Matrix(inputs, units_)
                       : glorot_uniform(inputs, units_, fan_in, units_, options_.seed, kernel_name);
          }};
}

void DenseLayer::add_bias(ParameterSet& parameters, const std::string& name) {
  if (options_.has_bias) bias_ = &parameters.add(name + ".bias", row_of(units_, 0.0F), kGain);
}

Var DenseLayer::finish(Pass& pass, std::vector<Var> terms) const {
  Var total = terms.front();
  for (std::size_t i = 1; i < terms.size(); ++i) total = add(pass.tape(), total, terms[i]);
  return activate(pass.tape(), options_.activation, total);
}

Var DenseLayer::operator()(Pass& pass, Var x) const {
  const Var kernel = pass.read(*kernel_);
  return finish(pass, {bias_ == nullptr ? matmul(pass.tape(), x, kernel)
                                        : affine(pass.tape(), x, kernel, pass.read(*bias_))});
}

Var DenseLayer::operator()(Pass& pass, const Features& features) const {
  std::vector<Var> terms;
  for (const auto& [bag, kernel] : indicator_kernels_) {
    const features::IdBag& ids = features.block->bags[bag];
    terms.push_back(embedding_bag(pass.tape(), pass.read_rows(*kernel, ids), ids,
                                  {.combiner = features::Combiner::sum, .max_norm = {}}));
  }
  if (kernel_ != nullptr) {
    const Var kernel = pass.read(*kernel_);
    terms.push_back(bias_ == nullptr
                        ? matmul(pass.tape(), *features.dense, kernel)
                        : affine(pass.tape(), *features.dense, kernel, pass.read(*bias_)));
  } else if (bias_ != nullptr) {
    terms.push_back(pass.read(*bias_));
  }
  return finish(pass, std::move(terms));
}

EmbeddingLayer::EmbeddingLayer(ParameterSet& parameters, const std::string& name,
                               std::size_t id_count, std::size_t dimensions, std::uint64_t seed)
    : table_(&parameters.add(
          name + ".table",
          Beginning{id_count, dimensions,
                    [&] { return uniform(id_count, dimensions, kEmbeddingLimit, seed, name); }},
          {.trainable = true, .decays = true, .is_table = true})) {}

Var EmbeddingLayer::operator()(Pass& pass, const features::IdBag& bag,
                               const features::Pooling& pooling) const {
  return embedding_bag(pass.tape(), pass.read_rows(*table_, bag), bag, pooling);
}

DropoutLayer::DropoutLayer(double rate) : rate_(rate) {
  if (!(rate >= 0.0 && rate < 1.0)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("a dropout rate of {} is not in [0, 1)", rate));
  }
}

Var DropoutLayer::operator()(Pass& pass, Var x) const {
  // Counted even where nothing falls, so that rates can change without moving other draws.
  const std::uint32_t stream = pass.next_stream();
  return pass.is_training() ? dropout(pass.tape(), x, rate_, pass.seed(), stream) : x;
}

LayerNormLayer::LayerNormLayer(ParameterSet& parameters, const std::string& name,
                               std::size_t inputs, double epsilon)
    : gamma_(&parameters.add(name + ".gamma", row_of(inputs, 1.0F), kGain)),
      beta_(&parameters.add(name + ".beta", row_of(inputs, 0.0F), kGain)),
      epsilon_(epsilon) {}

Var LayerNormLayer::operator()(Pass& pass, Var x) const {
  return layer_norm(pass.tape(), x, pass.read(*gamma_), pass.read(*beta_), epsilon_);
}

BatchNormLayer::BatchNormLayer(ParameterSet& parameters, const std::string& name,
                               std::size_t inputs, const Options& options)
    : gamma_(&parameters.add(name + ".gamma", row_of(inputs, 1.0F), kGain)),
      beta_(&parameters.add(name + ".beta", row_of(inputs, 0.0F), kGain)),
      moving_mean_(&parameters.add(name + ".moving_mean", row_of(inputs, 0.0F), kStatistic)),
      moving_variance_(
          &parameters.add(name + ".moving_variance", row_of(inputs, 1.0F), kStatistic)),
      options_(options) {}

Var BatchNormLayer::operator()(Pass& pass, Var x) const {
  const Var gamma = pass.read(*gamma_);
  const Var beta = pass.read(*beta_);
  if (!pass.is_training()) {
    return normalize_by<float>(pass.tape(), x, gamma, beta, options_.epsilon,
                               moving_mean_->value.values(), moving_variance_->value.values());
  }
  const std::size_t width = gamma_->value.cols();
  std::vector<float> mean(width);
  std::vector<float> variance(width);
  const Var y = batch_norm<float>(pass.tape(), x, gamma, beta, options_.epsilon, mean, variance);
  const auto keep = static_cast<float>(options_.momentum);
  const auto move = [keep](std::span<float> average, std::span<const float> now) {
    for (std::size_t i = 0; i < now.size(); ++i) {
      average[i] = average[i] * keep + now[i] * (1.0F - keep);
    }
  };
  move(moving_mean_->value.values(), mean);
  move(moving_variance_->value.values(), variance);
  return y;
}

}  // namespace kindred::nn
