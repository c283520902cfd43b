// From bags of ids to vectors: what an embedding, or a layer on an indicator, computes.
//
// The vectors of a row's ids are combined (Combiner in column.h). Where there are weights
// and they do not just add up (Combiner::sum), ids of weight 0 and below are left out. A row
// without ids is the zero vector. With max_norm a vector that is longer is scaled down
// before it is combined.
//
// The same sum over the rows of a kernel is what a dense layer makes of an indicator, so
// nothing one-hot is ever built.
//
// Cost: one read of each vector. Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kindred/features/feature_block.h"
#include "kindred/linalg/matrix.h"

namespace kindred::features {

struct Pooling {
  Combiner combiner = Combiner::mean;
  std::optional<float> max_norm = {};
};

// Replaces `out`, of table.cols numbers, by the vector of row `row` of the bag.
// Requires: ids of the bag are below table.rows.
void pool_row(const IdBag& bag, std::size_t row, MatrixView table, const Pooling& pooling,
              std::span<float> out);

// The dense tensor of all columns: block.row_count x layout.width, in the order of the
// layout. `tables` are those of the layout; indicators are counts.
// Requires: the block was encoded by an encoder of this layout, out is of that shape.
void dense_features(const FeatureLayout& layout, const FeatureBlock& block,
                    std::span<const Matrix> tables, Matrix& out);

// Vectors begin as draws of a normal distribution with this standard deviation,
// 1/sqrt(dimensions), cut off at this many of it.
double initial_stddev(std::size_t dimensions) noexcept;
inline constexpr double kInitialTruncation = 2.0;

// The tables of a layout as they are before training. The draws depend on the seed, the
// table's name and the row alone.
std::vector<Matrix> initial_tables(const FeatureLayout& layout, std::uint64_t seed);
Matrix initial_table(const EmbeddingTable& table, std::uint64_t seed);

}  // namespace kindred::features
