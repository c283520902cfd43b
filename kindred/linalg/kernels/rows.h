// Sums over rows of floats: the inner loops of networks and of tables of embeddings.
//
// Each function reads its arguments once and is as fast as memory. Element j of a result
// depends on element j of the arguments alone, added in the order of the rows, so results
// do not depend on how many elements a vector register holds; a target with fused
// multiply-add may round differently from one without.
//
// Thread safety: pure, apart from the spans written to.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kindred/linalg/matrix.h"

namespace kindred::linalg {

// sum += x. Requires: equal sizes.
void add(std::span<float> sum, std::span<const float> x) noexcept;

// sum += factor * x. Requires: equal sizes.
void add_scaled(std::span<float> sum, float factor, std::span<const float> x) noexcept;

// sum += all rows of x. Requires: sum.size() == x.cols.
void add_rows(std::span<float> sum, MatrixView x) noexcept;

// Row i of out = row ids[i] of x, which are asked for some rows early: x may be larger than
// caches are. Requires: ids below x.rows; out.size() == ids.size() * x.cols.
void gather_rows(MatrixView x, std::span<const std::int64_t> ids, std::span<float> out) noexcept;

// max(x, 0); NaN stays NaN. Requires: equal sizes; out may be x.
void relu(std::span<const float> x, std::span<float> out) noexcept;

// out = g where y > 0, else 0. Requires: equal sizes; out may be g.
void relu_gradient(std::span<const float> y, std::span<const float> g,
                   std::span<float> out) noexcept;

// The same as plain loops: the oracles of the above.
void add_scaled_plain(std::span<float> sum, float factor, std::span<const float> x) noexcept;
void relu_plain(std::span<const float> x, std::span<float> out) noexcept;
void relu_gradient_plain(std::span<const float> y, std::span<const float> g,
                         std::span<float> out) noexcept;

}  // namespace kindred::linalg
