// The body of pull_push.h for one target; included once per target by pull_push.cc.

#if defined(KINDRED_LINALG_KERNELS_PULL_PUSH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KINDRED_LINALG_KERNELS_PULL_PUSH_INL_H_
#undef KINDRED_LINALG_KERNELS_PULL_PUSH_INL_H_
#else
#define KINDRED_LINALG_KERNELS_PULL_PUSH_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kindred/linalg/kernels/pull_push.h"

HWY_BEFORE_NAMESPACE();
namespace kindred::linalg {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using ForceTag = hn::CappedTag<float, kForceLanes>;
using Floats = hn::Vec<ForceTag>;
using IndexTag = hn::RebindToSigned<ForceTag>;
using DrawTag = hn::RebindToUnsigned<ForceTag>;

// So many vectors hold the forces of a pair.
inline constexpr std::size_t kLanes = hn::MaxLanes(ForceTag());
inline constexpr std::size_t kParts = kForceLanes / kLanes;

// x^b for x in [2^-60, 2^40]: 2^(b log2 x).
HWY_INLINE Floats power(Floats x, Floats b) {
  const ForceTag d;
  const IndexTag di;
  // x = 2^exponent (1 + t), with 1 + t from sqrt(1/2) to sqrt(2).
  const auto bits = hn::BitCast(di, x);
  const auto exponent = hn::ShiftRight<23>(hn::Sub(bits, hn::Set(di, 0x3f3504f3)));
  const auto t =
      hn::Sub(hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<23>(exponent))), hn::Set(d, 1.0F));
  // Minimax polynomials: of log2(1 + t) / t, and below of 2^t for |t| <= 1/2.
  auto log2 = hn::Set(d, -0.21153332F);
  log2 = hn::MulAdd(log2, t, hn::Set(d, 0.31982717F));
  log2 = hn::MulAdd(log2, t, hn::Set(d, -0.36585534F));
  log2 = hn::MulAdd(log2, t, hn::Set(d, 0.47967118F));
  log2 = hn::MulAdd(log2, t, hn::Set(d, -0.72122352F));
  log2 = hn::MulAdd(log2, t, hn::Set(d, 1.44270303F));
  log2 = hn::MulAdd(log2, t, hn::ConvertTo(d, exponent));

  const auto wanted = hn::Clamp(hn::Mul(log2, b), hn::Set(d, -80.0F), hn::Set(d, 80.0F));
  // Beside 1.5 x 2^23 the last bits of a float are a whole number.
  const auto beside = hn::Set(d, 12582912.0F);
  const auto shifted = hn::Add(wanted, beside);
  const auto rest = hn::Sub(wanted, hn::Sub(shifted, beside));
  auto out = hn::Set(d, 0.00968571F);
  out = hn::MulAdd(out, rest, hn::Set(d, 0.05592203F));
  out = hn::MulAdd(out, rest, hn::Set(d, 0.24021866F));
  out = hn::MulAdd(out, rest, hn::Set(d, 0.69312104F));
  out = hn::MulAdd(out, rest, hn::Set(d, 1.00000015F));
  return hn::BitCast(d, hn::Add(hn::BitCast(di, out), hn::ShiftLeft<23>(hn::BitCast(di, shifted))));
}

// The draws of a few pairs ahead, as drawn_point() has them; in the first lane is the tail.
inline constexpr std::size_t kPairsAhead = 32;

HWY_INLINE void draw(const PushDraws& draws, std::span<const PointPair> pairs, std::size_t begin,
                     std::size_t end, std::int32_t* out) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = begin * kForceLanes; i < end * kForceLanes; ++i) {
    out[i - begin * kForceLanes] =
        static_cast<std::int32_t>(drawn_point(draws, static_cast<std::uint32_t>(i / kForceLanes),
                                              static_cast<std::uint32_t>(i % kForceLanes)));
  }
#else
  const DrawTag du;
  const hn::RepartitionToWide<DrawTag> wide;
  const auto size = hn::Set(du, draws.first_size + draws.second_size);
  const auto first_size = hn::Set(du, draws.first_size);
  const auto to_first = hn::Set(du, draws.first_begin);
  const auto to_second = hn::Set(du, draws.second_begin - draws.first_size);
  const auto key = hn::Set(du, static_cast<std::uint32_t>(draws.key >> 32));
  const auto high = hn::Set(wide, 0xffffffff00000000U);
  auto number = hn::Iota(
      du, static_cast<std::uint32_t>(begin * kForceLanes) + static_cast<std::uint32_t>(draws.key));
  const auto lanes = hn::Set(du, static_cast<std::uint32_t>(kLanes));
  for (std::size_t i = 0; i < (end - begin) * kForceLanes; i += kLanes) {
    auto h = hn::Mul(hn::Xor(number, hn::ShiftRight<16>(number)), hn::Set(du, 0x7feb352dU));
    h = hn::Xor(h, key);
    h = hn::Mul(hn::Xor(h, hn::ShiftRight<15>(h)), hn::Set(du, 0x846ca68bU));
    h = hn::Xor(h, hn::ShiftRight<16>(h));
    // The upper halves of the products with the size.
    const auto even = hn::ShiftRight<32>(hn::MulEven(h, size));
    const auto odd = hn::MulEven(hn::BitCast(du, hn::ShiftRight<32>(hn::BitCast(wide, h))), size);
    const auto drawn = hn::BitCast(du, hn::Or(even, hn::And(odd, high)));
    const auto is_first = hn::Lt(drawn, first_size);
    const auto moved = hn::Add(drawn, hn::IfThenElse(is_first, to_first, to_second));
    hn::Store(hn::BitCast(IndexTag(), moved), IndexTag(), out + i);
    number = hn::Add(number, lanes);
  }
#endif
  for (std::size_t i = begin; i < end; ++i) {
    out[(i - begin) * kForceLanes] = static_cast<std::int32_t>(pairs[i].tail);
  }
}

#if HWY_TARGET != HWY_SCALAR
// One point in each block of 128 bits: those of indices[0], indices[4], ....
template <class D>
HWY_INLINE hn::Vec<D> every_fourth(D d, const float* points, const std::int32_t* indices) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return hn::LoadU(d, points + std::ptrdiff_t{indices[0]} * 4);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, every_fourth(half, points, indices + hn::Lanes(half)),
                       every_fourth(half, points, indices));
  }
}

template <class D>
HWY_INLINE auto first_block(D /*d*/, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return v;
  } else {
    const hn::Half<D> half;
    return first_block(half, hn::LowerHalf(half, v));
  }
}

template <class D>
HWY_INLINE auto sum_of_blocks(D /*d*/, hn::Vec<D> v) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return v;
  } else {
    const hn::Half<D> half;
    return sum_of_blocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}
#endif

struct Coordinates {
  Floats x;
  Floats y;
  Floats z;
};

// Faster than an instruction that gathers.
HWY_INLINE Coordinates coordinates_of(const float* points, const std::int32_t* at) {
  const ForceTag d;
#if HWY_TARGET == HWY_SCALAR
  const float* point = points + std::ptrdiff_t{*at} * 4;
  return {hn::Set(d, point[0]), hn::Set(d, point[1]), hn::Set(d, point[2])};
#else
  const auto p0 = every_fourth(d, points, at);
  const auto p1 = every_fourth(d, points, at + 1);
  const auto p2 = every_fourth(d, points, at + 2);
  const auto p3 = every_fourth(d, points, at + 3);
  const auto even_xy = hn::InterleaveLower(d, p0, p2);
  const auto odd_xy = hn::InterleaveLower(d, p1, p3);
  const auto even_z = hn::InterleaveUpper(d, p0, p2);
  const auto odd_z = hn::InterleaveUpper(d, p1, p3);
  return {hn::InterleaveLower(d, even_xy, odd_xy), hn::InterleaveUpper(d, even_xy, odd_xy),
          hn::InterleaveLower(d, even_z, odd_z)};
#endif
}

// Adds alpha times the sum of all steps to `head`, and takes alpha times the first from `tail`,
// where `has_pull`.
HWY_INLINE void move(const Coordinates& steps, float alpha, float* head, float* tail,
                     bool has_pull) {
#if HWY_TARGET == HWY_SCALAR
  const Floats* const axes[3] = {&steps.x, &steps.y, &steps.z};
  for (std::size_t c = 0; c < 3; ++c) {
    head[c] += alpha * hn::GetLane(*axes[c]);
    if (has_pull) tail[c] -= alpha * hn::GetLane(*axes[c]);
  }
#else
  const ForceTag d;
  const hn::FixedTag<float, 4> d4;
  const hn::Repartition<double, ForceTag> d64;
  const auto zero = hn::Zero(d);
  // In each block of 128 bits (x, y, z, 0) of the first lane and of the third; of the others.
  const auto lower = [&](auto first, auto second) {
    return hn::BitCast(d64, hn::InterleaveLower(d, first, second));
  };
  const auto upper = [&](auto first, auto second) {
    return hn::BitCast(d64, hn::InterleaveUpper(d, first, second));
  };
  const auto low_xy = lower(steps.x, steps.y);
  const auto low_z = lower(steps.z, zero);
  const auto high_xy = upper(steps.x, steps.y);
  const auto high_z = upper(steps.z, zero);
  const auto first = hn::BitCast(d, hn::InterleaveLower(d64, low_xy, low_z));
  const auto second = hn::BitCast(d, hn::InterleaveUpper(d64, low_xy, low_z));
  const auto third = hn::BitCast(d, hn::InterleaveLower(d64, high_xy, high_z));
  const auto fourth = hn::BitCast(d, hn::InterleaveUpper(d64, high_xy, high_z));
  const auto sums = hn::Add(hn::Add(first, second), hn::Add(third, fourth));
  const auto factor = hn::Set(d4, alpha);
  hn::StoreU(hn::MulAdd(factor, sum_of_blocks(d, sums), hn::LoadU(d4, head)), d4, head);
  if (has_pull) {
    hn::StoreU(hn::NegMulAdd(factor, first_block(d, first), hn::LoadU(d4, tail)), d4, tail);
  }
#endif
}

// One pair; its others are those at `at`.
HWY_INLINE void pull_and_push_one(float* points, const PointPair& pair, const std::int32_t* at,
                                  const PullPushForces& forces, float alpha) {
  const ForceTag d;
  const auto one = hn::Set(d, 1.0F);
  const auto a = hn::Set(d, forces.a);
  const auto b = hn::Set(d, forces.b);
  const auto pull = hn::Set(d, -2.0F * forces.a * forces.b);
  const auto push = hn::Set(d, forces.push);
  const auto force_max = hn::Set(d, kForceMax);
  const auto clamped = [&](Floats step) { return hn::Clamp(step, hn::Neg(force_max), force_max); };
  float* const head = points + std::size_t{pair.head} * 4;
  float* const tail = points + std::size_t{pair.tail} * 4;
  const Coordinates from = {hn::Set(d, head[0]), hn::Set(d, head[1]), hn::Set(d, head[2])};
  // All steps before the first is taken: a draw may be the head or the tail.
  Coordinates steps[kParts];
  for (std::size_t part = 0; part < kParts; ++part) {
    const auto is_pull = hn::FirstN(d, part == 0 ? 1 : 0);
    const Coordinates other = coordinates_of(points, at + part * kLanes);
    const auto x = hn::Sub(from.x, other.x);
    const auto y = hn::Sub(from.y, other.y);
    const auto z = hn::Sub(from.z, other.z);
    const auto squared = hn::Clamp(hn::MulAdd(z, z, hn::MulAdd(x, x, hn::Mul(y, y))),
                                   hn::Set(d, 0x1p-60F), hn::Set(d, 0x1p40F));
    const auto raised = power(squared, b);
    const auto strength = hn::IfThenElse(is_pull, hn::Mul(pull, raised), push);
    const auto softened = hn::IfThenElse(is_pull, squared, hn::Add(squared, hn::Set(d, 0.001F)));
    const auto c = hn::Div(strength, hn::Mul(softened, hn::MulAdd(a, raised, one)));
    steps[part] = {clamped(hn::Mul(c, x)), clamped(hn::Mul(c, y)), clamped(hn::Mul(c, z))};
  }
  for (std::size_t part = 0; part < kParts; ++part) {
    move(steps[part], alpha, head, tail, part == 0);
  }
}

void pull_and_push(float* points, std::span<const PointPair> pairs, const PushDraws& draws,
                   const PullPushForces& forces, float alpha) {
  HWY_ALIGN std::int32_t ahead[kPairsAhead * kForceLanes];
  for (std::size_t begin = 0; begin < pairs.size(); begin += kPairsAhead) {
    const std::size_t end = std::min(begin + kPairsAhead, pairs.size());
    draw(draws, pairs, begin, end, ahead);
    for (std::size_t i = begin; i < end; ++i) {
      pull_and_push_one(points, pairs[i], ahead + (i - begin) * kForceLanes, forces, alpha);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindred::linalg
HWY_AFTER_NAMESPACE();

#endif  // KINDRED_LINALG_KERNELS_PULL_PUSH_INL_H_
