#include "kindred/tuning/sobol.h"

#include <algorithm>
#include <array>

#include "kindred/base/check.h"
#include "kindred/base/rng.h"

namespace kindred::tuning {
namespace {

constexpr int kBits = 32;
constexpr std::uint32_t kShiftStream = 0x74756E32;
constexpr std::uint32_t kBeyondStream = 0x74756E33;

using Directions = std::array<std::uint32_t, kBits>;

// A primitive polynomial of degree s, its inner coefficients as bits of a, and the first s
// direction numbers m, odd and m_i < 2^i. Axis 0 has none: it is van der Corput's sequence.
struct Axis {
  unsigned degree;
  std::uint32_t coefficients;
  std::array<std::uint32_t, 7> first;
};

constexpr std::array<Axis, kSobolAxes - 1> kAxes = {{
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 3, 1}},
    {3, 2, {1, 1, 1}},
    {4, 1, {1, 1, 3, 3}},
    {4, 4, {1, 3, 5, 13}},
    {5, 2, {1, 1, 5, 5, 17}},
    {5, 4, {1, 1, 5, 5, 5}},
    {5, 7, {1, 1, 7, 11, 19}},
    {5, 11, {1, 1, 5, 1, 1}},
    {5, 13, {1, 1, 1, 3, 11}},
    {5, 14, {1, 3, 5, 5, 31}},
    {6, 1, {1, 3, 3, 9, 7, 49}},
    {6, 13, {1, 1, 1, 15, 21, 21}},
    {6, 16, {1, 3, 1, 13, 27, 49}},
    {6, 19, {1, 1, 1, 15, 7, 5}},
    {6, 22, {1, 3, 1, 15, 13, 25}},
    {6, 25, {1, 1, 5, 5, 19, 61}},
    {7, 1, {1, 3, 7, 11, 23, 15, 103}},
    {7, 4, {1, 3, 7, 13, 13, 15, 69}},
}};

Directions directions_of(std::size_t axis) {
  Directions v{};
  if (axis == 0) {
    for (int i = 0; i < kBits; ++i) v[static_cast<std::size_t>(i)] = 1U << (kBits - 1 - i);
    return v;
  }
  const Axis& rule = kAxes[axis - 1];
  const std::size_t s = rule.degree;
  for (std::size_t i = 0; i < kBits; ++i) {
    if (i < s) {
      v[i] = rule.first[i] << (kBits - 1 - static_cast<int>(i));
      continue;
    }
    v[i] = v[i - s] ^ (v[i - s] >> s);
    for (std::size_t k = 1; k < s; ++k) {
      if (((rule.coefficients >> (s - 1 - k)) & 1U) != 0) v[i] ^= v[i - k];
    }
  }
  return v;
}

// The points in Gray code order: the same sets of 2^k as in plain order.
std::uint32_t bits_of(std::size_t number, std::size_t axis) {
  const Directions v = directions_of(axis);
  const std::size_t gray = number ^ (number >> 1U);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < kBits; ++i) {
    if (((gray >> i) & 1U) != 0) bits ^= v[i];
  }
  return bits;
}

std::vector<double> point(std::size_t number, std::size_t axes, const std::uint64_t* seed) {
  KINDRED_CHECK(number < (std::size_t{1} << kBits));
  std::vector<double> out(axes);
  const std::size_t regular = std::min(axes, kSobolAxes);
  for (std::size_t axis = 0; axis < regular; ++axis) {
    std::uint32_t bits = bits_of(number, axis);
    if (seed != nullptr) bits ^= Rng(*seed, kShiftStream, axis).next_u32();
    out[axis] = static_cast<double>(bits) * 0x1.0p-32;
  }
  Rng beyond(seed == nullptr ? 0 : *seed, kBeyondStream, number);
  for (std::size_t axis = regular; axis < axes; ++axis) out[axis] = beyond.uniform();
  return out;
}

}  // namespace

std::vector<double> sobol_point(std::size_t number, std::size_t axes, std::uint64_t seed) {
  return point(number, axes, &seed);
}

std::vector<double> plain_sobol_point(std::size_t number, std::size_t axes) {
  return point(number, axes, nullptr);
}

}  // namespace kindred::tuning
