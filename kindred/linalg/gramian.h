// The Gramian of a table of vectors, G = V'V, in double precision.
//
// The rows are cut into fixed blocks; each block is one single-precision product, and
// the blocks are added in double precision, in order. So the result is the same bytes
// for any number of threads, and its error does not grow with the number of rows.
// O(rows d^2), in parallel; scratch of at most 16 d^2 floats.

#pragma once

#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"

namespace kindred::linalg {

// d x d for a table of d columns, row-major, both triangles filled.
std::vector<double> gramian(MatrixView vectors, ThreadPool& pool);

}  // namespace kindred::linalg
