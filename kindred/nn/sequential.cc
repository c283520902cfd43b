#include "kindred/nn/sequential.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "kindred/base/error.h"
#include "kindred/base/size.h"

namespace kindred::nn {
namespace {

// In the order of the alternatives of LayerSpec.
constexpr std::array<std::string_view, 6> kKinds = {"dense",      "activation", "dropout",
                                                    "batch_norm", "layer_norm", "l2_normalize"};

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

Error bad_layer(std::size_t index, std::string_view what) {
  return {ErrorCode::invalid_argument, fmt::format("layer {}: {}", index + 1, what)};
}

void check_layer(const LayerSpec& layer, std::size_t index) {
  std::visit(Overloaded{[&](const DenseSpec& spec) {
                          if (spec.units > 0 && spec.units <= kSizeMax) return;
                          throw bad_layer(index, fmt::format("{} units; from 1 to {} are possible",
                                                             spec.units, kSizeMax));
                        },
                        [](const ActivationSpec&) {},
                        [&](const DropoutSpec& spec) {
                          if (spec.rate >= 0.0 && spec.rate < 1.0) return;
                          throw bad_layer(index, fmt::format("a dropout rate of {} is not in "
                                                             "[0, 1)",
                                                             spec.rate));
                        },
                        [&](const BatchNormSpec& spec) {
                          if (spec.momentum >= 0.0 && spec.momentum < 1.0 && spec.epsilon > 0.0) {
                            return;
                          }
                          throw bad_layer(index, "momentum must be in [0, 1), epsilon above 0");
                        },
                        [&](const LayerNormSpec& spec) {
                          if (!(spec.epsilon > 0.0)) {
                            throw bad_layer(index, "epsilon must be above 0");
                          }
                        },
                        [](const L2NormalizeSpec&) {}},
             layer);
}

Json to_json(const LayerSpec& layer) {
  Json json;
  json.set("kind", std::string_view(kKinds[layer.index()]));
  std::visit(Overloaded{[&](const DenseSpec& spec) {
                          json.set("units", std::uint64_t{spec.units});
                          json.set("activation", name_of(spec.activation));
                          if (!spec.has_bias) json.set("bias", false);
                        },
                        [&](const ActivationSpec& spec) {
                          json.set("activation", name_of(spec.activation));
                        },
                        [&](const DropoutSpec& spec) { json.set("rate", spec.rate); },
                        [&](const BatchNormSpec& spec) {
                          json.set("momentum", spec.momentum);
                          json.set("epsilon", spec.epsilon);
                        },
                        [&](const LayerNormSpec& spec) { json.set("epsilon", spec.epsilon); },
                        [](const L2NormalizeSpec&) {}},
             layer);
  return json;
}

void refuse_unknown_settings(const Json& json, std::span<const std::string_view> known) {
  for (const auto& [key, value] : json.as_object()) {
    if (key == "kind" || std::ranges::find(known, key) != known.end()) continue;
    throw Error(ErrorCode::invalid_argument, fmt::format("there is no setting '{}' here", key));
  }
}

double number_or(const Json& json, std::string_view key, double fallback) {
  const Json* found = json.find(key);
  return found == nullptr ? fallback : found->as_double();
}

LayerSpec layer_from_json(const Json& json) {
  const std::string& kind = json.at("kind").as_string();
  const auto refuse_but = [&](std::initializer_list<std::string_view> known) {
    refuse_unknown_settings(json, std::span(known.begin(), known.size()));
  };
  const auto activation = [&](Activation fallback) {
    const Json* found = json.find("activation");
    return found == nullptr ? fallback : parse_activation(found->as_string());
  };
  if (kind == kKinds[0]) {
    refuse_but({"units", "activation", "bias"});
    const Json* bias = json.find("bias");
    return DenseSpec{read_size(json, "units", "units"), activation(Activation::linear),
                     bias == nullptr || bias->as_bool()};
  }
  if (kind == kKinds[1]) {
    refuse_but({"activation"});
    return ActivationSpec{activation(Activation::relu)};
  }
  if (kind == kKinds[2]) {
    refuse_but({"rate"});
    return DropoutSpec{number_or(json, "rate", DropoutSpec{}.rate)};
  }
  if (kind == kKinds[3]) {
    refuse_but({"momentum", "epsilon"});
    return BatchNormSpec{number_or(json, "momentum", BatchNormSpec{}.momentum),
                         number_or(json, "epsilon", BatchNormSpec{}.epsilon)};
  }
  if (kind == kKinds[4]) {
    refuse_but({"epsilon"});
    return LayerNormSpec{number_or(json, "epsilon", LayerNormSpec{}.epsilon)};
  }
  if (kind == kKinds[5]) {
    refuse_but({});
    return L2NormalizeSpec{};
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("there is no layer '{}'; there are {}", kind, fmt::join(kKinds, ", ")));
}

}  // namespace

DenseSpec dense(std::size_t units, Activation activation) { return {units, activation, true}; }
DropoutSpec dropout(double rate) { return {rate}; }

Json to_json(const std::vector<LayerSpec>& layers) {
  Json json{Json::Array{}};
  for (const LayerSpec& layer : layers) json.push(to_json(layer));
  return json;
}

std::vector<LayerSpec> layers_from_json(const Json& json) {
  std::vector<LayerSpec> layers;
  for (const Json& layer : json.as_array()) {
    try {
      layers.push_back(layer_from_json(layer));
    } catch (const Error& error) {
      throw bad_layer(layers.size(), error.what());
    }
  }
  check_layers(layers);
  return layers;
}

void check_layers(const std::vector<LayerSpec>& layers) {
  for (std::size_t i = 0; i < layers.size(); ++i) check_layer(layers[i], i);
}

Sequential::Sequential(ParameterSet& parameters, const std::string& name, std::size_t inputs,
                       const std::vector<LayerSpec>& layers, std::uint64_t seed)
    : outputs_(inputs) {
  check_layers(layers);
  add_layers(parameters, name, layers, seed);
}

Sequential::Sequential(ParameterSet& parameters, const std::string& name, const FeatureInput& input,
                       const std::vector<LayerSpec>& layers, std::uint64_t seed)
    : input_(&input), outputs_(input.layout().width) {
  check_layers(layers);
  std::span<const LayerSpec> rest = layers;
  if (!layers.empty() && std::holds_alternative<DenseSpec>(layers.front())) {
    const auto& spec = std::get<DenseSpec>(layers.front());
    layers_.emplace_back(DenseLayer(parameters, name + "/dense", input, spec.units,
                                    {.activation = spec.activation,
                                     .has_bias = spec.has_bias,
                                     .starts_at_zero = false,
                                     .seed = seed}));
    outputs_ = spec.units;
    rest = rest.subspan(1);
  }
  add_layers(parameters, name, rest, seed);
}

void Sequential::add_layers(ParameterSet& parameters, const std::string& name,
                            std::span<const LayerSpec> layers, std::uint64_t seed) {
  std::map<std::string_view, std::size_t> uses;
  for (const Layer& layer : layers_) ++uses[kKinds[layer.index()]];
  for (const LayerSpec& layer : layers) {
    const std::string_view kind = kKinds[layer.index()];
    const std::size_t use = uses[kind]++;
    const std::string full =
        use == 0 ? fmt::format("{}/{}", name, kind) : fmt::format("{}/{}_{}", name, kind, use);
    std::visit(
        Overloaded{[&](const DenseSpec& spec) {
                     layers_.emplace_back(DenseLayer(parameters, full, outputs_, spec.units,
                                                     {.activation = spec.activation,
                                                      .has_bias = spec.has_bias,
                                                      .starts_at_zero = false,
                                                      .seed = seed}));
                     outputs_ = spec.units;
                   },
                   [&](const ActivationSpec& spec) {
                     layers_.emplace_back(ActivationLayer{spec.activation});
                   },
                   [&](const DropoutSpec& spec) { layers_.emplace_back(DropoutLayer(spec.rate)); },
                   [&](const BatchNormSpec& spec) {
                     layers_.emplace_back(
                         BatchNormLayer(parameters, full, outputs_,
                                        {.momentum = spec.momentum, .epsilon = spec.epsilon}));
                   },
                   [&](const LayerNormSpec& spec) {
                     layers_.emplace_back(LayerNormLayer(parameters, full, outputs_, spec.epsilon));
                   },
                   [&](const L2NormalizeSpec&) { layers_.emplace_back(L2NormalizeLayer{}); }},
        layer);
  }
}

Var Sequential::run(Pass& pass, Var x, std::size_t first) const {
  for (std::size_t i = first; i < layers_.size(); ++i) {
    x = std::visit(Overloaded{[&](const ActivationLayer& layer) {
                                return activate(pass.tape(), layer.activation, x);
                              },
                              [&](const L2NormalizeLayer&) { return l2_normalize(pass.tape(), x); },
                              [&](const auto& layer) { return layer(pass, x); }},
                   layers_[i]);
  }
  return x;
}

Var Sequential::operator()(Pass& pass, Var x) const { return run(pass, x, 0); }

Var Sequential::operator()(Pass& pass, const Features& features) const {
  if (!layers_.empty() && std::holds_alternative<DenseLayer>(layers_.front())) {
    return run(pass, std::get<DenseLayer>(layers_.front())(pass, features), 1);
  }
  return run(pass, input_->tensor(pass, features), 0);
}

}  // namespace kindred::nn
