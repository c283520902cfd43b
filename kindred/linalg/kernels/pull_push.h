// A pull and the pushes that follow it, over and over: the inner loop of UMAP.
//
// For each pair (head, tail), one pair after the other, the two move towards each other, and
// kPushes points that are drawn at random push the head away; all from where the points are
// at that moment. With d the distance and f = 1 / (1 + a d^2b), a point at y moves because of
// another at z by alpha c (y - z), where
//
//   c = -2 a b d^(2b - 2) f      for a pull (the tail moves by as much the other way),
//   c = push f / (0.001 + d^2)   for a push,
//
// and c (y - z) is kept within kForceMax in each coordinate. One vector holds the forces of a
// pair, so that a pair costs little more than one force.
//
// d^2b is computed from polynomials, off by less than 2e-5 of its value; d^2 is taken to be
// within 2^-60 and 2^40, d^2b within 2^-80 and 2^80.
//
// Results may differ between SIMD targets in the last bits, never between runs.
// Thread safety: calls at the same time must not share points.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindred::linalg {

inline constexpr std::size_t kForceLanes = 16;
inline constexpr std::size_t kPushes = kForceLanes - 1;  // The first lane is the pull.
inline constexpr float kForceMax = 4.0F;                 // Before alpha.

struct PointPair {
  std::uint32_t head;
  std::uint32_t tail;
};

// Where pushes come from: any of two ranges of points, each point as likely as another.
// Requires: together they have at least one point and less than 2^31.
struct PushDraws {
  std::uint32_t first_begin = 0;
  std::uint32_t first_size = 0;
  std::uint32_t second_begin = 0;
  std::uint32_t second_size = 0;  // May be 0.
  std::uint64_t key = 0;          // Other keys, other draws.
};

struct PullPushForces {
  float a = 1.0F;
  float b = 1.0F;
  float push = 1.0F;
};

// `points` holds four numbers for each: x, y, z (0 everywhere in two dimensions) and 0.
// Requires: head and tail of a pair differ.
void pull_and_push(float* points, std::span<const PointPair> pairs, const PushDraws& draws,
                   const PullPushForces& forces, float alpha) noexcept;

// The same as a plain loop in double precision: the oracle of the above.
void pull_and_push_plain(float* points, std::span<const PointPair> pairs, const PushDraws& draws,
                         const PullPushForces& forces, float alpha) noexcept;

// The point that is drawn for lane `lane` (from 1 on) of pair number `pair`.
std::uint32_t drawn_point(const PushDraws& draws, std::uint32_t pair, std::uint32_t lane) noexcept;

}  // namespace kindred::linalg
