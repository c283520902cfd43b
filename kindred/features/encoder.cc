#include "kindred/features/encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"
#include "kindred/features/cross.h"
#include "kindred/features/id_encoding.h"
#include "kindred/features/numeric_encoding.h"

namespace kindred::features {
namespace {

// More crosses than this in one row are a mistake, not a feature.
constexpr std::size_t kRowCrossesMax = std::size_t{1} << 20U;
// Of ids that no row of a table stands for, there may be any number.
constexpr std::uint64_t kSumMax = std::numeric_limits<std::uint64_t>::max();

// A cross whose keys lie in other bags.
struct CrossPlan {
  std::string name;
  std::size_t bag = 0;
  std::vector<std::size_t> key_bags;  // In the order of the keys, nested ones in place.
  std::uint64_t bucket_count = 0;
  std::uint64_t hash_key = 0;
};

// A bag that is encoded from the features themselves.
struct LeafPlan {
  std::size_t bag = 0;
  IdEncoder encoder;
};

struct NumberPlan {
  std::size_t column = 0;
  std::size_t dense_offset = 0;
};

// What the network may see of a bag: the ids below bucket_count.
struct BagFacts {
  std::string name;
  std::size_t bucket_count = 0;
  // An id that is too large is a mistake where it would choose a row of a table.
  bool refuses_large_ids = false;
};

bool is_sparse(const data::Tensor& tensor) { return tensor.is_ragged(); }

}  // namespace

struct Encoder::State {
  std::vector<Column> columns;
  FeatureLayout layout;
  std::vector<NumberPlan> numbers;
  std::vector<LeafPlan> leaves;
  std::vector<CrossPlan> crosses;
  std::vector<BagFacts> bags;                  // Of the bags that a network reads.
  std::vector<CategoricalColumn> bag_columns;  // What is in each bag.

  explicit State(std::vector<Column> given);
  std::size_t bag_of(const CategoricalColumn& column);
  void plan_bag(std::size_t bag);
  void plan_cross(std::size_t bag, const CrossedColumn& cross);
  void add_key_bags(const CrossedColumn& cross, std::vector<std::size_t>& bags_of_keys);
  void add_part(std::size_t column);
  std::size_t table_of(const EmbeddingColumn& column, std::size_t index);

  void encode_cross(const CrossPlan& plan, const data::Batch& batch, FeatureBlock& block) const;
  std::size_t drop_unknown(const BagFacts& facts, IdBag& bag) const;
};

// ---- Planning.

Encoder::State::State(std::vector<Column> given) : columns(std::move(given)) {
  if (columns.empty()) throw Error(ErrorCode::invalid_argument, "there are no feature columns");
  for (const Column& column : columns) {
    check_column(column);
    if (is_learned(column)) continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("column '{}' has not learned its words, boundaries or statistics; "
                            "adapt it to the training rows first",
                            printable(name_of(column))));
  }
  std::ranges::stable_sort(columns, {}, [](const Column& column) { return name_of(column); });
  for (std::size_t i = 1; i < columns.size(); ++i) {
    if (name_of(columns[i]) != name_of(columns[i - 1])) continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("two columns have the name '{}'", printable(name_of(columns[i]))));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) add_part(i);
  layout.bag_count = bag_columns.size();
  for (std::size_t bag = 0; bag < layout.bag_count; ++bag) plan_bag(bag);
}

// The bag of a column: the one it has already, or a new one.
std::size_t Encoder::State::bag_of(const CategoricalColumn& column) {
  const auto found = std::ranges::find(bag_columns, column);
  if (found == bag_columns.end()) {
    bag_columns.push_back(column);
    return bag_columns.size() - 1;
  }
  return static_cast<std::size_t>(found - bag_columns.begin());
}

void Encoder::State::plan_bag(std::size_t bag) {
  const CategoricalColumn column = bag_columns[bag];
  if (const auto* cross = std::get_if<CrossedColumn>(&column.kind)) {
    plan_cross(bag, *cross);
    crosses.back().name = name_of(column);
  } else {
    leaves.push_back({bag, IdEncoder(column)});
  }
}

void Encoder::State::plan_cross(std::size_t bag, const CrossedColumn& cross) {
  CrossPlan plan{.name = {},
                 .bag = bag,
                 .key_bags = {},
                 .bucket_count = static_cast<std::uint64_t>(cross.bucket_count),
                 .hash_key = cross.hash_key == 0 ? kCrossHashKey : cross.hash_key};
  add_key_bags(cross, plan.key_bags);
  crosses.push_back(std::move(plan));
}

void Encoder::State::add_key_bags(const CrossedColumn& cross,
                                  std::vector<std::size_t>& bags_of_keys) {
  for (const CategoricalColumn& key : cross.keys) {
    if (const auto* nested = std::get_if<CrossedColumn>(&key.kind)) {
      add_key_bags(*nested, bags_of_keys);
      continue;
    }
    const std::size_t known = bag_columns.size();
    const std::size_t bag = bag_of(key);
    if (bag == known) plan_bag(bag);
    bags_of_keys.push_back(bag);
  }
}

std::size_t Encoder::State::table_of(const EmbeddingColumn& column, std::size_t index) {
  const std::string name = column.table.empty() ? name_of(Column(column)) : column.table;
  EmbeddingTable table{.name = name,
                       .row_count = bucket_count(column.categorical),
                       .dimensions = dimensions_of(column),
                       .trainable = column.trainable,
                       .initial_vectors = column.initial_vectors,
                       .column = index};
  const auto found = std::ranges::find(layout.tables, name, &EmbeddingTable::name);
  if (found == layout.tables.end()) {
    layout.tables.push_back(std::move(table));
    return layout.tables.size() - 1;
  }
  table.column = found->column;
  if (table == *found) return static_cast<std::size_t>(found - layout.tables.begin());
  throw Error(ErrorCode::invalid_argument,
              fmt::format("columns '{}' and '{}' name one table '{}' but want it to be {} x {} and "
                          "{} x {}, or differ in how it is trained",
                          printable(name_of(columns[found->column])),
                          printable(name_of(columns[index])), printable(name), found->row_count,
                          found->dimensions, table.row_count, table.dimensions));
}

void Encoder::State::add_part(std::size_t index) {
  FeaturePart part;
  part.name = name_of(columns[index]);
  const auto add_number = [&](const NumericColumn& column) {
    part.width = column.width();
    part.dense_offset = layout.dense_width;
    numbers.push_back({index, layout.dense_width});
    layout.dense_width += part.width;
  };
  const auto add_bag = [&](const CategoricalColumn& column, bool is_embedding) {
    part.bag = bag_of(column);
    part.bucket_count = bucket_count(column);
    part.width = part.bucket_count;
    part.kind = is_embedding ? PartKind::embedding : PartKind::indicator;
    bags.resize(bag_columns.size());
    bags[part.bag].name = name_of(column);
    bags[part.bag].bucket_count = part.bucket_count;
    if (is_embedding) bags[part.bag].refuses_large_ids = true;
  };
  std::visit(Overloaded{[&](const NumericColumn& column) { add_number(column); },
                        [&](const SequenceNumericColumn& column) { add_number(column.numeric); },
                        [&](const CategoricalColumn& column) { add_bag(column, false); },
                        [&](const IndicatorColumn& column) { add_bag(column.categorical, false); },
                        [&](const EmbeddingColumn& column) {
                          add_bag(column.categorical, true);
                          part.table = table_of(column, index);
                          part.width = dimensions_of(column);
                          part.combiner = column.combiner;
                          part.max_norm = column.max_norm;
                        }},
             columns[index]);
  part.offset = layout.width;
  layout.width = checked_sum(layout.width, part.width, "the columns' widths together", kSumMax);
  layout.parts.push_back(std::move(part));
}

// ---- Encoding.

void Encoder::State::encode_cross(const CrossPlan& plan, const data::Batch& batch,
                                  FeatureBlock& block) const {
  // All sparse keys come before the dense ones, in the order of the keys otherwise.
  const auto is_late = [&](std::size_t bag) {
    const auto* key = std::get_if<RawKey>(&bag_columns[bag].kind);
    return key != nullptr && !is_sparse(batch.at(key->key));
  };
  std::vector<const IdBag*> keys;
  for (const bool late : {false, true}) {
    for (const std::size_t bag : plan.key_bags) {
      if (is_late(bag) == late) keys.push_back(&block.bags[bag]);
    }
  }
  IdBag& out = block.bags[plan.bag];
  out.weights.clear();
  out.ids.clear();
  out.row_offsets.assign(1, 0);
  std::vector<std::span<const std::uint64_t>> values(keys.size());
  for (std::size_t row = 0; row < block.row_count; ++row) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      // The bits of an id, as the hash takes them: -1 is the largest number.
      const auto* ids = reinterpret_cast<const std::uint64_t*>(keys[i]->ids.data());
      values[i] = {ids + keys[i]->row_offsets[row], ids + keys[i]->row_offsets[row + 1]};
    }
    const std::span<const std::span<const std::uint64_t>> product(values);
    if (const std::size_t count = product_count(product); count > kRowCrossesMax) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("column '{}', row {}: {} combinations, more than {}",
                              printable(plan.name), row, count, kRowCrossesMax));
    }
    hash_product(product, plan.hash_key, [&](std::uint64_t hash) {
      out.ids.push_back(static_cast<std::int64_t>(hash % plan.bucket_count));
    });
    out.row_offsets.push_back(out.ids.size());
  }
}

// Takes ids that are none out of the bag; returns how many there were.
std::size_t Encoder::State::drop_unknown(const BagFacts& facts, IdBag& bag) const {
  const auto limit = static_cast<std::int64_t>(facts.bucket_count);
  const auto is_known = [&](std::int64_t id) { return id >= 0 && id < limit; };
  if (std::ranges::all_of(bag.ids, is_known)) return 0;
  std::size_t kept = 0;
  std::size_t at = 0;
  for (std::size_t row = 0; row < bag.row_count(); ++row) {
    for (const std::size_t end = bag.row_offsets[row + 1]; at < end; ++at) {
      const std::int64_t id = bag.ids[at];
      if (facts.refuses_large_ids && id >= limit) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("column '{}', row {}: the id {} is not in [0, {})",
                                printable(facts.name), row, id, limit));
      }
      if (!is_known(id)) continue;
      bag.ids[kept] = id;
      if (!bag.weights.empty()) bag.weights[kept] = bag.weights[at];
      ++kept;
    }
    bag.row_offsets[row + 1] = kept;
  }
  const std::size_t dropped = bag.ids.size() - kept;
  bag.ids.resize(kept);
  if (!bag.weights.empty()) bag.weights.resize(kept);
  return dropped;
}

Encoder::Encoder(std::vector<Column> columns)
    : state_(std::make_unique<const State>(std::move(columns))) {}
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

const std::vector<Column>& Encoder::columns() const noexcept { return state_->columns; }
const FeatureLayout& Encoder::layout() const noexcept { return state_->layout; }

void Encoder::encode(const data::Batch& batch, FeatureBlock& block, ThreadPool* pool) const {
  const State& state = *state_;
  const auto for_each = [&](std::size_t count, const auto& task) {
    if (pool != nullptr) {
      pool->parallel_for(count, [&](std::size_t index, int) { task(index); });
    } else {
      for (std::size_t index = 0; index < count; ++index) task(index);
    }
  };
  block.row_count = batch.row_count;
  block.dense.resize(batch.row_count * state.layout.dense_width);
  block.bags.resize(state.bag_columns.size());
  block.unknown_counts.assign(state.layout.bag_count, 0);

  // First what depends on the features alone, then the crosses of it.
  for_each(state.numbers.size() + state.leaves.size(), [&](std::size_t index) {
    if (index >= state.numbers.size()) {
      const LeafPlan& leaf = state.leaves[index - state.numbers.size()];
      leaf.encoder.encode(batch, block.bags[leaf.bag]);
      return;
    }
    const NumberPlan& plan = state.numbers[index];
    const NumberSink sink{block.dense.data() + plan.dense_offset, state.layout.dense_width};
    const Column& column = state.columns[plan.column];
    if (const auto* sequence = std::get_if<SequenceNumericColumn>(&column)) {
      encode_number_sequence(*sequence, batch.at(sequence->numeric.key), sink);
    } else {
      const auto& numeric = std::get<NumericColumn>(column);
      encode_numbers(numeric, batch.at(numeric.key), sink);
    }
  });
  for_each(state.crosses.size(),
           [&](std::size_t index) { state.encode_cross(state.crosses[index], batch, block); });
  for_each(state.layout.bag_count, [&](std::size_t bag) {
    block.unknown_counts[bag] = state.drop_unknown(state.bags[bag], block.bags[bag]);
  });
}

const FeaturePart* FeatureLayout::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(parts, name, &FeaturePart::name);
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace kindred::features
