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
  bool byte_products = false;  // Needs AVX-512 VNNI beside the target of Highway.
};

constexpr std::array kTargets = {
#if HWY_ARCH_X86
    NamedTarget{"avx512vnni", HWY_AVX3, true},
    NamedTarget{"avx512", HWY_AVX3},
    NamedTarget{"avx2", HWY_AVX2},
    NamedTarget{"sse4", HWY_SSE4},
#elif HWY_ARCH_ARM
    NamedTarget{"neon", HWY_NEON},
#endif
    NamedTarget{"scalar", HWY_BASELINE_SCALAR},
};

bool processor_has_byte_products() noexcept {
#if HWY_ARCH_X86
  return __builtin_cpu_supports("avx512vnni");
#else
  return false;
#endif
}

// Of the target in use, where it is not to be the best one of the machine.
bool byte_products_hidden = false;

// In Highway a lower bit is a better target, and compiled targets are one bit mask.
bool available(const NamedTarget& target) noexcept {
  return ((hwy::SupportedTargets() & HWY_TARGETS) & target.bit) != 0 &&
         (!target.byte_products || simd_has_byte_products());
}

}  // namespace

bool simd_has_byte_products() noexcept {
  return !byte_products_hidden && processor_has_byte_products();
}

std::string_view simd_target() noexcept {
  for (const NamedTarget& target : kTargets) {
    if (available(target)) return target.name;
  }
  return "scalar";
}

std::vector<std::string_view> simd_targets() {
  std::vector<std::string_view> names;
  for (const NamedTarget& target : kTargets) {
    if (available(target)) names.push_back(target.name);
  }
  return names;
}

bool force_simd_target(std::string_view name) noexcept {
  hwy::SetSupportedTargetsForTest(0);
  byte_products_hidden = false;
  bool found = false;
  for (const NamedTarget& target : kTargets) {
    if (target.name != name || !available(target)) continue;
    hwy::SetSupportedTargetsForTest(target.bit);
    byte_products_hidden = !target.byte_products;
    found = true;
    break;
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return found;
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
