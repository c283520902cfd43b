// Separators as people type them in a shell.

#pragma once

#include <string>

namespace kindred::cli {

// "tab", "space", "comma", ... as the character; any other text is itself.
std::string separator_of(const std::string& typed);

}  // namespace kindred::cli
