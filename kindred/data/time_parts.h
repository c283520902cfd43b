// The parts of one written time: what time_text.h is made of.
//
// parse_date_text() takes a date apart without deciding what its three numbers are where the
// text leaves that open; settle_order() decides, and checks that there is such a day.
//
// Thread safety: pure functions and plain values.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace kindred::data {

enum class DateOrder;

struct TimeParts {
  std::array<int, 3> numbers = {};  // Of an open date, in the order of the text.
  std::array<int, 3> widths = {};   // How many digits each has.
  bool is_open = false;             // Which of them is what, settle_order() says.
  char mark = '-';                  // What lies between them.

  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::string_view fraction;  // Digits of a second.
  int zone_minutes = 0;       // East of Greenwich.
  std::int64_t epoch_seconds = 0;
  bool has_epoch = false;  // The time is epoch_seconds ("%s"), not a date.
};

// False where the text is no date, or none of this calendar. The text must outlive `parts`.
// A number alone is no date.
bool parse_date_text(std::string_view text, TimeParts& parts) noexcept;

// Fills year, month and day of an open date; false where it is no day in that order. Of a date
// that is not open, true.
bool settle_order(TimeParts& parts, DateOrder order) noexcept;

std::int64_t seconds_of(const TimeParts& parts) noexcept;

// Whether the text is what a pattern of strptime says: %Y %y %m %d %e %b %B %a %A %H %I %M %S
// %f %p %z %Z %j %s %F %T %R %D %%; spaces match any run of them.
bool match_pattern(std::string_view text, std::string_view pattern, TimeParts& parts) noexcept;

// What is wrong with a pattern, or "".
std::string problem_of_pattern(std::string_view pattern);

}  // namespace kindred::data
