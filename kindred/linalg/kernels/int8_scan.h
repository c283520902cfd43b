// Which of many short-integer vectors score high: the first pass of the exact search.
//
// An item is a vector of bytes with 128 added, a query a vector of signed bytes. Their
// products are summed as 32-bit integers, without rounding or saturation, so the sums are
// the same on every machine. No sum is ever written to memory: each starts at minus the
// score that its query asks for, and the few that end at 0 or above are reported.
//
// Items lie in panels of 64, interleaved by groups of 4 components, so that one vector
// instruction serves 16 items:
//
//     panel    | group 0                     | group 1     | ...
//     group g  | item 0: 4g 4g+1 4g+2 4g+3 | item 1: ... | ... | item 63 |   256 bytes
//
// Cost: 64 d multiply-adds a panel and query, 64 to an instruction with AVX-512 VNNI.
// Thread safety: pure.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kindred::linalg {

inline constexpr std::size_t kPanelItems = 64;
inline constexpr std::size_t kGroupComponents = 4;
inline constexpr int kItemBias = 128;  // A stored byte is the component plus this.

// Sums must stay within 32 bits: 2 products of 255 x 127 and the score asked for, by component.
inline constexpr std::size_t kInt8ComponentsMax = 16384;

// Looks at its bytes, which must outlive it.
struct Int8Panels {
  const std::uint8_t* data = nullptr;  // panel_count x groups x 64 x 4.
  std::size_t groups = 0;              // Components / 4; the last group padded with kItemBias.
  std::size_t panel_count = 0;

  std::size_t components() const noexcept { return groups * kGroupComponents; }
  std::size_t bytes() const noexcept { return panel_count * kPanelItems * components(); }
};

// Where component `component` of item `item` lies, in bytes from Int8Panels::data.
constexpr std::size_t panel_offset(std::size_t groups, std::size_t item,
                                   std::size_t component) noexcept {
  const std::size_t group = item / kPanelItems * groups + component / kGroupComponents;
  return (group * kPanelItems + item % kPanelItems) * kGroupComponents +
         component % kGroupComponents;
}

// Looks at its arrays, which must outlive it.
struct Int8Queries {
  std::span<const std::int8_t> codes;    // One query after the other, each padded with zeros.
  std::span<const std::int32_t> starts;  // One a query: what its sums start from.
};

struct Int8Hit {
  std::uint32_t query = 0;
  std::uint32_t item = 0;  // In the panels.

  bool operator==(const Int8Hit&) const = default;
  auto operator<=>(const Int8Hit&) const = default;
};

// The largest magnitude of a query's component: 127, or 63 where the processor adds pairs of
// products in 16 bits.
int int8_query_max() noexcept;

// Writes a hit for each pair with start + sum of (byte of the item) * (code of the query) >= 0
// to the front of `hits`, in any order, and returns how many there are. The byte still holds
// its bias: start from kItemBias * (sum of the codes) less.
// Requires: codes.size() == starts.size() * components(), no code beyond int8_query_max(),
// components() <= kInt8ComponentsMax, no sum beyond 32 bits, and room for every pair in `hits`.
std::size_t find_int8_hits(const Int8Panels& items, const Int8Queries& queries,
                           std::span<Int8Hit> hits) noexcept;

// The same as plain loops: the oracle of the above.
std::size_t find_int8_hits_plain(const Int8Panels& items, const Int8Queries& queries,
                                 std::span<Int8Hit> hits) noexcept;

}  // namespace kindred::linalg
