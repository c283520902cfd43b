#include "kindred/linalg/kernels/pull_push.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kindred/linalg/kernels/pull_push.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h, which re-includes this file once for each target.
#include "kindred/linalg/kernels/pull_push-inl.h"

#if HWY_ONCE
namespace kindred::linalg {
namespace {

HWY_EXPORT(pull_and_push);

[[maybe_unused]] const bool target_chosen = apply_simd_override();

}  // namespace

// Wellons' "lowbias32", with the second half of the key after its first multiplication.
std::uint32_t drawn_point(const PushDraws& draws, std::uint32_t pair, std::uint32_t lane) noexcept {
  std::uint32_t h =
      pair * static_cast<std::uint32_t>(kForceLanes) + lane + static_cast<std::uint32_t>(draws.key);
  h = (h ^ (h >> 16)) * 0x7feb352dU;
  h ^= static_cast<std::uint32_t>(draws.key >> 32);
  h = (h ^ (h >> 15)) * 0x846ca68bU;
  h ^= h >> 16;
  const std::uint64_t size = std::uint64_t{draws.first_size} + draws.second_size;
  const auto drawn = static_cast<std::uint32_t>((h * size) >> 32);
  return drawn < draws.first_size ? draws.first_begin + drawn
                                  : draws.second_begin + (drawn - draws.first_size);
}

void pull_and_push_plain(float* points, std::span<const PointPair> pairs, const PushDraws& draws,
                         const PullPushForces& forces, float alpha) noexcept {
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    float* const head = points + std::size_t{pairs[i].head} * 4;
    float* const tail = points + std::size_t{pairs[i].tail} * 4;
    std::array<double, 3> head_step{};
    std::array<double, 3> tail_step{};
    for (std::uint32_t lane = 0; lane < kForceLanes; ++lane) {
      const bool is_pull = lane == 0;
      const float* const other =
          points + std::size_t{is_pull ? pairs[i].tail : drawn_point(draws, i, lane)} * 4;
      std::array<double, 3> apart{};
      double squared = 0.0;
      for (std::size_t c = 0; c < 3; ++c) {
        apart[c] = double{head[c]} - other[c];
        squared += apart[c] * apart[c];
      }
      squared = std::clamp(squared, 0x1p-60, 0x1p40);
      const double power = std::pow(squared, double{forces.b});
      const double strength = (is_pull ? -2.0 * forces.a * forces.b * power / squared
                                       : forces.push / (0.001 + squared)) /
                              (1.0 + forces.a * power);
      for (std::size_t c = 0; c < 3; ++c) {
        const double step = std::clamp<double>(strength * apart[c], -kForceMax, kForceMax);
        head_step[c] += step;
        if (is_pull) tail_step[c] -= step;
      }
    }
    for (std::size_t c = 0; c < 3; ++c) {
      head[c] = static_cast<float>(head[c] + alpha * head_step[c]);
      tail[c] = static_cast<float>(tail[c] + alpha * tail_step[c]);
    }
  }
}

void pull_and_push(float* points, std::span<const PointPair> pairs, const PushDraws& draws,
                   const PullPushForces& forces, float alpha) noexcept {
  KINDRED_DCHECK(draws.first_size + draws.second_size > 0);
  KINDRED_DCHECK(draws.first_size + draws.second_size < 1U << 31);
  HWY_DYNAMIC_DISPATCH(pull_and_push)(points, pairs, draws, forces, alpha);
}

}  // namespace kindred::linalg
#endif  // HWY_ONCE
