#include "tests/generated/times.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "tests/generated/text_file.h"

namespace kindred::generated {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kDay = 24 * 60 * kMinute;
constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  int year;
  unsigned month;
  unsigned day;
  std::int64_t hour;
  std::int64_t minute;
  std::int64_t second;
};

Parts parts_of(std::int64_t microseconds) {
  const std::int64_t days = microseconds / kDay;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const std::int64_t of_day = microseconds - days * kDay;
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          of_day / (60 * kMinute),
          of_day / kMinute % 60,
          of_day / kSecond % 60};
}

std::string clock(const Parts& parts) {
  return fmt::format("{:02}:{:02}:{:02}", parts.hour, parts.minute, parts.second);
}

std::string iso_day(const Parts& parts) {
  return fmt::format("{:04}-{:02}-{:02}", parts.year, parts.month, parts.day);
}

WrittenTime in_zone(Rng& rng, std::int64_t microseconds) {
  static constexpr std::array<std::int64_t, 6> kZones = {0, 60, 120, -300, 330, -480};
  const std::int64_t zone = kZones[rng.below(kZones.size())];
  const std::int64_t seconds = microseconds / kSecond * kSecond;
  const Parts parts = parts_of(seconds + zone * kMinute);
  const std::int64_t size = zone < 0 ? -zone : zone;
  return {zone == 0 ? fmt::format("{}T{}Z", iso_day(parts), clock(parts))
                    : fmt::format("{}T{}{}{:02}:{:02}", iso_day(parts), clock(parts),
                                  zone < 0 ? '-' : '+', size / 60, size % 60),
          seconds};
}

}  // namespace

WrittenTime write_time(Rng& rng, TimeManner manner, std::int64_t microseconds) {
  const Parts parts = parts_of(microseconds);
  const std::int64_t to_second = microseconds / kSecond * kSecond;
  const std::int64_t to_minute = microseconds / kMinute * kMinute;
  const std::int64_t to_day = microseconds / kDay * kDay;
  switch (manner) {
    case TimeManner::epoch_seconds:
      return {fmt::format("{}", microseconds / kSecond), to_second};
    case TimeManner::epoch_milliseconds:
      return {fmt::format("{}", microseconds / 1000), microseconds / 1000 * 1000};
    case TimeManner::epoch_microseconds:
      return {fmt::format("{}", microseconds), microseconds};
    case TimeManner::epoch_nanoseconds:
      return {fmt::format("{}000", microseconds), microseconds};
    case TimeManner::epoch_decimal: {
      const std::int64_t hundredths = microseconds / 10'000;
      return {fmt::format("{}.{:02}", hundredths / 100, hundredths % 100), hundredths * 10'000};
    }
    case TimeManner::iso_date:
      return {iso_day(parts), to_day};
    case TimeManner::iso_space:
      return {iso_day(parts) + " " + clock(parts), to_second};
    case TimeManner::iso_fraction:
      return {
          fmt::format("{}T{}.{:03}Z", iso_day(parts), clock(parts), microseconds % kSecond / 1000),
          microseconds / 1000 * 1000};
    case TimeManner::iso_zone:
      return in_zone(rng, microseconds);
    case TimeManner::iso_utc:
      return {fmt::format("{} {} UTC", iso_day(parts), clock(parts)), to_second};
    case TimeManner::slash_year_first:
      return {fmt::format("{:04}/{:02}/{:02} {}:{:02}", parts.year, parts.month, parts.day,
                          parts.hour, parts.minute),
              to_minute};
    case TimeManner::dash_day_first:
      return {fmt::format("{:02}-{:02}-{:04}", parts.day, parts.month, parts.year), to_day};
    case TimeManner::slash_day_first:
      return {fmt::format("{:02}/{:02}/{:04} {:02}:{:02}", parts.day, parts.month, parts.year,
                          parts.hour, parts.minute),
              to_minute};
    case TimeManner::slash_month_first:
      return {fmt::format("{}/{}/{:04} {}:{:02}", parts.month, parts.day, parts.year, parts.hour,
                          parts.minute),
              to_minute};
    case TimeManner::dot_day_first:
      return {fmt::format("{:02}.{:02}.{:04} {}", parts.day, parts.month, parts.year, clock(parts)),
              to_second};
    case TimeManner::month_name:
      break;
  }
  return {fmt::format("{:02} {} {:04}", parts.day, kMonths[parts.month - 1], parts.year), to_day};
}

bool is_ambiguous(TimeManner manner) {
  return manner == TimeManner::dash_day_first || manner == TimeManner::slash_day_first ||
         manner == TimeManner::slash_month_first || manner == TimeManner::dot_day_first;
}

}  // namespace kindred::generated
