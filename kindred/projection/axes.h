// Axes that people choose instead of axes that are computed.
//
// A group axis points from one group's centroid to another's: how far along it a thing lies
// says which group it is more like ("man" to "woman", comedies to dramas). Raw attributes
// are axes too: audience age x tickets sold x year.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kindred/data/table.h"
#include "kindred/linalg/matrix.h"

namespace kindred::projection {

// Places on the line through the centroids of two groups of rows: 0 at the middle between
// them, and 1 and -1 at `towards` and `away`. Throws Error(invalid_argument) when a group is
// empty or names a row that is not there, or when the centroids are the same.
std::vector<float> group_axis(MatrixView vectors, std::span<const std::uint32_t> towards,
                              std::span<const std::uint32_t> away);

struct AttributeAxes {
  Matrix coordinates;              // rows x columns: (value - mean) / standard deviation.
  std::vector<double> means;       // Of each column, to label the axes with real values.
  std::vector<double> deviations;  // 1 where all values are equal.
  std::vector<bool> is_complete;   // Rows that have a value for every column; others lie at 0.
};

// One axis for each column name. Throws Error(not_found) for a name that is not there and
// Error(invalid_argument) for a column of text or without a single value.
AttributeAxes attribute_axes(const data::Table& table, const std::vector<std::string>& columns);

}  // namespace kindred::projection
