#include "kindred/data/vocabulary.h"

#include <fmt/format.h>

#include <functional>
#include <limits>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::data {
namespace {

constexpr std::size_t kFirstSlotCount = 16;

}  // namespace

Vocabulary::Vocabulary(std::span<const std::string> labels) {
  for (const std::string& label : labels) {
    const std::size_t before = size();
    if (insert(label) != before) {
      throw Error(ErrorCode::corrupt, fmt::format("label '{}' appears twice", label));
    }
  }
}

std::string_view Vocabulary::label(std::size_t row) const {
  KINDRED_CHECK(row < size());
  return std::string_view(bytes_).substr(offsets_[row], offsets_[row + 1] - offsets_[row]);
}

std::optional<std::uint32_t> Vocabulary::find(std::string_view label) const noexcept {
  if (slots_.empty()) return std::nullopt;
  const std::uint32_t entry = slots_[slot_of(label)];
  if (entry == 0) return std::nullopt;
  return entry - 1;
}

std::uint32_t Vocabulary::insert(std::string_view label) {
  // At most two thirds full, so that probes stay short.
  if (3 * (size() + 1) > 2 * slots_.size()) grow();
  const std::size_t slot = slot_of(label);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  if (size() >= std::numeric_limits<std::uint32_t>::max() - 1) {
    throw Error(ErrorCode::invalid_argument, "more than 4294967294 distinct labels");
  }
  const auto row = static_cast<std::uint32_t>(size());
  bytes_.append(label);
  offsets_.push_back(bytes_.size());
  slots_[slot] = row + 1;
  return row;
}

// The slot that holds `label`, or the free one where it belongs.
std::size_t Vocabulary::slot_of(std::string_view wanted) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(wanted)&mask;
  const auto is_wanted = [&](std::size_t row) {
    const std::size_t begin = offsets_[row];
    return std::string_view(bytes_.data() + begin, offsets_[row + 1] - begin) == wanted;
  };
  while (slots_[slot] != 0 && !is_wanted(slots_[slot] - 1)) slot = (slot + 1) & mask;
  return slot;
}

void Vocabulary::grow() {
  slots_.assign(slots_.empty() ? kFirstSlotCount : 2 * slots_.size(), 0);
  for (std::size_t row = 0; row < size(); ++row) {
    slots_[slot_of(label(row))] = static_cast<std::uint32_t>(row) + 1;
  }
}

}  // namespace kindred::data
