// Numbers as text, the same in every locale; times are in time_text.h.
//
// Decimal numbers with a point: "3", "-0.5", "1e3". A decimal comma, "1_000", "0x10",
// "nan" and "inf" are not numbers here. Spaces and tabs around a number are ignored.
// Conversion is exact: the float nearest to the text.

#pragma once

#include <cstdint>
#include <string_view>

namespace kindred::data {

enum class NumberFault {
  none,
  empty,
  malformed,   // Not a decimal number.
  not_finite,  // "nan", "inf".
  too_large,   // Beyond the largest float.
};

// Very small numbers become 0 and -0 becomes 0.
NumberFault parse_number(std::string_view text, float& value) noexcept;
NumberFault parse_number(std::string_view text, double& value) noexcept;

// The text without spaces and tabs around it.
std::string_view trimmed(std::string_view text) noexcept;

constexpr bool is_digit(char byte) noexcept { return static_cast<unsigned char>(byte - '0') < 10; }

}  // namespace kindred::data
