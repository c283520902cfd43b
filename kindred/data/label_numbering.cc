#include "kindred/data/label_numbering.h"

#include <functional>
#include <utility>

namespace kindred::data {

std::uint64_t LabelNumbering::hash(std::string_view label) noexcept {
  return std::hash<std::string_view>{}(label);
}

std::uint32_t LabelNumbering::add(std::string_view label, std::uint64_t key, std::size_t slot) {
  const auto number = static_cast<std::uint32_t>(labels_.size());
  labels_.push_back(label);
  slots_[slot] = {
      .key = key, .length = static_cast<std::uint32_t>(label.size()), .number = number + 1};
  // At most half full, so that probes stay short.
  if (2 * labels_.size() > slots_.size()) grow();
  return number;
}

void LabelNumbering::grow() {
  std::vector<Slot> old(2 * slots_.size());
  std::swap(old, slots_);
  for (const Slot& taken : old) {
    if (taken.number == 0) continue;
    std::size_t slot = first_slot(taken.key, taken.length);
    while (slots_[slot].number != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = taken;
  }
}

}  // namespace kindred::data
