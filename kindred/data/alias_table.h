// Draws numbers with given weights in constant time: Walker's alias method.
//
// Every slot holds two of the numbers and a threshold between them; a draw picks a slot
// evenly and then one of its two. Building costs O(n), a draw two random words and one
// look at the table, however uneven the weights are.
//
// Thread safety: const members from any number of threads.
//
// Source: Walker, "An efficient method for generating discrete random variables with
// general distributions", ACM TOMS 1977; built as in Vose, IEEE TSE 1991.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/rng.h"

namespace kindred::data {

class AliasTable {
 public:
  AliasTable() = default;

  // Draws ids[j] with chance weights[j] / (the sum of all weights).
  // Requires: as many ids as weights, at least one and fewer than 2^32; weights >= 0 with
  // a sum above 0.
  AliasTable(std::span<const std::uint32_t> ids, std::span<const double> weights);

  bool empty() const noexcept { return slots_.empty(); }

  // Requires: !empty().
  std::uint32_t draw(Rng& rng) const noexcept {
    const std::uint64_t slot = (std::uint64_t{rng.next_u32()} * slots_.size()) >> 32U;
    return rng.next_u32() < slots_[slot].threshold ? slots_[slot].own : slots_[slot].other;
  }

 private:
  struct Slot {
    std::uint32_t threshold = 0xFFFFFFFFU;  // In units of 2^-32: the share of `own`.
    std::uint32_t own = 0;
    std::uint32_t other = 0;
  };
  std::vector<Slot> slots_;
};

}  // namespace kindred::data
