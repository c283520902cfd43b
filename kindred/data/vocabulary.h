// Labels and their row numbers: which user, movie or word is row 17, and back.
//
// Labels are kept as written, byte for byte ("007" is not "7"), in one block of bytes
// with offsets, so that half a million titles are one allocation. Rows are numbered in
// order of insertion. find() and insert() are O(label length).
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

class Vocabulary {
 public:
  Vocabulary() = default;
  // Throws Error(corrupt) when a label appears twice.
  explicit Vocabulary(std::span<const std::string> labels);

  std::size_t size() const noexcept { return offsets_.size() - 1; }

  // Requires: row < size(). The view lives until the next insert().
  std::string_view label(std::size_t row) const;

  std::optional<std::uint32_t> find(std::string_view label) const noexcept;

  // The row of `label`, which is added at the end if it is new.
  // Throws Error(invalid_argument) past 2^32 - 1 labels.
  std::uint32_t insert(std::string_view label);

  bool operator==(const Vocabulary& other) const noexcept {
    return bytes_ == other.bytes_ && offsets_ == other.offsets_;
  }

 private:
  std::size_t slot_of(std::string_view label) const noexcept;
  void grow();

  std::string bytes_;                         // All labels, one after the other.
  std::vector<std::uint64_t> offsets_ = {0};  // Label r is bytes [offsets[r], offsets[r + 1]).
  std::vector<std::uint32_t> slots_;          // Open addressing: row + 1, or 0 for a free slot.
};

}  // namespace kindred::data
