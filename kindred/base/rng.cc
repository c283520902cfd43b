#include "kindred/base/rng.h"

#include <cmath>
#include <numbers>

#include "kindred/base/check.h"

namespace kindred {
namespace {

// Multipliers and key increments of Philox 4x32, from the paper's table.
constexpr std::uint32_t kMultiplier0 = 0xD2511F53U;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57U;
constexpr std::uint32_t kKeyIncrement0 = 0x9E3779B9U;
constexpr std::uint32_t kKeyIncrement1 = 0xBB67AE85U;
constexpr int kRounds = 10;

}  // namespace

void Rng::refill() noexcept {
  std::array<std::uint32_t, 4> x = {block_++, stream_, static_cast<std::uint32_t>(row_),
                                    static_cast<std::uint32_t>(row_ >> 32U)};
  auto key0 = static_cast<std::uint32_t>(seed_);
  auto key1 = static_cast<std::uint32_t>(seed_ >> 32U);
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{kMultiplier0} * x[0];
    const std::uint64_t p1 = std::uint64_t{kMultiplier1} * x[2];
    x = {static_cast<std::uint32_t>(p1 >> 32U) ^ x[1] ^ key0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32U) ^ x[3] ^ key1, static_cast<std::uint32_t>(p0)};
    key0 += kKeyIncrement0;
    key1 += kKeyIncrement1;
  }
  words_ = x;
  used_ = 0;
}

std::uint32_t Rng::next_u32() noexcept {
  if (used_ == words_.size()) refill();
  return words_[used_++];
}

std::uint64_t Rng::next_u64() noexcept {
  const std::uint64_t low = next_u32();
  return low | (std::uint64_t{next_u32()} << 32U);
}

double Rng::uniform() noexcept { return static_cast<double>(next_u64() >> 11U) * 0x1.0p-53; }

std::uint64_t Rng::below(std::uint64_t count) noexcept {
  KINDRED_DCHECK(count > 0);
  // Values past the last whole multiple of count would favour the small results.
  const std::uint64_t rejected = (0 - count) % count;
  std::uint64_t value = next_u64();
  while (value < rejected) value = next_u64();
  return value % count;
}

double Rng::normal() noexcept {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_normal_ = true;
  return radius * std::cos(angle);
}

}  // namespace kindred
