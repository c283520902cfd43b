// Kindred's own files: safetensors with a versioned manifest and checksums.
//
// The metadata of the safetensors header holds two texts. "header_checksum", first in
// the header, is the XXH3-64 of the 8 length bytes and the whole header with its own 16
// digits read as zeros. "manifest" is a JSON object:
//
//    {"format": NAME, "version": N, "checksums": {TENSOR: 16 digits}, "content": {...}}
//
// So every byte of the file is covered: a changed one is always noticed. Tensors are
// sorted by falling item size, then by name, and are therefore aligned; equal contents
// give equal bytes. See docs/format/container.md.
//
// Cost: writing hashes every tensor once and writes it once, straight from the caller's
// memory; reading reads and hashes it once.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/base/size.h"
#include "kindred/storage/checksum.h"
#include "kindred/storage/safetensors.h"

namespace kindred::storage {

// The element types that Kindred's files use.
template <typename T>
inline constexpr DataType kDataType = [] {
  static_assert(sizeof(T) == 0, "not an element type of a tensor");
  return DataType::U8;
}();
template <>
inline constexpr DataType kDataType<std::uint8_t> = DataType::U8;
template <>
inline constexpr DataType kDataType<std::uint32_t> = DataType::U32;
template <>
inline constexpr DataType kDataType<std::uint64_t> = DataType::U64;
template <>
inline constexpr DataType kDataType<std::int64_t> = DataType::I64;
template <>
inline constexpr DataType kDataType<float> = DataType::F32;
template <>
inline constexpr DataType kDataType<double> = DataType::F64;

// What a file of one kind calls itself, and the newest version that this program knows.
struct Format {
  std::string name;
  std::uint64_t version = 1;
};

// Gathers tensors, then writes them. The memory of the tensors must outlive it.
class ContainerWriter {
 public:
  // Requires: the product of the shape is values.size(); the name is new.
  template <typename T>
  void add(std::string tensor_name, std::vector<std::uint64_t> shape, std::span<const T> values) {
    add_bytes({std::move(tensor_name), kDataType<T>, std::move(shape), 0, values.size_bytes()},
              std::as_bytes(values));
  }

  // Writes the file atomically (base/atomic_file.h has the promises and errors).
  // Requires: called once; `content` is an object.
  void write(const std::filesystem::path& path, const Format& format, Json content);

 private:
  struct Entry {
    TensorInfo info;
    std::span<const std::byte> bytes;
  };

  void add_bytes(TensorInfo info, std::span<const std::byte> bytes);

  std::vector<Entry> entries_;
};

// Opens a file and checks header, checksum of the header, format and version. Messages do
// not name the file: see named_errors.h. Thread safety: one thread at a time.
class ContainerReader {
 public:
  // Throws Error(not_found), Error(io), Error(corrupt), or Error(unsupported) for a newer
  // version, saying what to do.
  ContainerReader(const std::filesystem::path& path, const Format& format);

  const Json& content() const { return manifest_.at("content"); }
  std::uint64_t version() const { return read_word(manifest_.at("version"), "version"); }

  // The tensor's values, after its type, shape and checksum have proven right.
  // Throws Error(corrupt) naming the tensor.
  template <typename T>
  std::vector<T> read(std::string_view tensor_name, const std::vector<std::uint64_t>& shape) {
    const TensorInfo& tensor = require(tensor_name, kDataType<T>, shape);
    take_memory(tensor);
    std::vector<T> values(tensor.byte_count / sizeof(T));
    read_bytes(tensor, std::as_writable_bytes(std::span(values)));
    return values;
  }
  // The same to where the caller has room: a table needs no second one beside it.
  // Requires: the product of the shape is out.size().
  template <typename T>
  void read_into(std::string_view tensor_name, const std::vector<std::uint64_t>& shape,
                 std::span<T> out) {
    read_bytes(require(tensor_name, kDataType<T>, shape), std::as_writable_bytes(out));
  }

  // What read() asks first: throws Error(corrupt) unless there is a tensor of that name, type and
  // shape. Nothing is read, so that whoever needs memory can ask before taking it.
  template <typename T>
  void expect(std::string_view tensor_name, const std::vector<std::uint64_t>& shape) const {
    require(tensor_name, kDataType<T>, shape);
  }
  // The row_count + 1 numbers that cut `total` things into rows: ascending from 0 to total.
  // Throws Error(corrupt) that names the tensor, the rows and what is wrong.
  std::vector<std::uint64_t> read_offsets(std::string_view tensor_name, std::uint64_t row_count,
                                          std::uint64_t total);

  // For one-dimensional tensors whose length only the file knows.
  std::uint64_t length_of(std::string_view tensor_name) const;
  // Of such a tensor that was written by an older program, or left out: whether it is there.
  bool has(std::string_view tensor_name) const { return file_.find(tensor_name) != nullptr; }
  const std::vector<TensorInfo>& tensors() const noexcept { return file_.header().tensors; }

  // Checks the tensors that nobody has read, so that the whole file is known to be
  // intact: a newer program may have added some. Its names are new, too: one that begins with
  // a name of `own` ("item.") is a part of this version that the manifest has lost, and
  // without which the file would mean something else.
  // Throws Error(corrupt) naming the tensor.
  void verify_others(std::span<const std::string_view> own = {});

 private:
  friend class PieceReader;
  const TensorInfo& require(std::string_view tensor_name, DataType type,
                            const std::vector<std::uint64_t>& shape) const;
  // Throws Error(out_of_memory) where process_memory() refuses.
  void take_memory(const TensorInfo& tensor) const;
  void read_bytes(const TensorInfo& tensor, std::span<std::byte> out);

  SafetensorsFile file_;
  Json manifest_;
  std::unordered_set<std::string> verified_;  // Names of tensors.
};

// A tensor from front to back in pieces, for whoever need not keep it. Its checksum is compared
// at the end, so what the pieces hold is to be believed only then.
class PieceReader {
 public:
  // Requires: the reader has this tensor and outlives *this.
  PieceReader(ContainerReader& reader, std::string_view tensor_name);

  // The next bytes. Requires: so many are left.
  void read(std::span<std::byte> out);

  // Requires: all was read. Throws Error(corrupt) naming the tensor.
  void finish();

 private:
  ContainerReader& reader_;
  const TensorInfo& tensor_;
  Checksum checksum_;
  std::uint64_t done_ = 0;
};

// The manifest of a file that Kindred has written, whatever its format and version, after
// its checksum has proven right; null for any other safetensors file.
// Throws Error(corrupt) when the file is Kindred's but not intact.
Json read_manifest(const SafetensorsFile& file);

// The 16 digits that such a manifest gives for a tensor.
const std::string& expected_checksum(const Json& manifest, const TensorInfo& tensor);

}  // namespace kindred::storage
