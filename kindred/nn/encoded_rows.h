// Rows as a network reads them: encoded features, targets and weights.
//
//    BatchEncoder    data::Batch → EncodedBatch, by the encoders of a network's inputs
//    EncodedRows     all rows of a table, encoded once; any of them in any order as a batch
//
// For training on rows that fit into memory this is the fast way: values are looked up and
// hashed once and not in every epoch. What is kept is 4 bytes a number and 8 a category.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/dataset.h"
#include "kindred/features/encoder.h"

namespace kindred::nn {

struct EncodedBatch {
  std::size_t row_count = 0;
  std::vector<features::FeatureBlock> inputs;  // One for each input, each of row_count rows.
  std::size_t target_width = 0;                // 0: there are no targets.
  std::vector<float> targets;                  // row_count x target_width.
  std::vector<float> weights;                  // row_count, or empty: all are 1.
};

enum class Targets { none, required };

class BatchEncoder {
 public:
  // `inputs` must outlive *this.
  explicit BatchEncoder(std::span<const features::Encoder> inputs) : inputs_(inputs) {}

  std::span<const features::Encoder> inputs() const noexcept { return inputs_; }

  // Replaces `out`. Throws as Encoder::encode() does, and Error(invalid_argument) where a
  // label is missing, or a label or weight is not a number (NaN), naming the row.
  void encode(const data::Batch& batch, Targets targets, EncodedBatch& out, ThreadPool* pool) const;

 private:
  std::span<const features::Encoder> inputs_;
};

class EncodedRows {
 public:
  EncodedRows() = default;

  // All rows of a pass. Throws as BatchEncoder::encode() does, and Error(invalid_argument)
  // when there is no end to them, or when batches differ in having weights.
  EncodedRows(const BatchEncoder& encoder, const data::Dataset& rows, Targets targets,
              ThreadPool* pool);

  std::size_t size() const noexcept { return rows_.row_count; }
  const EncodedBatch& all() const noexcept { return rows_; }

  // Rows [begin, end).
  EncodedRows slice(std::size_t begin, std::size_t end) const;

  // Replaces `out` by the rows, in their order. Requires: rows < size().
  void gather(std::span<const std::uint32_t> rows, EncodedBatch& out) const;

 private:
  void count_ids();

  EncodedBatch rows_;
  // For each bag of each input the ids that every row has, where that is one number and none
  // has a weight, as in columns of one value a row: those are gathered without offsets. Else 0.
  std::vector<std::vector<std::size_t>> id_counts_;
};

}  // namespace kindred::nn
