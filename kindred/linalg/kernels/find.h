// The first number that is large enough: the inner loop of a threshold scan.
//
// A top-k search compares millions of scores with a threshold that nearly none of them
// reach. This finds the next one that does, at the speed of reading memory.
//
// Thread safety: pure.

#pragma once

#include <cstddef>
#include <span>

namespace kindred::linalg {

// The smallest index >= begin with values[index] >= threshold, or values.size().
// NaN reaches no threshold, and nothing reaches NaN. Requires: begin <= values.size().
std::size_t find_at_least(std::span<const float> values, float threshold,
                          std::size_t begin) noexcept;

// As above, with a threshold for each value: values[index] >= limits[index] + shift.
// Requires: equal sizes.
std::size_t find_at_least(std::span<const float> values, std::span<const float> limits, float shift,
                          std::size_t begin) noexcept;

// The same as plain loops: the oracles of the above.
std::size_t find_at_least_plain(std::span<const float> values, float threshold,
                                std::size_t begin) noexcept;
std::size_t find_at_least_plain(std::span<const float> values, std::span<const float> limits,
                                float shift, std::size_t begin) noexcept;

}  // namespace kindred::linalg
