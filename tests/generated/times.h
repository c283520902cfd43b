// Points in time, and the ways in which people write them.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string>

#include "kindred/base/rng.h"

namespace kindred::generated {

enum class TimeManner {
  epoch_seconds,
  epoch_milliseconds,
  epoch_microseconds,
  epoch_nanoseconds,
  epoch_decimal,      // 1500000001.75
  iso_date,           // 2019-01-02
  iso_space,          // 2019-01-02 03:04:05
  iso_fraction,       // 2019-01-02T03:04:05.250Z
  iso_zone,           // 2019-01-02T03:04:05+02:00, of many zones
  iso_utc,            // 2019-01-02 03:04:05 UTC
  slash_year_first,   // 2019/01/02 3:04
  dash_day_first,     // 27-04-2015
  slash_day_first,    // 27/04/2015 08:26
  slash_month_first,  // 4/27/2015 8:26
  dot_day_first,      // 27.04.2015 08:26:00
  month_name,         // 02 Jan 2019
};
inline constexpr int kTimeMannerCount = 16;

struct WrittenTime {
  std::string text;
  std::int64_t microseconds = 0;  // Since 1970, of what the text says: without what it drops.
};

// Requires: microseconds of a year from 1970 to 2100.
WrittenTime write_time(Rng& rng, TimeManner manner, std::int64_t microseconds);

// Whether the manner gives the day and the month in an order that only the data can tell.
bool is_ambiguous(TimeManner manner);

}  // namespace kindred::generated
