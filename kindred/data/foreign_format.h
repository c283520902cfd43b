// Files of other programs that are not read here, known by their first bytes.
//
// Every reader asks before it takes bytes for text: what is a Parquet file or a spreadsheet is
// called so, with what to do, and not reported as a line that has the wrong number of fields.
// Nothing is recognised by its name. A magic that is made of letters counts only with the
// binary bytes that follow it there, so that a text that begins with "PAR1" stays a text.
//
// Cost: looks at no more than the first 512 bytes. Thread safety: pure functions.
//
// Sources: the formats' own documents, and the magic numbers that file(1) knows.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kindred::data {

// So many bytes of a file decide; fewer do where the file is shorter.
inline constexpr std::size_t kForeignHeadBytes = 512;

struct ForeignFormat {
  std::string_view name;    // "a Parquet file", behind "is".
  std::string_view advice;  // What to do: a sentence without a point.
  bool is_json = false;     // JSON or JSON lines, which some readers do take.
  bool is_zip = false;      // A zip archive of no kind that is known: .npz is one.
};

// The format of a file that begins with `head`, which is as it lies on the disk or unpacked.
std::optional<ForeignFormat> foreign_format(std::string_view head) noexcept;

// Throws Error(unsupported), "NAME is a Parquet file: ...", where foreign_format() knows it.
void refuse_foreign(std::string_view head, const std::string& name);

}  // namespace kindred::data
