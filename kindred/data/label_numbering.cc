#include "kindred/data/label_numbering.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace kindred::data {

std::uint64_t LabelNumbering::hash(std::string_view label) noexcept {
  return std::hash<std::string_view>{}(label);
}

std::uint32_t LabelNumbering::add(std::string_view label, std::uint64_t key, std::size_t slot) {
  const auto number = static_cast<std::uint32_t>(ends_.size());
  bytes_.append(label);
  ends_.push_back(bytes_.size());
  slots_[slot] = {
      .key = key, .length = static_cast<std::uint32_t>(label.size()), .number = number + 1};
  // At most half full, so that probes stay short.
  if (2 * ends_.size() > slots_.size()) grow();
  return number;
}

std::uint32_t LabelNumbering::number_of_new_id(std::uint32_t id, std::string_view text) {
  // The array may be sixteen times as long as what is in it: 64 bytes a label.
  constexpr std::size_t kIdsPerLabelMax = 16;
  constexpr std::size_t kIdsMin = std::size_t{1} << 16U;
  const std::uint32_t found = number(text);
  const std::size_t limit = kIdsMin + kIdsPerLabelMax * size();
  if (id >= limit) return found;
  if (id >= by_id_.size()) by_id_.resize(std::min(limit, std::size_t{id} + id / 2 + 1));
  by_id_[id] = found + 1;
  return found;
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
