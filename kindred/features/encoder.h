// Encodes batches by feature columns.
//
//    const Encoder encoder({numeric("sq_footage"), indicator(vocabulary("type", {...}))});
//    FeatureBlock block;
//    encoder.encode(batch, block);
//
// What several columns need (the buckets of an age, crossed and shown) is encoded once.
// A feature that is missing from the batch is an error that lists what there is; features
// that no column reads are ignored, and their order does not matter.
//
// How values become ids is the reference systems' way: of a dense tensor, "" and -1 mean
// that there is no value; of a ragged one, every value counts. In a cross, dense RawKey
// features are joined after all others, and nothing of them is left out.
//
// Cost: one pass over the values; about 20 ns for a word that is looked up or hashed.
// Thread safety: const members from any number of threads.

#pragma once

#include <memory>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/batch.h"
#include "kindred/features/column.h"
#include "kindred/features/feature_block.h"

namespace kindred::features {

class Encoder {
 public:
  // Throws Error(invalid_argument) as check_column() does, when there are no columns, when
  // two have the same name, and when one is not learned yet.
  explicit Encoder(std::vector<Column> columns);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  const std::vector<Column>& columns() const noexcept;  // By name.
  const FeatureLayout& layout() const noexcept;

  // Replaces `block` by what the rows encode to. With a pool, columns are worked on side by
  // side; the result is the same.
  // Throws Error(not_found) for a feature that is not there, Error(invalid_argument) for one
  // of the wrong type or shape, for missing numbers without a default, and for weights that
  // are no numbers or do not fit the ids; the message names the column and the row.
  void encode(const data::Batch& batch, FeatureBlock& block, ThreadPool* pool = nullptr) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace kindred::features
