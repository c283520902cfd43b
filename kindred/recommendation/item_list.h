// Allow and deny lists: files that name items, one a line, by id or by title.

#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "kindred/recommendation/title_match.h"

namespace kindred::recommendation {

// The items, ascending and distinct.
// Throws Error naming file and line for a line that names no item or several, and
// Error(invalid_argument) when the file names none at all.
std::vector<std::uint32_t> read_item_list(const std::filesystem::path& path,
                                          const TitleMatcher& titles);

}  // namespace kindred::recommendation
