#include "kindred/data/duplicate_pairs.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

namespace kindred::data {
namespace {

constexpr std::size_t kDistinctValuesMax = 32;
// From here up counting 256 places twice is cheaper than comparing; reader_bench.
constexpr std::size_t kRadixKeysMin = 64;

bool ascends_strictly(std::span<const std::uint32_t> columns) {
  for (std::size_t i = 1; i < columns.size(); ++i) {
    if (columns[i] <= columns[i - 1]) return false;
  }
  return true;
}

// The place, among entries of one pair in file order, of the one that stays.
std::size_t chosen_by_time(std::span<const std::int64_t> times, std::size_t count, bool latest) {
  std::size_t chosen = latest && times.empty() ? count - 1 : 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (latest ? times[i] >= times[chosen] : times[i] < times[chosen]) chosen = i;
  }
  return chosen;
}

float merged_value(std::span<const float> values, bool mean) {
  std::vector<float> ascending(values.begin(), values.end());
  std::sort(ascending.begin(), ascending.end());
  double total = 0.0;
  for (const float value : ascending) total += static_cast<double>(value);
  return static_cast<float>(mean ? total / static_cast<double>(values.size()) : total);
}

std::size_t count_duplicates(const SparseMatrix& matrix, DuplicateMerge& merge) {
  std::size_t count = 0;
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    const auto columns = matrix.row_columns(row);
    for (std::size_t i = 1; i < columns.size(); ++i) {
      if (columns[i] != columns[i - 1]) continue;
      if (count == 0) {
        merge.first_user = static_cast<std::uint32_t>(row);
        merge.first_item = columns[i];
      }
      ++count;
    }
  }
  return count;
}

}  // namespace

void RowSorter::sort(std::span<std::uint32_t> columns, std::span<float> values,
                     std::span<std::int64_t> times) {
  if (ascends_strictly(columns)) return;
  keys_.resize(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    keys_[i] = (std::uint64_t{columns[i]} << 32U) | i;
  }
  sort_keys(*std::max_element(columns.begin(), columns.end()));
  values_.assign(values.begin(), values.end());
  times_.assign(times.begin(), times.end());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto from = static_cast<std::uint32_t>(keys_[i]);
    columns[i] = static_cast<std::uint32_t>(keys_[i] >> 32U);
    values[i] = values_[from];
    if (!times.empty()) times[i] = times_[from];
  }
}

// By bytes of the column, least first, where a row is long enough to pay for the
// counting; each pass keeps the order of the one before, so equal columns stay in order.
void RowSorter::sort_keys(std::uint32_t column_max) {
  if (keys_.size() < kRadixKeysMin) {
    std::sort(keys_.begin(), keys_.end());
    return;
  }
  other_keys_.resize(keys_.size());
  for (int shift = 32; shift < 64 && (std::uint64_t{column_max} << 32U) >> shift != 0; shift += 8) {
    std::array<std::uint32_t, 257> begins{};
    for (const std::uint64_t key : keys_) ++begins[((key >> shift) & 0xFFU) + 1];
    for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
    for (const std::uint64_t key : keys_) other_keys_[begins[(key >> shift) & 0xFFU]++] = key;
    std::swap(keys_, other_keys_);
  }
}

DuplicateMerge merge_duplicate_pairs(SparseMatrix& matrix, std::vector<std::int64_t>& times,
                                     Duplicates rule) {
  DuplicateMerge merge;
  merge.duplicate_count = count_duplicates(matrix, merge);
  if (merge.duplicate_count == 0 || rule == Duplicates::error) return merge;

  const bool has_times = !times.empty();
  std::size_t out = 0;  // Never past the entry that is read.
  std::size_t in = 0;
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    const std::size_t row_end = matrix.offsets[row + 1];
    while (in < row_end) {
      std::size_t pair_end = in + 1;
      while (pair_end < row_end && matrix.columns[pair_end] == matrix.columns[in]) ++pair_end;
      const std::size_t count = pair_end - in;
      const auto pair_times =
          has_times ? std::span(times).subspan(in, count) : std::span<std::int64_t>();
      const bool first = rule == Duplicates::first;
      const std::size_t chosen = in + chosen_by_time(pair_times, count, !first);
      float value = matrix.values[chosen];
      if (count > 1 && (rule == Duplicates::sum || rule == Duplicates::mean)) {
        value = merged_value(std::span(matrix.values).subspan(in, count), rule == Duplicates::mean);
        if (!std::isfinite(value) && merge.finite) {
          merge.finite = false;
          merge.first_user = static_cast<std::uint32_t>(row);
          merge.first_item = matrix.columns[in];
        }
      }
      if (has_times) times[out] = times[chosen];
      matrix.columns[out] = matrix.columns[in];
      matrix.values[out] = value;
      ++out;
      in = pair_end;
    }
    matrix.offsets[row + 1] = out;
  }
  matrix.columns.resize(out);
  matrix.values.resize(out);
  if (has_times) times.resize(out);
  return merge;
}

std::map<float, std::size_t> count_values(std::span<const float> values) {
  // A hash table of four times the room that is needed at most, so that nearly every
  // value is where its hash says.
  constexpr std::size_t kSlotCount = 4 * kDistinctValuesMax;
  std::array<float, kSlotCount> slot_values{};
  std::array<std::size_t, kSlotCount> counts{};
  std::size_t distinct_count = 0;
  for (const float value : values) {
    std::size_t slot = (std::bit_cast<std::uint32_t>(value) * 0x9E3779B9U) >> 25U;
    while (counts[slot] != 0 && slot_values[slot] != value) slot = (slot + 1) % kSlotCount;
    if (counts[slot] == 0) {
      if (distinct_count++ == kDistinctValuesMax) return {};
      slot_values[slot] = value;
    }
    ++counts[slot];
  }
  std::map<float, std::size_t> found;
  for (std::size_t slot = 0; slot < kSlotCount; ++slot) {
    if (counts[slot] != 0) found[slot_values[slot]] = counts[slot];
  }
  return found;
}

}  // namespace kindred::data
