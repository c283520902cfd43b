// The Cartesian product of what several keys hold in one row, folded as it is walked.
//
// The product is never stored: each combination is folded from left to right, and those
// that begin alike share the work of their beginning. The first key varies slowest. With
// fingerprints as the fold this is the hash of a crossed column:
//
//    h = hash_key;  for each value:  h = fingerprint_cat(h, value)
//
// Cost: one fold for each node of the tree of beginnings. No allocation.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kindred/features/fingerprint.h"

namespace kindred::features {

// Calls sink(state) for each combination: one value of each key, joined to `start` in the
// order of the keys by state = join(state, value). A key without values leaves nothing.
template <typename Value, typename State, typename Join, typename Sink>
void fold_product(std::span<const std::span<const Value>> keys, const State& start,
                  const Join& join, const Sink& sink) {
  if (keys.empty()) {
    sink(start);
    return;
  }
  for (const Value& value : keys.front()) {
    fold_product(keys.subspan(1), join(start, value), join, sink);
  }
}

// Calls sink(hash) for each combination of the values' fingerprints.
template <typename Sink>
void hash_product(std::span<const std::span<const std::uint64_t>> keys, std::uint64_t hash_key,
                  const Sink& sink) {
  fold_product(keys, hash_key, fingerprint_cat, sink);
}

// How many combinations there are; the largest number where it does not fit.
template <typename Value>
std::size_t product_count(std::span<const std::span<const Value>> keys) noexcept {
  std::size_t count = 1;
  for (const auto& key : keys) {
    if (__builtin_mul_overflow(count, key.size(), &count)) return static_cast<std::size_t>(-1);
  }
  return count;
}

}  // namespace kindred::features
