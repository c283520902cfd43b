// NumPy's files: .npy, one array, and .npz, several under names.
//
// Read: format versions 1 to 3; numbers of every plain type and either memory order, text as
// NumPy has it ('<U5', '|S5'), booleans as 0 and 1. Half, float and double become float32,
// float32 and float64; whole numbers become int64. Arrays of objects (pickles) are refused:
// reading them would run code. Text must not be big-endian; numbers neither.
//
// A file is hostile: sizes are checked against the bytes that are there before anything is
// allocated for them.
//
// Cost: one copy. Memory: the file and the tensor. Thread safety: pure functions.
//
// Source: "A Simple File Format for NumPy Arrays", NumPy Enhancement Proposal 1.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "kindred/base/atomic_file.h"
#include "kindred/data/batch.h"
#include "kindred/data/tensor.h"

namespace kindred::data {

// Throws Error(not_found), Error(io), Error(corrupt) for bytes that contradict the format, and
// Error(unsupported) for types that are not read.
Tensor read_npy(const std::filesystem::path& path);
Tensor parse_npy(std::string_view bytes, const std::string& name);

// The arrays of an archive as features, by the names of its members without ".npy".
// Throws as read_npy() and Batch::add() do: all arrays need the same number of rows.
Batch read_npz(const std::filesystem::path& path);

// Writes a matrix of float32 (or float64) row by row; how many rows there are is written at the
// end.
class NpyWriter {
 public:
  NpyWriter(const std::filesystem::path& path, std::size_t row_width, bool is_double = false);

  // Requires: values.size() is a multiple of row_width; floats or doubles as the file holds.
  void append(std::span<const float> values);
  void append(std::span<const double> values);

  // Makes the file appear. Requires: called once, at the end.
  void commit();

  std::size_t row_count() const noexcept { return row_count_; }

 private:
  AtomicFile file_;
  std::size_t row_width_;
  bool is_double_;
  std::size_t row_count_ = 0;
};

}  // namespace kindred::data
