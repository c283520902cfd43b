// Long vectors seen along few orthonormal directions, in which no two are farther apart.
//
// The distance of two shadows is at most that of their vectors, so only vectors whose shadows
// are near need to be measured: the search for neighbours multiplies a few numbers instead of
// many. How much that helps depends on the data: the directions are those in which a sample of
// rows varies most, and where the rest of the directions vary as much, shadows tell little
// apart.
//
// Rounding included: |shadow_i - shadow_j|^2 <= |x_i - x_j|^2 + slack (|x_i| + |x_j|)^2;
// docs/design/neighbor_graph.md has the proof, for less than 2^18 columns.
//
// Cost: 2 n d m flop for m directions, as a matrix product; n m floats.
// Thread safety: a function of its arguments; the same bytes for any number of threads.

#pragma once

#include <cstddef>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/matrix.h"

namespace kindred::search {

struct Shadow {
  Matrix rows;         // n x m; m is less than asked for where the sample has a lower rank.
  double slack = 0.0;  // In units of squared lengths.
};

// Requires: all values are finite, 0 < directions <= vectors.cols < 2^18.
Shadow shadow_of(linalg::ConstBlock vectors, std::size_t directions, ThreadPool& pool);

}  // namespace kindred::search
