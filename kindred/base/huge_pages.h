// Vectors of values in huge pages, for tables that are read here and there.
//
// A table of half a million rows lies on 16,000 pages of 4 KiB: more than the processor
// keeps addresses of, so a row costs a walk through the page tables besides the miss for
// the row itself. In pages of 2 MiB it is 32. Reading rows of such a table in random order
// takes three quarters of the time (benchmarks/fit_bench, task "table").
//
// It is a wish: where the system has no huge pages, or none left, nothing else changes.
// Memory is taken as without them, up to one page more at either end.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <vector>

#include "kindred/base/memory_budget.h"

namespace kindred {

// Asks for huge pages for the whole ones within [data, data + bytes). To be of use it must be
// called before the memory is written to. Does nothing for less than a few of them.
void ask_for_huge_pages(void* data, std::size_t bytes) noexcept;

// `count` times `value`. Throws Error(out_of_memory) where process_memory() refuses.
template <typename T>
std::vector<T> huge_vector(std::size_t count, const T& value = T{}) {
  process_memory().take(count * sizeof(T), "a table of numbers");
  std::vector<T> values;
  values.reserve(count);
  ask_for_huge_pages(values.data(), count * sizeof(T));
  values.resize(count, value);
  return values;
}

}  // namespace kindred
