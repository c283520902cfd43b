// Sobol points: a sequence that fills the unit cube evenly, however long it gets.
//
// Of the first 2^k points exactly one lies in each of the 2^k equal slices of every
// axis. Axis j has direction numbers from a primitive polynomial of its own; a point is
// the exclusive or of those whose bit is set in its number. The seed moves all points by
// one shift of their bits, which keeps the slices.
//
// Cost: O(axes x 32). Thread safety: pure function.
//
// Sources: Sobol, USSR Computational Mathematics 7(4), 1967; direction numbers of Joe and
// Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J.
// Sci. Comput. 30, 2008; the random shift of bits after Owen, 1995.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kindred::tuning {

// Axes beyond these are random, keyed by the number of the point.
inline constexpr std::size_t kSobolAxes = 21;

// Point `number`, from 0, in [0, 1)^axes.
std::vector<double> sobol_point(std::size_t number, std::size_t axes, std::uint64_t seed);

// The same without the shift: point 0 is the origin, point 1 the middle.
std::vector<double> plain_sobol_point(std::size_t number, std::size_t axes);

}  // namespace kindred::tuning
