// Layers one after the other, described as plain data.
//
//    {dense(64, Activation::relu), dropout(0.1), dense(1)}
//
// A description can be compared, printed and written into a model file; Sequential makes
// the layers of it. Names count layers of a kind: "NAME/dense", "NAME/dense_1", ....
//
// Thread safety: one thread at a time.

#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/nn/layers.h"

namespace kindred::nn {

struct DenseSpec {
  std::size_t units = 1;
  Activation activation = Activation::linear;
  bool has_bias = true;
  bool operator==(const DenseSpec&) const = default;
};
struct ActivationSpec {
  Activation activation = Activation::relu;
  bool operator==(const ActivationSpec&) const = default;
};
struct DropoutSpec {
  double rate = 0.5;
  bool operator==(const DropoutSpec&) const = default;
};
struct BatchNormSpec {
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool operator==(const BatchNormSpec&) const = default;
};
struct LayerNormSpec {
  double epsilon = 1e-3;
  bool operator==(const LayerNormSpec&) const = default;
};
struct L2NormalizeSpec {
  bool operator==(const L2NormalizeSpec&) const = default;
};

using LayerSpec = std::variant<DenseSpec, ActivationSpec, DropoutSpec, BatchNormSpec, LayerNormSpec,
                               L2NormalizeSpec>;

DenseSpec dense(std::size_t units, Activation activation = Activation::linear);
DropoutSpec dropout(double rate);

// {"kind": "dense", "units": 64, "activation": "relu"}, ...; and back.
// Throws Error(invalid_argument) that names the layer, from 1, and the setting.
Json to_json(const std::vector<LayerSpec>& layers);
std::vector<LayerSpec> layers_from_json(const Json& json);

// Throws Error(invalid_argument), naming the layer, for units of 0 and rates out of range.
void check_layers(const std::vector<LayerSpec>& layers);

class Sequential {
 public:
  // On a value of `inputs` columns. Throws as check_layers() does.
  Sequential(ParameterSet& parameters, const std::string& name, std::size_t inputs,
             const std::vector<LayerSpec>& layers, std::uint64_t seed);
  // On features: a first layer that is dense sums kernel rows of ids, others get the
  // dense tensor. `input` must outlive *this.
  Sequential(ParameterSet& parameters, const std::string& name, const FeatureInput& input,
             const std::vector<LayerSpec>& layers, std::uint64_t seed);

  std::size_t outputs() const noexcept { return outputs_; }

  Var operator()(Pass& pass, Var x) const;
  Var operator()(Pass& pass, const Features& features) const;

 private:
  struct ActivationLayer {
    Activation activation;
  };
  struct L2NormalizeLayer {};
  using Layer = std::variant<DenseLayer, ActivationLayer, DropoutLayer, BatchNormLayer,
                             LayerNormLayer, L2NormalizeLayer>;

  void add_layers(ParameterSet& parameters, const std::string& name,
                  std::span<const LayerSpec> layers, std::uint64_t seed);
  Var run(Pass& pass, Var x, std::size_t first) const;

  const FeatureInput* input_ = nullptr;  // Not owned.
  std::vector<Layer> layers_;
  std::size_t outputs_ = 0;  // Columns of what the last layer gives.
};

}  // namespace kindred::nn
