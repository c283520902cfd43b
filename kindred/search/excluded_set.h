// The ids that one query never gets: a sorted list behind a filter that nearly always answers.
//
// A search asks of every pair that might enter the best k whether it is excluded, and nearly
// none is. A bit for each of 256 hash values says no at once in most cases; only the others
// look into the list. With more than kFilteredMax ids the filter would be full and is not used.
//
// Cost: O(ids) to make, O(1) or O(log ids) to ask. Thread safety: a value; const members only.

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kindred::search {

class ExcludedSet {
 public:
  ExcludedSet() = default;
  // Looks at `ids`, which ascend and must outlive *this.
  explicit ExcludedSet(std::span<const std::uint32_t> ids) : ids_(ids) {
    if (ids.size() > kFilteredMax) {
      bits_.fill(~std::uint64_t{0});
    } else {
      for (const std::uint32_t id : ids) bits_[word(id)] |= bit(id);
    }
  }

  bool contains(std::uint32_t id) const {
    return (bits_[word(id)] & bit(id)) != 0 && std::binary_search(ids_.begin(), ids_.end(), id);
  }

 private:
  static constexpr std::size_t kFilteredMax = 192;

  // The upper 8 bits of a multiplicative hash: 2 for the word, 6 for the bit.
  static std::uint32_t hash(std::uint32_t id) { return id * 0x9E3779B1U; }
  static std::size_t word(std::uint32_t id) { return hash(id) >> 30U; }
  static std::uint64_t bit(std::uint32_t id) { return std::uint64_t{1} << (hash(id) >> 24U & 63U); }

  std::span<const std::uint32_t> ids_;
  std::array<std::uint64_t, 4> bits_{};
};

}  // namespace kindred::search
