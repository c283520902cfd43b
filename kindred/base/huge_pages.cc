#include "kindred/base/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace kindred {
namespace {

constexpr std::uintptr_t kHugePage = std::uintptr_t{1} << 21U;

}  // namespace

void ask_for_huge_pages(void* data, std::size_t bytes) noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  const std::uintptr_t first = (begin + kHugePage - 1) / kHugePage * kHugePage;
  const std::uintptr_t end = (begin + bytes) / kHugePage * kHugePage;
  if (end <= first + kHugePage) return;
  // A refusal leaves small pages: slower and as right.
  (void)madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
}

}  // namespace kindred
