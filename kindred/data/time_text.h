// Times as people write them: numbers, ISO dates with and without a zone, dates with the day or
// the month first, names of months; the same in every locale.
//
//    1500000001, 1500000001.75                seconds; any other whole number will do too
//    2019-01-02 03:04:05.6Z, 2019/1/2 3:04    year first; T, a fraction, AM and PM are read
//    ...+02:00, -0530, UTC, GMT, Z            a zone; without one the time is UTC
//    27-04-2015, 4/27/2015 8:26, 27.04.15     by TimeReading::order
//    2 Jan 2019, Jan 2, 2019, Tue Jan 02 03:04:05 +0000 2019
//
// A date of three numbers without a year in front does not say whether the day or the month
// comes first: recognize_times() finds the order that all times of a sample allow, and says so
// where several do. A pattern such as "%d/%m/%Y %H:%M" (--time-format) reads one form alone.
//
// Times become whole numbers that are only ever compared: seconds since 1970-01-01 UTC, times
// 10^fraction_digits, so that fractions keep their digits.
//
// Thread safety: pure functions and plain values.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/data/number_text.h"

namespace kindred::data {

enum class DateOrder { year_first, day_first, month_first };

// "day first".
const char* describe(DateOrder order) noexcept;

struct TimeReading {
  DateOrder order = DateOrder::year_first;  // Of dates that do not begin with four digits.
  std::string pattern = {};                 // As of strptime; "" reads the forms above.
  int fraction_digits = 0;                  // 0 to 9 digits of a second are kept.

  bool operator==(const TimeReading&) const = default;
};

struct ParsedTime {
  NumberFault fault = NumberFault::none;
  std::int64_t time = 0;
  int digits_lost = 0;  // Digits of a second the text has beyond the reading's; 0: none.
};

ParsedTime parse_time(std::string_view text, const TimeReading& reading) noexcept;

// The reading that a word or a pattern asks for: "ymd", "dmy", "mdy", or one with '%'.
// Throws Error(invalid_argument) for anything else, with what there is.
TimeReading time_reading(const std::string& format);

// How the times of a sample can be read.
struct TimeFacts {
  std::vector<DateOrder> orders;  // Those that fit every date among them, at least one.
  bool has_open_dates = false;    // Whether any date leaves the order open by itself.
  bool dots = false;              // Whether all those are written with points: 27.04.2015.
  std::string example;            // The first of them.
  std::string decisive;           // One that rules out another order, or "".
  std::string contradiction;      // One that no order allows which the others do, or "".
  int fraction_digits = 0;        // The most digits of a second, rounded up to 0, 3, 6 or 9.
  std::size_t time_count = 0;     // Values that are times,
  std::size_t date_count = 0;     // those of them that are dates,
  std::size_t other_count = 0;    // and that are neither times nor empty.
};
TimeFacts recognize_times(const std::vector<std::string_view>& texts);

}  // namespace kindred::data
