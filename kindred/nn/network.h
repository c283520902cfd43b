// A network: parameters, and a function from encoded batches to outputs.
//
//    Network network;
//    auto input = std::make_shared<FeatureInput>(*network.parameters, "in", layout, seed);
//    auto first = std::make_shared<DenseLayer>(*network.parameters, "first", *input, 1, ...);
//    network.forward = [input, first](Pass& pass, std::span<const FeatureBlock> blocks) {
//      return (*first)(pass, (*input)(pass, blocks[0]));
//    };
//
// The function may be any callable of one's own; what it captures must keep the layers
// alive. A network with several inputs (wide and deep, two towers) gets a block for each.
//
// Thread safety: one thread at a time.

#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "kindred/nn/sequential.h"

namespace kindred::nn {

struct Network {
  // From one block for each input, all of the same n rows, to n rows of outputs.
  using Forward = std::function<Var(Pass& pass, std::span<const features::FeatureBlock> blocks)>;

  std::unique_ptr<ParameterSet> parameters = std::make_unique<ParameterSet>();
  Forward forward;
  std::size_t outputs = 0;  // Columns of what forward gives.
};

// Layers one after the other on one input; parameters are called "NAME/dense.kernel" ....
// They are drawn, or those of the source, which is asked for each before memory is taken for it;
// it stays that of the set.
// Throws Error(invalid_argument) as check_layers() does, and where there are no layers.
Network sequential_network(const features::FeatureLayout& layout,
                           const std::vector<LayerSpec>& layers, std::uint64_t seed,
                           const std::string& name = "network", ParameterSource source = {});

}  // namespace kindred::nn
