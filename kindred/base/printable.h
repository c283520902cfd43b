// Text from outside, made safe to show in a message or on a terminal.
//
// Control characters and bytes that are not UTF-8 print as \n, \t or \x1B, and long
// text is cut, so a hostile id can neither recolour a terminal nor forge a log line.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kindred {

// At most about `bytes_max` bytes; text that was cut ends in "...".
std::string printable(std::string_view text, std::size_t bytes_max = 60);

// The length in bytes of the UTF-8 character that `text` begins with, or 0 if it begins
// with anything else (an overlong form, a surrogate, a stray byte).
// Requires: !text.empty().
std::size_t utf8_character_bytes(std::string_view text) noexcept;

// The offset of the first byte that is not UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text) noexcept;

}  // namespace kindred
