// What a made-up person has watched, as people write it down.
//
// On the command line: "Shrek (2001)=5,Memento (2000)=4; Incredibles, The (2004)".
//   - An entry ends at "=number" (before a comma, a semicolon or the end); a comma
//     before that belongs to the title. A semicolon always ends an entry.
//   - An entry without a number was watched, with no rating.
// In a file: one "id-or-title,rating" a line; the rating may be missing. A title that
// holds a comma or a quote is quoted as in RFC 4180, or simply ends at the last comma
// that a number follows. A first line such as "title,rating" is a header.
//
// Thread safety: functions of their arguments alone.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::recommendation {

struct HistoryEntry {
  std::string item;             // An id or a title, as written.
  std::optional<float> rating;  // None: watched.
  std::string where;            // "taste.csv:3", for messages; empty on the command line.

  bool operator==(const HistoryEntry&) const = default;
};

// Throws Error(invalid_argument) for a rating without a title, a rating that is not
// finite, and a history without entries.
std::vector<HistoryEntry> parse_history(std::string_view text);

// Throws the same, naming file and line, and Error(not_found) or Error(io) when the file
// cannot be read.
std::vector<HistoryEntry> read_history(const std::filesystem::path& path);

}  // namespace kindred::recommendation
