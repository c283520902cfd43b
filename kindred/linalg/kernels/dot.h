// The score of a pair: one function with one answer on every machine.
//
// Element i goes to partial sum i mod 16, multiply then add; the sixteen partial sums
// are added pairwise in a fixed tree (0+8, 1+9, ...; then 0+4, ...; 0+2, ...; 0+1). The
// plain loop and every SIMD target do exactly this, so scores, and ties between them,
// are the same bits everywhere. Every score that Kindred reports comes from here.
//
// Thread safety: pure.

#pragma once

#include <cstdint>
#include <span>

namespace kindred::linalg {

// Requires: a.size() == b.size().
float dot(std::span<const float> a, std::span<const float> b) noexcept;

// dot(query, row) for some rows of a table without gaps: the score of row ids[i] goes to
// scores[i]. The vectors may be anywhere in memory: each is asked for ahead of its use.
// Requires: scores.size() == ids.size(), and a row of query.size() floats for every id.
void dots(std::span<const float> query, const float* table, std::span<const std::uint32_t> ids,
          std::span<float> scores) noexcept;

// dot(a, b) for |a - b|: the sum of (a_i - b_i)^2 in the same order.
float squared_distance(std::span<const float> a, std::span<const float> b) noexcept;

// The same sums written as plain loops: the oracle of those above.
float dot_plain(std::span<const float> a, std::span<const float> b) noexcept;
float squared_distance_plain(std::span<const float> a, std::span<const float> b) noexcept;

}  // namespace kindred::linalg
