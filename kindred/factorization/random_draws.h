// Random draws beyond the normal: what a Gibbs sampler asks for.
//
// Every draw takes an Rng of its own key (base/rng.h), so draws do not depend on the
// number of threads.
//
// Thread safety: functions of their arguments alone.
//
// Sources: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000;
// Bartlett's decomposition of the Wishart distribution, 1933.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kindred/base/rng.h"

namespace kindred::factorization {

// Gamma with this shape and scale 1. Requires: shape > 0.
double draw_gamma(Rng& rng, double shape) noexcept;

// The precision given `residual_squares`, the sum of `count` squared residuals, and a
// weak Gamma(1, 1) prior.
double draw_precision(Rng& rng, std::size_t count, double residual_squares) noexcept;

// A Wishart matrix with `degrees` degrees of freedom whose scale is the inverse of
// `scale_inverse` (size x size, row-major, symmetric positive definite).
// Throws Error(invalid_argument) if it is not. Requires: degrees > size - 1.
std::vector<double> draw_wishart(Rng& rng, double degrees, std::span<const double> scale_inverse,
                                 std::size_t size);

}  // namespace kindred::factorization
