// Attributes as axes: metadata columns that span a space to look for neighbours in.
//
// Each column is standardised, (value - mean) / standard deviation, so that years and
// tickets weigh alike. A column that is the same everywhere becomes zeros. Rows in which
// one of the values is missing have no place in the space: they are zeros there and
// flagged.
//
// Cost: O(rows * columns). Thread safety: a function of its arguments alone.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "kindred/data/table.h"
#include "kindred/linalg/matrix.h"

namespace kindred::recommendation {

struct AttributeSpace {
  std::vector<std::string> columns;  // As the table calls them.
  Matrix vectors;                    // rows x columns, standardised.
  std::vector<bool> complete;        // One flag a row: whether no value is missing.
  std::size_t missing_count = 0;     // Rows that are not complete.
};

// Throws Error(invalid_argument) for a column of text or a repeated one, for no columns,
// and when no row is complete; Error(not_found) listing the columns when one is unknown.
AttributeSpace attribute_space(const data::Table& table, std::span<const std::string> names);

}  // namespace kindred::recommendation
