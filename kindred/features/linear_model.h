// A linear model on feature columns: the wide part of a network, as its plain definition.
//
//    output = bias + sum over the parts of (what the part holds) x (its kernel)
//
// A bag of ids gathers the rows of its kernel and combines them, which is what the product
// with a one-hot vector would be.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kindred/features/feature_block.h"
#include "kindred/linalg/matrix.h"

namespace kindred::features {

struct LinearModel {
  // One for each part of the layout, part.width x units; an embedding's reads its vector.
  std::vector<Matrix> kernels;
  std::vector<float> bias;            // One for each output.
  Combiner combiner = Combiner::sum;  // Of the ids of a bag.
};

// All zeros.
LinearModel make_linear_model(const FeatureLayout& layout, std::size_t units);

// Replaces `out`, of block.row_count x units, by the outputs.
// Requires: the block was encoded by an encoder of this layout; `tables` are those of it.
void predict(const LinearModel& model, const FeatureLayout& layout, const FeatureBlock& block,
             std::span<const Matrix> tables, Matrix& out);

}  // namespace kindred::features
