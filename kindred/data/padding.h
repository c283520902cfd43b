// Lists of different lengths, padded to a dense tensor: what padded_batch() does.
//
// A ragged tensor becomes {rows, longest}, or {rows, length} where a length is asked
// for. A dense tensor stays as it is, or gets its second axis lengthened.

#pragma once

#include "kindred/data/batch.h"
#include "kindred/data/dataset.h"

namespace kindred::data {

// Throws Error(invalid_argument) naming the feature when a list is longer than the length
// asked for, a padding value does not fit the type, or a feature of the options is absent.
void pad_batch(Batch& batch, const PaddedBatchOptions& options);

}  // namespace kindred::data
