// The bytes of a file, in order: plain, gzip or zstd, or standard input.
//
// A compressed file is recognised by its first bytes, never by its name, and is
// unpacked while it is read: memory stays below a megabyte for gzip and below zstd's
// window (at most 128 MiB, its own default limit) whatever the file claims to hold.
// Several gzip members or zstd frames one after the other read as one text, as the
// command-line tools do; zero bytes after the last gzip member are padding.
//
// Errors name the file, and for damaged data the offset in the compressed file.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace kindred {

class ByteSource {
 public:
  // "-" is standard input. Pipes work.
  // Throws Error(not_found) if there is no such file, Error(io) if it cannot be read or
  // is a directory, Error(unsupported) for a zip, xz or bzip2 archive.
  explicit ByteSource(const std::filesystem::path& path);
  ~ByteSource();
  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) noexcept;

  // Fills `out` from the front; returns less than out.size() only at the end of the file.
  // Throws Error(corrupt) for damaged or cut-off compressed data, Error(io).
  std::size_t read(std::span<char> out);

  // The file's name as messages show it.
  const std::string& name() const noexcept;

  // Bytes taken from the file so far, before unpacking: for progress.
  std::uint64_t file_bytes_read() const noexcept;

  // The size of the file before unpacking; nothing for a pipe.
  std::optional<std::uint64_t> file_bytes() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Everything that is left of the source. Memory grows with what is really there.
std::string read_to_end(ByteSource& source);

}  // namespace kindred
