#include "kindred/linalg/kernels/target.h"

#include <hwy/highway.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace kindred::linalg {
namespace {

struct NamedTarget {
  std::string_view name;
  std::int64_t bit;
};

constexpr std::array kTargets = {
#if HWY_ARCH_X86
    NamedTarget{"avx512", HWY_AVX3},
    NamedTarget{"avx2", HWY_AVX2},
    NamedTarget{"sse4", HWY_SSE4},
#elif HWY_ARCH_ARM
    NamedTarget{"neon", HWY_NEON},
#endif
    NamedTarget{"scalar", HWY_BASELINE_SCALAR},
};

// In Highway a lower bit is a better target, and compiled targets are one bit mask.
bool available(std::int64_t bit) noexcept {
  return ((hwy::SupportedTargets() & HWY_TARGETS) & bit) != 0;
}

}  // namespace

std::string_view simd_target() noexcept {
  for (const NamedTarget& target : kTargets) {
    if (available(target.bit)) return target.name;
  }
  return "scalar";
}

std::vector<std::string_view> simd_targets() {
  std::vector<std::string_view> names;
  for (const NamedTarget& target : kTargets) {
    if (available(target.bit)) names.push_back(target.name);
  }
  return names;
}

bool force_simd_target(std::string_view name) noexcept {
  hwy::SetSupportedTargetsForTest(0);
  for (const NamedTarget& target : kTargets) {
    if (target.name != name || !available(target.bit)) continue;
    hwy::SetSupportedTargetsForTest(target.bit);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return true;
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return false;
}

bool apply_simd_override() noexcept {
  static const bool applied = [] {
    const char* name = std::getenv("KINDRED_SIMD");
    if (name != nullptr && *name != '\0' && !force_simd_target(name)) {
      const std::string_view best = simd_target();
      std::fprintf(stderr, "KINDRED_SIMD=%s is not available on this machine; using %.*s\n", name,
                   static_cast<int>(best.size()), best.data());
    }
    return true;
  }();
  return applied;
}

}  // namespace kindred::linalg
