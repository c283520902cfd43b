// The first layer of a network on a table: encoded columns as its input.
//
//    FeatureInput input(parameters, "deep", encoder.layout(), seed);
//    DenseLayer first(parameters, "deep/dense", input, 64, Activation::relu, seed);
//    ... in a pass:  first(pass, input(pass, block))
//
// It owns the tables of the embedding columns. Numbers and embeddings lie side by side in
// one matrix, in the order of the layout. Indicators stay bags of ids: a dense layer on
// them sums rows of its kernel, so that a cross of a million buckets costs what is in the
// row and not a million. tensor() makes one dense tensor of everything, for layers that
// need it.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kindred/features/encoder.h"
#include "kindred/nn/pass.h"

namespace kindred::nn {

// A batch behind a FeatureInput, in one pass.
struct Features {
  const features::FeatureBlock* block = nullptr;
  std::optional<Var> dense;  // rows x FeatureInput::dense_width(); none where that is 0.
};

class FeatureInput {
 public:
  // The tables begin as features::initial_tables() draws them; they are called
  // "NAME/TABLE". `parameters` must outlive *this.
  FeatureInput(ParameterSet& parameters, std::string name, features::FeatureLayout layout,
               std::uint64_t seed);

  const features::FeatureLayout& layout() const noexcept { return layout_; }

  // Columns of Features::dense, and the parts of the layout that they come from.
  std::size_t dense_width() const noexcept { return dense_width_; }
  const std::vector<std::size_t>& dense_parts() const noexcept { return dense_parts_; }
  // The parts that are indicators.
  const std::vector<std::size_t>& indicator_parts() const noexcept { return indicator_parts_; }

  // The table's parameter: the place to put vectors that were learned before.
  Parameter& table(std::size_t index) const noexcept { return *tables_[index]; }

  // Requires: the block was encoded by an encoder of this layout, and stays until the tape
  // is cleared.
  Features operator()(Pass& pass, const features::FeatureBlock& block) const;

  // rows x layout().width: numbers and embeddings, then indicators as counts, each in the
  // order of the layout.
  Var tensor(Pass& pass, const Features& features) const;

 private:
  Var numbers(Pass& pass, const features::FeatureBlock& block,
              const features::FeaturePart& part) const;

  features::FeatureLayout layout_;
  std::vector<Parameter*> tables_;  // Of layout_.tables; not owned.
  std::vector<std::size_t> dense_parts_;
  std::vector<std::size_t> indicator_parts_;
  std::size_t dense_width_ = 0;
};

}  // namespace kindred::nn
