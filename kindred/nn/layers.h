// Layers: what a network is made of, each with its own parameters.
//
// A layer adds its parameters to a set when it is made, under its name, and is called with
// a pass and a value of n rows. Anything that can call layers is a network: a function, a
// struct of one's own, or a Sequential (sequential.h).
//
// Initial values are those of the reference systems: kernels Glorot-uniform, biases and
// beta zero, gamma one. They depend on (seed, name) alone.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kindred/nn/feature_input.h"
#include "kindred/nn/operations.h"
#include "kindred/nn/pass.h"

namespace kindred::nn {

// activation(x kernel + bias): inputs → units.
class DenseLayer {
 public:
  struct Options {
    Activation activation = Activation::linear;
    bool has_bias = true;
    bool starts_at_zero = false;  // The kernel too, as that of a linear model does.
    std::uint64_t seed = 1;
  };

  // "NAME.kernel" is inputs x units, "NAME.bias" 1 x units.
  DenseLayer(ParameterSet& parameters, const std::string& name, std::size_t inputs,
             std::size_t units, const Options& options);

  // On features: the kernel of numbers and embeddings as above, and "NAME.kernel/PART" of
  // ids x units for each indicator, whose rows are summed.
  DenseLayer(ParameterSet& parameters, const std::string& name, const FeatureInput& input,
             std::size_t units, const Options& options);

  std::size_t units() const noexcept { return units_; }

  Var operator()(Pass& pass, Var x) const;
  // Requires: made for the FeatureInput that gave the features.
  Var operator()(Pass& pass, const Features& features) const;

 private:
  struct IndicatorKernel {
    std::size_t bag;
    Parameter* kernel;
  };

  DenseLayer(std::size_t units, const Options& options) : units_(units), options_(options) {}
  void add_kernel(ParameterSet& parameters, const std::string& name, std::size_t inputs,
                  std::size_t fan_in);
  // Its values are drawn before the call that it is given to returns.
  Beginning kernel(std::size_t inputs, std::size_t fan_in, const std::string& kernel_name) const;
  void add_bias(ParameterSet& parameters, const std::string& name);
  Var finish(Pass& pass, std::vector<Var> terms) const;

  std::size_t units_;
  Options options_;
  Parameter* kernel_ = nullptr;  // Null where there are indicators only.
  std::vector<IndicatorKernel> indicator_kernels_;
  Parameter* bias_ = nullptr;
};

// A vector for each id, outside of feature columns.
class EmbeddingLayer {
 public:
  // "NAME.table" is ids x dimensions, uniform in +-0.05.
  EmbeddingLayer(ParameterSet& parameters, const std::string& name, std::size_t id_count,
                 std::size_t dimensions, std::uint64_t seed);

  Parameter& table() const noexcept { return *table_; }

  Var operator()(Pass& pass, const features::IdBag& bag,
                 const features::Pooling& pooling = {}) const;

 private:
  Parameter* table_;
};

// Only while training: values fall to zero with probability `rate`, others grow to make up.
class DropoutLayer {
 public:
  // Throws Error(invalid_argument) unless 0 <= rate < 1.
  explicit DropoutLayer(double rate);
  Var operator()(Pass& pass, Var x) const;

 private:
  double rate_;
};

// Each row to mean 0 and variance 1, then scaled by gamma and moved by beta.
class LayerNormLayer {
 public:
  LayerNormLayer(ParameterSet& parameters, const std::string& name, std::size_t inputs,
                 double epsilon = 1e-3);
  Var operator()(Pass& pass, Var x) const;

 private:
  Parameter* gamma_;
  Parameter* beta_;
  double epsilon_;
};

// Each column to mean 0 and variance 1: of the batch while training, of a moving average
// over batches afterwards.
class BatchNormLayer {
 public:
  struct Options {
    double momentum = 0.99;  // How much of the moving average each batch leaves.
    double epsilon = 1e-3;
  };
  BatchNormLayer(ParameterSet& parameters, const std::string& name, std::size_t inputs,
                 const Options& options);
  Var operator()(Pass& pass, Var x) const;

 private:
  Parameter* gamma_;
  Parameter* beta_;
  Parameter* moving_mean_;
  Parameter* moving_variance_;
  Options options_;
};

}  // namespace kindred::nn
