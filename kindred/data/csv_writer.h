// One field of a CSV file, quoted where RFC 4180 or a spreadsheet needs it.
//
// Joined by commas and ended by a line feed, fields read back byte for byte through the
// readers of this module. Text that a spreadsheet would take for a formula ("=1+1",
// "@SUM(A1)") is quoted too; numbers such as -1.5 are not.

#pragma once

#include <string>
#include <string_view>

namespace kindred::data {

std::string csv_field(std::string_view text);

}  // namespace kindred::data
