// What an axis of a map means: which columns go along with it, and what lies at its ends.
//
// Numbers: Pearson's correlation of the places with the values, in [-1, 1]. Text: the
// correlation ratio, in [0, 1]: the root of the share of the places' variance that the values
// explain; only of columns with 2 to 50 distinct values.
//
// Cost: O(n x columns). Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kindred/data/table.h"

namespace kindred::insight {

struct AxisColumn {
  std::string column;
  double correlation = 0.0;  // Never negative for text.
  std::size_t rows = 0;      // That have a value.
};

// Strongest first; equal ones in the order of the table. Columns with fewer than three
// values, or that never change, are left out. Requires: places.size() == table.row_count().
std::vector<AxisColumn> axis_columns(std::span<const float> places, const data::Table& table);

struct AxisEnds {
  std::vector<std::uint32_t> low;   // The smallest places first.
  std::vector<std::uint32_t> high;  // The largest places first.
};

// The `count` rows at either end; of equal places the smaller row. NaN is at no end.
AxisEnds axis_ends(std::span<const float> places, std::size_t count);

}  // namespace kindred::insight
