// XXH3-64: the checksum of every tensor and header that Kindred writes.
//
// Finds every accidental change with a chance of 1 - 2^-64, at memory speed. It is no
// protection against someone who changes the bytes and the checksum together; what is
// read is therefore validated as well.
//
// Source: Yann Collet, xxHash, XXH3_64bits with seed 0.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace kindred::storage {

// The checksum of bytes that come in pieces; the pieces' boundaries do not matter.
class Checksum {
 public:
  Checksum();
  ~Checksum();
  Checksum(Checksum&&) noexcept;

  void update(std::span<const std::byte> bytes) noexcept;
  std::uint64_t value() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::uint64_t checksum(std::span<const std::byte> bytes) noexcept;

// Sixteen lower-case hexadecimal digits.
std::string to_hex(std::uint64_t checksum);

}  // namespace kindred::storage
