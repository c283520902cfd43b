// How many dimensions to start from: the fourth root of the vocabulary.
//
// A rule of thumb, not a law: 500,000 things suggest about 25 dimensions, to be
// searched on either side. docs/guide/quality.md shows where it lies on real data.

#pragma once

#include <cstddef>

namespace kindred::embedding {

// count^(1/4).
double fourth_root(std::size_t count) noexcept;

// The fourth root, rounded to the nearest integer up to 10 and to the nearest multiple
// of 5 above; at least 1. 500,000 -> 25.
int starting_dimensions(std::size_t count) noexcept;

// Where nobody chose: `usual`, but no more than one dimension for eight things, which a
// small vocabulary cannot fill with anything but chance; at least 8.
int default_dimensions(std::size_t count, int usual) noexcept;

}  // namespace kindred::embedding
