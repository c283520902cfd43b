// Allow and deny lists: files that name items, one a line, by id or by title.
//
// Lists come from elsewhere and name what the model never saw: a stock list holds products that
// nobody has bought yet. Such lines are counted, not refused; a line that fits several items is
// an error, since nobody can tell which it means.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kindred/recommendation/title_match.h"

namespace kindred::recommendation {

struct ItemList {
  std::vector<std::uint32_t> items;                // Ascending and distinct.
  std::size_t line_count = 0;                      // Lines that are not blank,
  std::size_t unknown_count = 0;                   // and those of them that name no item.
  std::vector<std::string> unknown_examples = {};  // "line 3 'B0042'", three at most.
};

// Throws Error naming file and line for a line that names several items, and
// Error(invalid_argument) when the file has no lines or none of them names an item.
ItemList read_item_list(const std::filesystem::path& path, const TitleMatcher& titles);

}  // namespace kindred::recommendation
