// Batches of liked pairs for two towers: a user's row beside an item's, encoded once each.
//
// Every side has its rows twice: as they are, and behind them the same as nobody known, with
// no id. A share of the pairs of an epoch reads the second. Order and choices depend on (seed,
// epoch) alone.
//
// Targets of a row are the number of its item and the logarithm of the share of pairs that
// it has, as nn/in_batch_softmax.h wants them.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstdint>
#include <memory>

#include "kindred/linalg/sparse.h"
#include "kindred/nn/batch_stream.h"
#include "kindred/nn/encoded_rows.h"

namespace kindred::recommendation {

struct PairStreamOptions {
  std::size_t batch_size = 512;
  double hidden_ids = 0.5;
  std::uint64_t seed = 1;
};

// users has 2 |U| rows and items 2 |I|; all arguments must outlive the stream.
std::shared_ptr<nn::BatchStream> pair_stream(const SparseMatrix& liked,
                                             const nn::EncodedRows& users,
                                             const nn::EncodedRows& items,
                                             const PairStreamOptions& options);

}  // namespace kindred::recommendation
