#include "kindred/nn/feature_input.h"

#include <algorithm>

#include "kindred/base/check.h"
#include "kindred/nn/operations.h"

namespace kindred::nn {

using features::FeatureBlock;
using features::FeaturePart;
using features::PartKind;

FeatureInput::FeatureInput(ParameterSet& parameters, std::string name,
                           features::FeatureLayout layout, std::uint64_t seed)
    : layout_(std::move(layout)) {
  for (const features::EmbeddingTable& table : layout_.tables) {
    tables_.push_back(
        &parameters.add(name + "/" + table.name,
                        Beginning{table.row_count, table.dimensions,
                                  [&] { return features::initial_table(table, seed); }},
                        {.trainable = table.trainable, .decays = true, .is_table = true}));
  }
  for (std::size_t i = 0; i < layout_.parts.size(); ++i) {
    const FeaturePart& part = layout_.parts[i];
    if (part.kind == PartKind::indicator) {
      indicator_parts_.push_back(i);
    } else {
      dense_parts_.push_back(i);
      dense_width_ += part.width;
    }
  }
}

Var FeatureInput::numbers(Pass& pass, const FeatureBlock& block, const FeaturePart& part) const {
  Tape<float>& tape = pass.tape();
  if (part.width == layout_.dense_width) {
    return tape.input(block.dense.data(), block.row_count, part.width);
  }
  const Var copy = tape.make(block.row_count, part.width, false);
  float* to = tape.values_to_fill(copy).data();
  for (std::size_t row = 0; row < block.row_count; ++row, to += part.width) {
    std::copy_n(&block.dense[row * layout_.dense_width + part.dense_offset], part.width, to);
  }
  return copy;
}

Features FeatureInput::operator()(Pass& pass, const FeatureBlock& block) const {
  Features features{&block, std::nullopt};
  if (dense_parts_.empty()) return features;
  std::vector<Var> vars;
  for (const std::size_t index : dense_parts_) {
    const FeaturePart& part = layout_.parts[index];
    if (part.kind == PartKind::dense) {
      vars.push_back(numbers(pass, block, part));
      continue;
    }
    const features::IdBag& bag = block.bags[part.bag];
    const Var table = pass.read_rows(*tables_[part.table], bag);
    vars.push_back(embedding_bag(pass.tape(), table, bag, {part.combiner, part.max_norm}));
  }
  features.dense = vars.size() == 1 ? vars.front() : concatenate<float>(pass.tape(), vars);
  return features;
}

Var FeatureInput::tensor(Pass& pass, const Features& features) const {
  Tape<float>& tape = pass.tape();
  const FeatureBlock& block = *features.block;
  if (indicator_parts_.empty()) return *features.dense;
  std::vector<Var> vars;
  if (features.dense) vars.push_back(*features.dense);
  for (const std::size_t index : indicator_parts_) {
    const FeaturePart& part = layout_.parts[index];
    const Var counts = tape.make(block.row_count, part.width, false);
    const std::span<float> values = tape.values_to_fill(counts);
    std::ranges::fill(values, 0.0F);
    const features::IdBag& bag = block.bags[part.bag];
    for (std::size_t row = 0; row < block.row_count; ++row) {
      for (std::size_t i = bag.row_offsets[row]; i < bag.row_offsets[row + 1]; ++i) {
        values[row * part.width + static_cast<std::size_t>(bag.ids[i])] +=
            bag.weights.empty() ? 1.0F : bag.weights[i];
      }
    }
    vars.push_back(counts);
  }
  return concatenate<float>(tape, vars);
}

}  // namespace kindred::nn
