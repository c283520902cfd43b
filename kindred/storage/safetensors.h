// The safetensors format: named tensors in one file, readable without Kindred.
//
//    8 bytes   length of the header, little-endian
//    header    JSON: {"__metadata__": {text: text}, NAME: {"dtype", "shape", "data_offsets"}}
//    data      the tensors, one after the other without holes
//
// A file is hostile until proven otherwise. Before any tensor is read or any memory is
// taken for one, the header is checked: its length, the JSON, every type and shape
// (products without overflow), offsets that cover the data exactly, without overlap,
// gap or trailing bytes. Headers are limited to 16 MiB, well above any real one.
//
// Files are read, never mapped: a file that shrinks while it is read gives an error and
// not a signal. See docs/format/container.md.
//
// Cost: opening reads the header alone. Thread safety: const members from any number of
// threads.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kindred::storage {

// Tensors hold these; the names are those of the format.
enum class DataType { BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64 };

std::string_view name(DataType type) noexcept;
std::size_t item_bytes(DataType type) noexcept;

struct TensorInfo {
  std::string name;
  DataType type = DataType::U8;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;       // From the start of the data.
  std::uint64_t byte_count = 0;  // The product of the shape times the item size.

  bool operator==(const TensorInfo&) const = default;
};

struct SafetensorsHeader {
  std::vector<std::pair<std::string, std::string>> metadata;  // In the order of the file.
  std::vector<TensorInfo> tensors;                            // By ascending offset.

  // The text of that key, or null.
  const std::string* find_metadata(std::string_view key) const noexcept;
};

// Reads the JSON of a header for `data_bytes` bytes of data.
// Throws Error(corrupt) saying what is wrong, or Error(unsupported) for a type unknown here.
SafetensorsHeader parse_header(std::string_view text, std::uint64_t data_bytes);

// The JSON of a header, padded with spaces so that the data begin at a multiple of 8.
// Requires: tensors whose offsets are in order and without holes.
std::string print_header(const SafetensorsHeader& header);

class SafetensorsFile {
 public:
  // Opens and checks as said above. Throws Error(not_found), Error(io), Error(corrupt)
  // or Error(unsupported). Messages do not name the file: see named_errors.h.
  explicit SafetensorsFile(const std::filesystem::path& path);
  ~SafetensorsFile();
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;

  const SafetensorsHeader& header() const noexcept { return header_; }
  const std::string& header_text() const noexcept { return header_text_; }
  std::uint64_t byte_count() const noexcept { return byte_count_; }

  // The tensor of that name, or null.
  const TensorInfo* find(std::string_view tensor_name) const noexcept;

  // Requires: a tensor of this file, and out.size() == tensor.byte_count.
  // Throws Error(io), or Error(corrupt) when the file has shrunk meanwhile.
  void read(const TensorInfo& tensor, std::span<std::byte> out) const;

  // The same for a part of it that begins `offset` bytes in.
  // Requires: offset + out.size() <= tensor.byte_count.
  void read_part(const TensorInfo& tensor, std::uint64_t offset, std::span<std::byte> out) const;

  // The XXH3-64 of a tensor's bytes, read in pieces.
  std::uint64_t checksum_of(const TensorInfo& tensor) const;

 private:
  void read_at(std::uint64_t position, std::span<std::byte> out) const;
  void require_regular_file();
  void read_header();

  int file_ = -1;
  std::uint64_t byte_count_ = 0;  // Of the whole file.
  std::uint64_t data_begin_ = 0;
  std::string header_text_;
  SafetensorsHeader header_;
};

}  // namespace kindred::storage
