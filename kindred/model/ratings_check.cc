#include "kindred/model/ratings_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/size.h"
#include "kindred/model/parts.h"
#include "kindred/storage/checksum.h"

namespace kindred::model {
namespace {

// Pairs that are looked at while they are still in the processor's cache.
constexpr std::size_t kPiecePairs = std::size_t{1} << 17U;

// More than any disk holds.
constexpr std::uint64_t kEntriesMax = std::uint64_t{1} << 44U;

constexpr std::uint32_t kExponent = 0x7F800000U;  // All of it set: infinite, or not a number.

[[noreturn]] void bad_store(const std::string& problem) {
  throw Error(ErrorCode::corrupt, problem);
}

// Mixes a pair and its rating to 64 bits, of which the sum is taken: multiplications by odd
// numbers with shifts between, as in splitmix64.
std::uint64_t hash_of(std::uint64_t user, std::uint64_t item, std::uint32_t value) {
  std::uint64_t x = (user << 32U | item) * 0x9E3779B97F4A7C15U + value * 0xD1B54A32D192ED03U;
  x ^= x >> 32U;
  x *= 0xBF58476D1CE4E5B9U;
  return x ^ x >> 29U;
}

StoredSide read_stored_side(storage::ContainerReader& reader, const std::string& name) {
  const Json& description = reader.content().at(name);
  StoredSide side;
  side.name = name;
  side.rows = read_size(description, "rows", name + ".rows");
  side.cols = read_size(description, "cols", name + ".cols");
  side.entries = read_size(description, "entries", name + ".entries", kEntriesMax);
  side.all_ones = description.at("all_ones").as_bool();
  const std::uint64_t offset_count = reader.length_of(name + ".offsets");
  // Not rows + 1, which a hostile number of rows makes 0.
  if (offset_count == 0 || offset_count - 1 != side.rows) {
    bad_store(fmt::format("{}: {} rows, but {} offsets", name, side.rows, offset_count));
  }
  side.offsets = reader.read<std::uint64_t>(name + ".offsets", {offset_count});
  if (side.offsets.front() != 0 || side.offsets.back() != side.entries ||
      !std::ranges::is_sorted(side.offsets)) {
    bad_store(fmt::format("the offsets of '{}' do not ascend from 0 to {}", name, side.entries));
  }
  reader.expect<std::uint32_t>(name + ".columns", {side.entries});
  if (!side.all_ones) reader.expect<float>(name + ".values", {side.entries});
  if (side.all_ones && reader.has(name + ".values")) {
    bad_store(fmt::format("{}: all ratings are 1, says the manifest, but there are values", name));
  }
  return side;
}

}  // namespace

std::array<StoredSide, 2> read_stored_sides(storage::ContainerReader& reader) {
  std::array<StoredSide, 2> sides = {read_stored_side(reader, "by_user"),
                                     read_stored_side(reader, "by_item")};
  const auto& [by_user, by_item] = sides;
  if (by_user.rows != by_item.cols || by_user.cols != by_item.rows ||
      by_user.entries != by_item.entries) {
    bad_store(fmt::format(
        "by_user has {} rows, {} columns and {} ratings, by_item {}, {} and {}: "
        "they do not fit together",
        by_user.rows, by_user.cols, by_user.entries, by_item.rows, by_item.cols, by_item.entries));
  }
  if (reader.content().at("has_times").as_bool()) {
    reader.expect<std::int64_t>("by_user.times", {by_user.entries});
  } else if (reader.has("by_user.times")) {
    bad_store("by_user has times, where the manifest says that there are none");
  }
  return sides;
}

void PairCheck::add(std::span<const std::uint32_t> columns, std::span<const float> values) {
  while (!columns.empty()) {
    while (next_ == side_.offsets[row_ + 1]) {
      ++row_;
      row_begun_ = false;
    }
    const std::uint64_t left = side_.offsets[row_ + 1] - next_;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, columns.size()));
    add_row(columns.first(count), values.empty() ? values : values.first(count));
    columns = columns.subspan(count);
    if (!values.empty()) values = values.subspan(count);
    next_ += count;
  }
}

// All pairs are gone through without a branch; what is wrong is looked for afterwards.
void PairCheck::add_row(std::span<const std::uint32_t> columns, std::span<const float> values) {
  const std::uint64_t row = row_;
  const std::uint32_t before = last_column_;
  const bool is_first = !row_begun_;
  bool ascends = is_first || columns.front() > before;
  bool finite = true;
  float low = low_;
  float high = high_;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::uint32_t column = columns[i];
    const float value = values.empty() ? 1.0F : values[i];
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (i > 0) ascends = ascends && column > columns[i - 1];
    finite = finite && (bits & kExponent) != kExponent;
    low = std::min(low, value);
    high = std::max(high, value);
    hash += rows_are_users_ ? hash_of(row, column, bits) : hash_of(column, row, bits);
  }
  if (!ascends || columns.back() >= side_.cols) name_bad_column(before, columns, is_first);
  if (!finite) {
    const auto bad = std::ranges::find_if(values, [](float v) { return !std::isfinite(v); });
    bad_store(fmt::format("{}: row {} has the rating {} for column {}, which is not finite",
                          side_.name, row_, *bad,
                          columns[static_cast<std::size_t>(bad - values.begin())]));
  }
  low_ = low;
  high_ = high;
  hash_ += hash;
  last_column_ = columns.back();
  row_begun_ = true;
}

void PairCheck::name_bad_column(std::uint32_t before, std::span<const std::uint32_t> columns,
                                bool is_first) const {
  for (const std::uint32_t column : columns) {
    if (column >= side_.cols) {
      bad_store(
          fmt::format("{}: row {} has column {} of {}", side_.name, row_, column, side_.cols));
    }
    if (!is_first && column <= before) {
      bad_store(fmt::format("{}: the columns of row {} do not ascend: {} after {}", side_.name,
                            row_, column, before));
    }
    before = column;
    is_first = false;
  }
  bad_store(fmt::format("{}: the columns of row {} are wrong", side_.name, row_));
}

SparseMatrix read_stored_pairs(storage::ContainerReader& reader, StoredSide side,
                               PairCheck& check) {
  SparseMatrix matrix;
  matrix.columns = reader.read<std::uint32_t>(side.name + ".columns", {side.entries});
  if (!side.all_ones) matrix.values = reader.read<float>(side.name + ".values", {side.entries});
  check.add(matrix.columns, matrix.values);
  if (side.all_ones) matrix.values.assign(matrix.columns.size(), 1.0F);
  matrix.rows = side.rows;
  matrix.cols = side.cols;
  matrix.offsets = std::move(side.offsets);
  return matrix;
}

void check_stored_pairs(storage::ContainerReader& reader, const StoredSide& side,
                        PairCheck& check) {
  std::vector<std::uint32_t> columns(std::min<std::uint64_t>(kPiecePairs, side.entries));
  std::vector<float> values(side.all_ones ? 0 : columns.size());
  storage::PieceReader column_pieces(reader, side.name + ".columns");
  std::optional<storage::PieceReader> value_pieces;
  if (!side.all_ones) value_pieces.emplace(reader, side.name + ".values");
  for (std::uint64_t done = 0; done < side.entries; done += columns.size()) {
    columns.resize(std::min<std::uint64_t>(columns.size(), side.entries - done));
    column_pieces.read(std::as_writable_bytes(std::span(columns)));
    if (value_pieces) {
      values.resize(columns.size());
      value_pieces->read(std::as_writable_bytes(std::span(values)));
    }
    check.add(columns, values);
  }
  column_pieces.finish();
  if (value_pieces) value_pieces->finish();
}

void require_agreement(storage::ContainerReader& reader, const std::array<StoredSide, 2>& sides,
                       const PairCheck& by_user, const PairCheck& by_item) {
  if (by_user.hash() != by_item.hash()) {
    bad_store("by_user and by_item do not hold the same ratings");
  }
  if (sides[0].entries == 0) return;
  for (const StoredSide& side : sides) {
    if (!side.all_ones && by_user.low() == 1.0F && by_user.high() == 1.0F) {
      bad_store(
          fmt::format("{}: all ratings are 1, but the manifest says that they are not", side.name));
    }
  }
  const auto require_value = [&](const char* key, float found) {
    const Json* said = reader.content().find(key);
    if (said != nullptr && as_float(*said) == found) return;
    bad_store(fmt::format("{} is {}, but the ratings are from {} to {}", key,
                          said == nullptr ? "absent" : said->dump(), by_user.low(),
                          by_user.high()));
  };
  require_value("value_min", by_user.low());
  require_value("value_max", by_user.high());
}

}  // namespace kindred::model
