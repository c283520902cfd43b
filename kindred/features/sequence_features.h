// Sequences as padded tensors: what a recurrent layer, or attention, reads.
//
// Step t of row r is the vector values[(r * step_count + t) * width ...]; rows that are
// shorter than the longest are filled with zeros at their end, and `lengths` says how many
// steps are real. Networks that want one vector a row pool the steps instead (Combiner).
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kindred/data/batch.h"
#include "kindred/features/column.h"
#include "kindred/linalg/matrix.h"

namespace kindred::features {

struct SequenceTensor {
  std::size_t row_count = 0;
  std::size_t step_count = 0;
  std::size_t width = 0;
  std::vector<float> values;         // row_count x step_count x width.
  std::vector<std::size_t> lengths;  // Real steps of each row.
};

// The steps of a sequence column: numbers as they are, one-hot ids, or the vectors of `tables`
// (that of the embedding alone). Longer than the longest row where step_count_min asks for it.
// Throws Error(invalid_argument) for columns that are no sequences, and as Encoder::encode().
SequenceTensor padded_sequence(const Column& column, const data::Batch& batch,
                               std::span<const Matrix> tables, std::size_t step_count_min = 0);

// The context of each row beside every step of it, after the step's own values.
// Throws Error(invalid_argument) when the numbers of rows differ.
SequenceTensor with_context(const SequenceTensor& steps, MatrixView context);

}  // namespace kindred::features
