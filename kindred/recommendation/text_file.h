// The lines of a small text file: a history, a list of users, an allow list.
//
// The file may be gzip or zstd, and "-" is standard input; it is held in memory.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace kindred::recommendation {

struct TextLine {
  std::string text;        // Without white space at either end; never empty.
  std::size_t number = 0;  // 1 for the first.
};

// Blank lines and a byte order mark are left out. Throws what base/byte_source.h throws.
std::vector<TextLine> read_lines(const std::filesystem::path& path);

}  // namespace kindred::recommendation
