#include "kindred/features/pooling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/interrupt.h"
#include "kindred/base/memory_budget.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/base/rng.h"
#include "kindred/base/size.h"

namespace kindred::features {
namespace {

// Draws of the tables are keyed by (seed, this and the table's name, row).
constexpr std::uint32_t kTableStream = 0x454D4231;

// Of a wide row: some milliseconds.
constexpr std::size_t kDrawsPerLook = std::size_t{1} << 16U;

// What the vector of an id is scaled by before it is combined.
float norm_factor(std::span<const float> vector, const std::optional<float>& max_norm) {
  if (!max_norm) return 1.0F;
  float squares = 0.0F;
  for (const float x : vector) squares += x * x;
  const float norm = std::sqrt(squares);
  return norm > *max_norm ? *max_norm / norm : 1.0F;
}

// Calls visit(id, weight) for the ids of a row that count.
template <typename Visit>
void for_each_id(const IdBag& bag, std::size_t row, Combiner combiner, const Visit& visit) {
  for (std::size_t i = bag.row_offsets[row]; i < bag.row_offsets[row + 1]; ++i) {
    const float weight = bag.weights.empty() ? 1.0F : bag.weights[i];
    if (combiner != Combiner::sum && weight <= 0.0F) continue;
    visit(static_cast<std::size_t>(bag.ids[i]), weight);
  }
}

double truncated_normal(Rng& rng) {
  double draw = rng.normal();
  while (std::abs(draw) > kInitialTruncation) draw = rng.normal();
  return draw;
}

}  // namespace

void pool_row(const IdBag& bag, std::size_t row, MatrixView table, const Pooling& pooling,
              std::span<float> out) {
  std::ranges::fill(out, 0.0F);
  float weight_sum = 0.0F;
  float weight_squares = 0.0F;
  bool is_first = true;
  for_each_id(bag, row, pooling.combiner, [&](std::size_t id, float weight) {
    const std::span<const float> vector = table.row(id);
    const float factor = norm_factor(vector, pooling.max_norm);
    if (pooling.combiner == Combiner::last || pooling.combiner == Combiner::max) {
      const bool replaces = is_first || pooling.combiner == Combiner::last;
      for (std::size_t i = 0; i < out.size(); ++i) {
        const float value = weight * factor * vector[i];
        out[i] = replaces ? value : std::max(out[i], value);
      }
    } else {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += weight * (factor * vector[i]);
    }
    is_first = false;
    weight_sum += weight;
    weight_squares += weight * weight;
  });
  float divisor = 1.0F;
  if (pooling.combiner == Combiner::mean) divisor = weight_sum;
  if (pooling.combiner == Combiner::sqrtn) divisor = std::sqrt(weight_squares);
  if (is_first || divisor == 1.0F) return;
  for (float& value : out) value /= divisor;
}

void dense_features(const FeatureLayout& layout, const FeatureBlock& block,
                    std::span<const Matrix> tables, Matrix& out) {
  for (std::size_t row = 0; row < block.row_count; ++row) {
    const std::span<float> values = out.row(row);
    for (const FeaturePart& part : layout.parts) {
      const std::span<float> here = values.subspan(part.offset, part.width);
      switch (part.kind) {
        case PartKind::dense:
          std::copy_n(&block.dense[row * layout.dense_width + part.dense_offset], part.width,
                      here.begin());
          break;
        case PartKind::indicator:
          std::ranges::fill(here, 0.0F);
          for_each_id(block.bags[part.bag], row, Combiner::sum,
                      [&](std::size_t id, float weight) { here[id] += weight; });
          break;
        case PartKind::embedding:
          pool_row(block.bags[part.bag], row, tables[part.table],
                   {.combiner = part.combiner, .max_norm = part.max_norm}, here);
          break;
      }
    }
  }
}

double initial_stddev(std::size_t dimensions) noexcept {
  return 1.0 / std::sqrt(static_cast<double>(dimensions));
}

Matrix initial_table(const EmbeddingTable& table, std::uint64_t seed) {
  const std::string column = fmt::format("column '{}'", printable(table.name));
  const std::uint64_t cells = checked_product(table.row_count, table.dimensions, column);
  process_memory().take(cells * sizeof(float),
                        fmt::format("{}: its embedding of {} rows in {} dimensions", column,
                                    format_count(table.row_count), format_count(table.dimensions)));
  Matrix values(table.row_count, table.dimensions);
  const double stddev = initial_stddev(table.dimensions);
  const auto stream =
      kTableStream ^ static_cast<std::uint32_t>(fingerprint64(std::string_view(table.name)));
  for (std::size_t row = 0; row < table.row_count; ++row) {
    Rng rng(seed, stream, row);
    std::size_t drawn = 0;
    for (float& value : values.row(row)) {
      if (drawn++ % kDrawsPerLook == 0) throw_if_interrupted();
      value = static_cast<float>(stddev * truncated_normal(rng));
    }
  }
  return values;
}

std::vector<Matrix> initial_tables(const FeatureLayout& layout, std::uint64_t seed) {
  std::vector<Matrix> tables;
  for (const EmbeddingTable& table : layout.tables) tables.push_back(initial_table(table, seed));
  return tables;
}

}  // namespace kindred::features
