#include "kindred/data/idx.h"

#include <fmt/format.h>

#include "kindred/base/error.h"

namespace kindred::data {
namespace {

constexpr std::size_t kAxisBytes = 4;
constexpr std::size_t kIdxPrefixBytes = 4;

std::uint8_t byte_at(std::string_view bytes, std::size_t index) noexcept {
  return static_cast<std::uint8_t>(bytes[index]);
}

}  // namespace

bool is_idx(std::string_view bytes) noexcept {
  return bytes.size() >= kIdxPrefixBytes && bytes[0] == '\0' && bytes[1] == '\0' &&
         bytes[2] == '\x08' && byte_at(bytes, 3) >= 1 && byte_at(bytes, 3) <= 4;
}

bool is_idx_of_other_values(std::string_view bytes) noexcept {
  if (bytes.size() < kIdxPrefixBytes || bytes[0] != '\0' || bytes[1] != '\0') return false;
  const std::uint8_t type = byte_at(bytes, 2);
  const bool known = type == 0x09 || (type >= 0x0B && type <= 0x0E);
  return known && byte_at(bytes, 3) >= 1 && byte_at(bytes, 3) <= 8;
}

IdxArray parse_idx(std::string_view bytes, const std::string& name) {
  if (!is_idx(bytes)) {
    throw Error(ErrorCode::corrupt, fmt::format("{}: not an idx file of unsigned bytes", name));
  }
  const std::size_t axis_count = byte_at(bytes, 3);
  const std::size_t header_bytes = kIdxPrefixBytes + kAxisBytes * axis_count;
  if (bytes.size() < header_bytes) {
    throw Error(ErrorCode::corrupt, fmt::format("{}: ends within its header", name));
  }
  IdxArray array;
  const std::size_t value_count = bytes.size() - header_bytes;
  std::size_t expected = 1;
  for (std::size_t axis = 0; axis < axis_count; ++axis) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < kAxisBytes; ++i) {
      length = 256 * length + byte_at(bytes, kIdxPrefixBytes + kAxisBytes * axis + i);
    }
    array.shape.push_back(length);
    // Stops before the product can overflow.
    if (length == 0 || expected > value_count / length) {
      throw Error(
          ErrorCode::corrupt,
          fmt::format("{}: its header asks for more values than the {} that follow, or none", name,
                      value_count));
    }
    expected *= length;
  }
  if (expected != value_count) {
    throw Error(ErrorCode::corrupt, fmt::format("{}: {} values follow its header, which says {}",
                                                name, value_count, expected));
  }
  array.values.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header_bytes), bytes.end());
  return array;
}

}  // namespace kindred::data
