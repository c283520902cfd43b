// A text file as a stream of chunks that end where records end.
//
// Takes care of what stands between the bytes of a file and UTF-8 text: gzip and zstd
// (base/byte_source), a byte order mark, Latin-1. UTF-16, JSON and other formats without rows
// are refused by their names. Whether text that should be UTF-8 is, the parser of the records
// checks, since it knows the line.
//
// Chunks hold whole records, so that each can be parsed on its own; together they are
// the text, whatever the chunk size.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "kindred/base/byte_source.h"
#include "kindred/data/delimited.h"

namespace kindred::data {

enum class Encoding { utf8, latin1 };

struct TextChunk {
  // Why the records end before the text does.
  enum class Tail {
    none,        // They do not: the text is whole records.
    too_long,    // A record is longer than kRecordBytesMax.
    open_quote,  // A quote is still open where the file ends, or such a record does.
  };

  std::string text;
  Tail tail = Tail::none;
  std::size_t tail_begin = 0;  // Where that record, or that quote, begins.

  std::size_t record_bytes = 0;  // The part of the text that is whole records.
};

class TextReader {
 public:
  // Throws Error as ByteSource does, and Error(unsupported) for what holds no rows.
  TextReader(const std::filesystem::path& path, Encoding encoding);

  // The first bytes of the text, at least `bytes` of them unless it is shorter; they stay
  // part of the text. Call it before drop() and next_chunk().
  std::string_view head(std::size_t bytes);

  // Whether head() holds the whole text.
  bool head_is_all() const noexcept { return ended_; }

  // Takes bytes off the front. Requires: bytes <= head().size().
  void drop(std::size_t bytes) { pending_.erase(0, bytes); }

  // The next records, of at least `bytes` bytes unless the text ends; nothing once it has
  // ended. A chunk whose tail is not `none` is the last.
  std::optional<TextChunk> next_chunk(const Dialect& dialect, std::size_t bytes);

  const std::string& name() const noexcept { return source_.name(); }
  std::uint64_t file_bytes_read() const noexcept { return source_.file_bytes_read(); }

 private:
  void read_more(std::size_t bytes);

  ByteSource source_;
  Encoding encoding_;
  std::string pending_;  // Text that no chunk has taken yet.
  bool ended_ = false;   // All of the file is in pending_ or in chunks.
};

}  // namespace kindred::data
