// One way to read a text, with what speaks for it: what dialect_recognition.h weighs.
//
// Thread safety: pure functions and plain values.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/data/dialect_recognition.h"

namespace kindred::data {

struct DialectReading {
  Sample sample;
  std::vector<std::vector<bool>> quoted;  // By record and field: whether it stood in quotes.
  std::size_t misquoted = 0;              // Records whose quotes stand where none may.
  std::size_t literal_quotes = 0;         // Those of them that could be read all the same.
  std::size_t one_field = 0;              // Records of one field.

  std::size_t record_count() const noexcept { return sample.records.size(); }
  // Of at least two fields, as most records; else the record says nothing.
  bool is_even(std::size_t record) const noexcept {
    return sample.records[record].size() == sample.field_count && sample.field_count >= 2;
  }
};

// At most this many records are looked at.
inline constexpr std::size_t kSampleRecords = 400;

DialectReading read_dialect(const Dialect& dialect, std::string_view head, bool head_is_all);

// Of the even records, how many hold the other separator in a place that nothing explains.
std::size_t unexplained(const DialectReading& reading, const std::string& other);

// How many columns hold numbers or times, but for the first record.
std::size_t typed_columns(const DialectReading& reading);

// Whether every field border of the even records has a space beside it.
bool is_padded(const DialectReading& reading);

}  // namespace kindred::data
