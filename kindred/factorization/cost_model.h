// Which exact solve is faster for a row: a model of their times.
//
// The model counts each solve's floating-point operations by kind and multiplies them
// by what the kernels were measured to take (cost_model.cc says where and how). Only
// ratios matter, and near the crossing both cost the same, so one set of constants
// serves every machine: the choice may never depend on a clock, or equal seeds would
// not give equal bytes.
//
// Thread safety: pure.

#pragma once

#include <cstddef>

#include "kindred/factorization/ials.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

// Nanoseconds for one row of n positives in d dimensions.
double primal_cost(std::size_t positive_count, std::size_t dimensions) noexcept;
double dual_cost(std::size_t positive_count, std::size_t dimensions) noexcept;

// Nanoseconds, once a half-epoch, to find the eigenbasis and rotate N vectors into it.
double eigenbasis_cost(std::size_t fixed_count, std::size_t dimensions) noexcept;

// Whether a row takes the dual solve, given that the eigenbasis exists.
bool prefers_dual(std::size_t positive_count, std::size_t dimensions, IalsSolver solver) noexcept;

// Whether a half-epoch over these rows gains more from the dual solve than the
// eigenbasis costs.
bool eigenbasis_pays(const SparseMatrix& rows, std::size_t dimensions, IalsSolver solver) noexcept;

}  // namespace kindred::factorization
