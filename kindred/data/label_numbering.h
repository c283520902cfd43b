// Numbers labels in the order in which they first appear.
//
// A Vocabulary made for speed: one for each thread that parses, kept from chunk to chunk.
// Ids of up to eight bytes, which is nearly all of them, are packed into one integer and
// compared as such; "7" and "007" still differ, since the length counts too. About 3 ns a
// label while the table fits the cache. Whole numbers that are dense enough, as most ids
// are, are looked up in an array instead.
//
// Memory: up to 100 bytes a label. Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

class LabelNumbering {
 public:
  LabelNumbering() : slots_(kFirstSlotCount) {}

  // The number of `label`, which is copied if it is new.
  std::uint32_t number(std::string_view label) {
    const std::uint64_t key = label.size() <= 8 ? pack(label) : hash(label);
    const Slot* const slots = slots_.data();
    std::size_t slot = first_slot(key, label.size());
    while (slots[slot].number != 0) {
      const Slot& taken = slots[slot];
      if (taken.key == key && taken.length == label.size() &&
          (label.size() <= 8 || this->label(taken.number - 1) == label)) {
        return taken.number - 1;
      }
      slot = (slot + 1) & (slots_.size() - 1);
    }
    return add(label, key, slot);
  }

  // number(text), faster. Requires: text is `id` in decimal, without leading zeros.
  std::uint32_t number_of_id(std::uint32_t id, std::string_view text) {
    if (id < by_id_.size() && by_id_.data()[id] != 0) return by_id_.data()[id] - 1;
    return number_of_new_id(id, text);
  }

  std::size_t size() const noexcept { return ends_.size(); }

  // Requires: number < size(). The view lives until the next new label.
  std::string_view label(std::size_t number) const noexcept {
    const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
    return std::string_view(bytes_).substr(begin, ends_[number] - begin);
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t length = 0;  // Of the label; distinct lengths below 2^32.
    std::uint32_t number = 0;  // Plus one; 0 where the slot is free.
  };
  static constexpr std::size_t kFirstSlotCount = 1024;

  // Distinct for distinct labels of one length up to 8.
  static std::uint64_t pack(std::string_view label) noexcept {
    const std::size_t length = label.size();
    if (length >= 4) {
      std::uint32_t first = 0;
      std::uint32_t last = 0;
      std::memcpy(&first, label.data(), 4);
      std::memcpy(&last, label.data() + length - 4, 4);
      return (std::uint64_t{last} << 32U) | first;
    }
    std::uint64_t key = 0;
    for (const char byte : label) key = (key << 8U) | static_cast<unsigned char>(byte);
    return key;
  }
  static std::uint64_t hash(std::string_view label) noexcept;

  std::size_t first_slot(std::uint64_t key, std::size_t length) const noexcept {
    // Fibonacci hashing twice over, so that both halves of the key reach the low bits.
    std::uint64_t mixed = (key ^ length) * 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 32U)) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(mixed >> 32U) & (slots_.size() - 1);
  }
  std::uint32_t add(std::string_view label, std::uint64_t key, std::size_t slot);
  std::uint32_t number_of_new_id(std::uint32_t id, std::string_view text);
  void grow();

  std::vector<Slot> slots_;
  std::string bytes_;                 // All labels, one after the other,
  std::vector<std::uint64_t> ends_;   // and where each ends.
  std::vector<std::uint32_t> by_id_;  // Number plus one of the label that is this integer.
};

}  // namespace kindred::data
