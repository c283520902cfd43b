#include "kindred/nn/network.h"

#include <utility>

#include "kindred/base/error.h"

namespace kindred::nn {

Network sequential_network(const features::FeatureLayout& layout,
                           const std::vector<LayerSpec>& layers, std::uint64_t seed,
                           const std::string& name, ParameterSource source) {
  if (layers.empty()) throw Error(ErrorCode::invalid_argument, "a network without layers");
  struct Parts {
    FeatureInput input;
    Sequential layers;
    Parts(ParameterSet& parameters, const features::FeatureLayout& of,
          const std::vector<LayerSpec>& specs, std::uint64_t draws, const std::string& prefix)
        : input(parameters, prefix, of, draws), layers(parameters, prefix, input, specs, draws) {}
  };
  Network network;
  if (source) network.parameters = std::make_unique<ParameterSet>(std::move(source));
  const auto parts = std::make_shared<Parts>(*network.parameters, layout, layers, seed, name);
  network.outputs = parts->layers.outputs();
  network.forward = [parts](Pass& pass, std::span<const features::FeatureBlock> blocks) {
    return parts->layers(pass, parts->input(pass, blocks.front()));
  };
  return network;
}

}  // namespace kindred::nn
