// A batch through feature columns, for tests that look at the numbers which a network would read.

#pragma once

#include <vector>

#include "kindred/data/batch.h"
#include "kindred/features/encoder.h"
#include "kindred/features/pooling.h"
#include "kindred/linalg/matrix.h"

namespace kindred::test {

// One row a row of `batch`, tables with the initial vectors of seed 1.
inline Matrix dense(const std::vector<features::Column>& columns, const data::Batch& batch) {
  const features::Encoder encoder(columns);
  features::FeatureBlock block;
  encoder.encode(batch, block);
  Matrix out(batch.row_count, encoder.layout().width);
  features::dense_features(encoder.layout(), block, features::initial_tables(encoder.layout(), 1),
                           out);
  return out;
}

}  // namespace kindred::test
