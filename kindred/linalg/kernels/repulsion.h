// The push of many bodies on one point under Student's t: the inner loop of t-SNE.
//
// With w = 1 / (1 + |p - b|^2) a body b of mass m pushes the point p by m w^2 (p - b) and
// adds m w to the normaliser. Bodies are points of mass 1, or far groups of points taken as
// one. A few hundred of them at a time are read as four arrays, one for each coordinate and
// one of masses.
//
// Results may differ between SIMD targets in the last bits, never between runs.
// Thread safety: pure.

#pragma once

#include <array>
#include <cstddef>

namespace kindred::linalg {

// Not owned. Requires: count is a multiple of kTileLanes (aligned_buffer.h); what pads has
// mass 0 and finite coordinates. In two dimensions z is null.
struct Bodies {
  const float* x = nullptr;
  const float* y = nullptr;
  const float* z = nullptr;
  const float* mass = nullptr;
  std::size_t count = 0;
};

struct Repulsion {
  std::array<float, 3> push{};  // Sum of m w^2 (p - b); the third is 0 in two dimensions.
  float normaliser = 0.0F;      // Sum of m w.
};

// `point` has three coordinates; in two dimensions the third is not read.
Repulsion student_repulsion(const std::array<float, 3>& point, const Bodies& bodies) noexcept;

// The same as a plain loop in double precision: the oracle of the above.
Repulsion student_repulsion_plain(const std::array<float, 3>& point, const Bodies& bodies) noexcept;

}  // namespace kindred::linalg
