// idx files: the format of MNIST and its kin, arrays of bytes of any number of axes.
//
//    2 zero bytes, 0x08 (unsigned bytes), the number of axes, each axis as a 32-bit big-endian
//    number, then the values row-major
//
// Cost: one copy. Thread safety: pure functions.
//
// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

struct IdxArray {
  std::vector<std::size_t> shape;  // At least one axis; none is 0.
  std::vector<std::uint8_t> values;
};

// Whether the bytes begin as an idx file of unsigned bytes does.
bool is_idx(std::string_view bytes) noexcept;

// Whether they begin as one of signed bytes, integers or floats does, which is not read.
bool is_idx_of_other_values(std::string_view bytes) noexcept;

// Throws Error(corrupt), naming the file, when the bytes and the header contradict each other.
IdxArray parse_idx(std::string_view bytes, const std::string& name);

}  // namespace kindred::data
