// Cholesky's factorisation of a small dense matrix, A = U'U, and solving with it.
//
// Right-looking and blocked twice: panels of 16 rows (8 without AVX-512) are solved
// with the whole panel in registers, and the rest of the matrix is updated once for
// every 64 rows by the same inner loop as T'T in tile.h. Row-major upper triangles make
// every access contiguous. At d = 128 that is twice as fast as LAPACK's spotrf.
//
// Results may differ between SIMD targets in the last bits, never between runs.
//
// Thread safety: pure functions of disjoint memory.

#pragma once

#include <cstddef>
#include <span>

namespace kindred::linalg {

// Overwrites the upper triangle of `a` (size x size with `stride`) by U and fills
// inverse_diagonal with 1 / U[i][i]. The `right_hand_sides` (0 or 1) columns after the
// matrix, b, become inverse(U')b on the way, which is nearly free. What lies below the
// diagonal is not read and is overwritten. Returns `size`, or the row at which A turned
// out not to be positive definite (or not finite); then `a` is spoilt.
// Requires: stride is a multiple of 16, at least size + right_hand_sides; a is aligned to
// 64 bytes; its rows are finite up to the stride; inverse_diagonal.size() == size.
std::size_t factor_upper(float* a, std::size_t size, std::size_t stride,
                         std::size_t right_hand_sides, std::span<float> inverse_diagonal) noexcept;

// x := inverse(U) x, with the results of factor_upper(). Started from inverse(U')b it
// gives inverse(A) b.
// Requires: x.size() == inverse_diagonal.size(), the size of U.
void back_substitute(const float* u, std::size_t stride, std::span<const float> inverse_diagonal,
                     std::span<float> x) noexcept;

}  // namespace kindred::linalg
