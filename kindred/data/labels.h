// A class for each row: what is coloured, what a cluster is of, what may be wrong.
//
// Class c is called names[c]; rows that nobody has labelled have kNoLabel. A plain value.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "kindred/data/table.h"

namespace kindred::data {

inline constexpr std::uint32_t kNoLabel = std::numeric_limits<std::uint32_t>::max();

struct Labels {
  std::vector<std::uint32_t> of_row;  // Below names.size(), or kNoLabel.
  std::vector<std::string> names;

  std::size_t class_count() const noexcept { return names.size(); }
  bool operator==(const Labels&) const = default;
};

// The distinct values of a column as classes; a missing value has none. Names are sorted:
// as numbers where all of them are numbers ("2" before "10"), else byte by byte.
// `table` is where the column is from: it knows how numbers are written.
Labels labels_of(const Table& table, const Column& column);

}  // namespace kindred::data
