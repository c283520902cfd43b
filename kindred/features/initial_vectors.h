// Tables of embeddings that begin with the vectors of something that was learned before.
//
// A vocabulary column and a model know things by the same words: the movie of row 17 of the
// table is the one whose label is word 17. Words that the model does not have, and buckets of
// unknown words, keep the values they have.

#pragma once

#include <cstddef>

#include "kindred/embedding/embeddings.h"
#include "kindred/features/encoder.h"
#include "kindred/linalg/matrix.h"

namespace kindred::features {

// Copies the vectors of words that `embeddings` knows to their rows of `values`, table number
// `table` of the encoder's layout; returns how many.
// Throws Error(invalid_argument) when the column has no vocabulary, or the dimensions differ.
std::size_t take_vectors(const Encoder& encoder, std::size_t table,
                         const embedding::Embeddings& embeddings, Matrix& values);

}  // namespace kindred::features
