// TOML, the form of the files that people edit, as JSON values.
//
// Tables become objects in the order of the file, dates and times text. Numbers that JSON
// does not have (nan, inf) are errors.

#pragma once

#include <string>
#include <string_view>

#include "kindred/base/json.h"

namespace kindred {

// Throws Error(invalid_argument) with name, line and column: "columns.toml:3:7: ...".
Json parse_toml(std::string_view text, const std::string& name);

// A text as TOML writes it, quotes included: any UTF-8 goes through unchanged.
std::string toml_string(std::string_view text);

}  // namespace kindred
