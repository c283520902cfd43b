// train() for ratings that stay on the disk: model/ratings_store.h in, a model out.
//
//   count positives -> epochs of iALS, block by block -> every user's vector
//
// Nobody is held out: that would be another pass over the pairs.
// With a checkpoint path the state is written after every epoch, as by train().
//
// Memory: the vectors, three blocks, and at the end the pairs that the model keeps as seen,
// 8 bytes each. Thread safety: as train().

#pragma once

#include <cstdint>
#include <vector>

#include "kindred/base/machine.h"
#include "kindred/data/positives.h"
#include "kindred/factorization/ials.h"
#include "kindred/model/ratings_store.h"
#include "kindred/recommendation/train.h"
#include "kindred/training/run.h"

namespace kindred::recommendation {

struct BlockTrainOptions {
  factorization::IalsOptions ials;
  data::PositiveRule positive_rule;
  std::uint64_t block_pairs = std::uint64_t{1} << 23U;  // 64 MiB of pairs a block.
};

// What is held at once, by part.
std::vector<MemoryPart> block_training_memory(const model::RatingsBlocks& ratings,
                                              const BlockTrainOptions& options);

// Throws as train() does.
TrainResult train_blocks(const model::RatingsBlocks& ratings, const BlockTrainOptions& options,
                         const training::Run& run);

}  // namespace kindred::recommendation
