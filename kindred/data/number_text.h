// Numbers and times as text, the same in every locale.
//
// Decimal numbers with a point: "3", "-0.5", "1e3". A decimal comma, "1_000", "0x10",
// "nan" and "inf" are not numbers here. Spaces and tabs around a number are ignored.
// Conversion is exact: the float nearest to the text.
//
// Times are whole seconds, as most ratings files have them, but any integer will do
// (milliseconds, a day number): they are only ever compared. Dates become seconds since
// 1970-01-01 UTC.

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

// An integer of 64 bits; a decimal number, rounded down; or a date as in "2019-01-02",
// "2019-01-02 03:04:05", "2019-01-02T03:04:05.6Z".
NumberFault parse_timestamp(std::string_view text, std::int64_t& seconds) noexcept;

}  // namespace kindred::data
