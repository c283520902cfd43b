// Cholesky's method in double precision, for the rare matrix that single precision
// cannot factor, and wherever plain and exact beats fast.
//
// kernels/triangle.h is the fast single-precision version; this is its fallback.
// O(n^3 / 3). Thread safety: pure.

#pragma once

#include <span>

namespace kindred::linalg {

// Solves a x = b for a symmetric positive definite a (n x n, row-major, of which the
// lower triangle is read), leaving x in b and spoiling a. False, with b spoilt too, if
// a is not positive definite or not finite.
// Requires: a.size() == b.size()^2.
bool solve_positive_definite(std::span<double> a, std::span<double> b) noexcept;

}  // namespace kindred::linalg
