// One batch, encoded: what a network's first layer reads.
//
// Numbers lie in one dense matrix. Categories stay what they are, bags of ids with
// offsets: an indicator before a dense layer is a sum of rows of its kernel, an embedding
// a combination of rows of its table, so nothing one-hot has to exist. The layout says
// where each column is, in the block and in the dense tensor that all of them would make
// (dense_features.h), and does not depend on the rows.
//
// Columns are ordered by name, byte for byte, as the reference systems order them.
//
// Thread safety: plain values. A block is reused from batch to batch, so that encoding
// does not allocate once its buffers have grown.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kindred/features/column.h"

namespace kindred::features {

// Row r has ids [row_offsets[r], row_offsets[r + 1]), each in [0, bucket_count).
struct IdBag {
  std::vector<std::int64_t> ids;
  std::vector<std::size_t> row_offsets = {0};
  std::vector<float> weights;  // Empty: all are 1.

  std::size_t row_count() const noexcept { return row_offsets.size() - 1; }
  bool operator==(const IdBag&) const = default;
};

struct FeatureBlock {
  std::size_t row_count = 0;
  std::vector<float> dense;  // row_count x FeatureLayout::dense_width, row-major.
  std::vector<IdBag> bags;   // The first FeatureLayout::bag_count are for the network;
                             // those behind them are keys of crosses.
  // Values that had no id: words out of a vocabulary without buckets for them, ids out of
  // range. One for each bag. They count as absent.
  std::vector<std::size_t> unknown_counts;
};

enum class PartKind { dense, indicator, embedding };

// What one column contributes.
struct FeaturePart {
  std::string name;
  PartKind kind = PartKind::dense;
  std::size_t offset = 0;  // In the dense tensor of all columns,
  std::size_t width = 0;   // and how many of its elements.

  std::size_t dense_offset = 0;  // dense: the first of `width` elements of a row of
                                 // FeatureBlock::dense.
  std::size_t bag = 0;           // Else: in FeatureBlock::bags,
  std::size_t bucket_count = 0;  // whose ids are below this.

  std::size_t table = 0;  // embedding: in FeatureLayout::tables.
  Combiner combiner = Combiner::sum;
  std::optional<float> max_norm = {};

  bool operator==(const FeaturePart&) const = default;
};

// A table of vectors that one or more embeddings read.
struct EmbeddingTable {
  std::string name;
  std::size_t row_count = 0;
  std::size_t dimensions = 0;
  bool trainable = true;
  std::string initial_vectors;  // See EmbeddingColumn.
  std::size_t column = 0;       // The first column that reads it, in Encoder::columns().

  bool operator==(const EmbeddingTable&) const = default;
};

struct FeatureLayout {
  std::vector<FeaturePart> parts;  // By name.
  std::vector<EmbeddingTable> tables;
  std::size_t width = 0;        // Of the dense tensor of all columns.
  std::size_t dense_width = 0;  // Of FeatureBlock::dense.
  std::size_t bag_count = 0;

  // The part, or null.
  const FeaturePart* find(std::string_view name) const noexcept;
  bool operator==(const FeatureLayout&) const = default;
};

}  // namespace kindred::features
