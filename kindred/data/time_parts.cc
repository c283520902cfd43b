#include "kindred/data/time_parts.h"

#include <fmt/format.h>

#include <cctype>

#include "kindred/data/time_text.h"

namespace kindred::data {
namespace {

bool is_part_digit(char byte) { return static_cast<unsigned char>(byte - '0') < 10; }
bool is_letter(char byte) { return std::isalpha(static_cast<unsigned char>(byte)) != 0; }

// Takes texts off the front of a time.
class TimeCursor {
 public:
  explicit TimeCursor(std::string_view text) : rest_(text) {}

  std::string_view rest() const noexcept { return rest_; }
  bool at_end() const noexcept { return rest_.empty(); }

  bool take(char byte) noexcept {
    if (!rest_.starts_with(byte)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // At least one where `wanted`.
  bool take_spaces(bool wanted) noexcept {
    const std::size_t before = rest_.size();
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
    return !wanted || rest_.size() < before;
  }

  // Between `least` and `most` digits; false, taking nothing, where there are fewer.
  bool take_number(std::size_t least, std::size_t most, int& value, int* width = nullptr) noexcept {
    std::size_t count = 0;
    int number = 0;
    while (count < most && count < rest_.size() && is_part_digit(rest_[count])) {
      number = 10 * number + (rest_[count++] - '0');
    }
    if (count < least) return false;
    value = number;
    if (width != nullptr) *width = static_cast<int>(count);
    rest_.remove_prefix(count);
    return true;
  }

  std::string_view take_digits() noexcept {
    std::size_t count = 0;
    while (count < rest_.size() && is_part_digit(rest_[count])) ++count;
    const std::string_view digits = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return digits;
  }

  std::string_view take_letters() noexcept {
    std::size_t count = 0;
    while (count < rest_.size() && is_letter(rest_[count])) ++count;
    const std::string_view word = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return word;
  }

 private:
  std::string_view rest_;
};

bool same_letters(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(a[i])) != lower[i]) return false;
  }
  return true;
}

// 1 to 12 for the name of a month or its first three letters, else 0.
int month_named(std::string_view word) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "january", "february", "march",     "april",   "may",      "june",
      "july",    "august",   "september", "october", "november", "december"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (same_letters(word, kNames[i]) || same_letters(word, kNames[i].substr(0, 3)) ||
        (i == 8 && same_letters(word, "sept"))) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

bool is_weekday(std::string_view word) {
  static constexpr std::array<std::string_view, 7> kNames = {
      "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
  for (const std::string_view name : kNames) {
    if (same_letters(word, name) || same_letters(word, name.substr(0, 3))) return true;
  }
  return false;
}

// Days since 1970-01-01 in the Gregorian calendar; the year begins in March, so that the
// leap day is its last. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
std::int64_t days_since_1970(int year, int month, int day) {
  const int shifted_year = month <= 2 ? year - 1 : year;
  const int era = shifted_year / 400;  // Years 0000..9999 only, so not negative but for year 0.
  const int year_of_era = shifted_year - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * 146097 + day_of_era - 719468;
}

int days_in_month(int year, int month) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

bool is_day(int year, int month, int day) {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

// 69 to 99 are of the last century, as POSIX has it.
int full_year(int year, int width) {
  if (width > 2) return year;
  return year < 69 ? 2000 + year : 1900 + year;
}

bool take_zone(TimeCursor& cursor, int& minutes) {
  const char sign = cursor.at_end() ? '\0' : cursor.rest().front();
  if (sign == '+' || sign == '-') {
    cursor.take(sign);
    int hour = 0;
    int minute = 0;
    if (!cursor.take_number(2, 2, hour)) return false;
    const bool colon = cursor.take(':');
    if (!cursor.take_number(2, 2, minute) && colon) return false;
    if (hour > 15 || minute > 59) return false;
    minutes = (sign == '-' ? -1 : 1) * (60 * hour + minute);
    return true;
  }
  const std::string_view word = cursor.take_letters();
  if (same_letters(word, "z")) return true;
  if (!same_letters(word, "utc") && !same_letters(word, "gmt")) return false;
  // "UTC+02:00".
  const char after = cursor.at_end() ? '\0' : cursor.rest().front();
  return after == '+' || after == '-' ? take_zone(cursor, minutes) : true;
}

bool take_meridiem(TimeCursor& cursor, int& hour) {
  TimeCursor ahead = cursor;
  ahead.take_spaces(false);
  const std::string_view word = ahead.take_letters();
  const bool am = same_letters(word, "am");
  if (!am && !same_letters(word, "pm")) return true;
  if (hour < 1 || hour > 12) return false;
  hour = hour % 12 + (am ? 0 : 12);
  cursor = ahead;
  return true;
}

// "3:04", "03:04:05.6 PM", with a zone after it if there is one.
bool take_clock(TimeCursor& cursor, TimeParts& parts) {
  if (!cursor.take_number(1, 2, parts.hour) || !cursor.take(':')) return false;
  if (!cursor.take_number(2, 2, parts.minute)) return false;
  if (cursor.take(':')) {
    if (!cursor.take_number(2, 2, parts.second)) return false;
    if (cursor.take('.') || cursor.take(',')) {
      parts.fraction = cursor.take_digits();
      if (parts.fraction.empty()) return false;
    }
  }
  if (!take_meridiem(cursor, parts.hour)) return false;
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 60) return false;
  TimeCursor ahead = cursor;
  ahead.take_spaces(false);
  int zone = 0;
  if (!ahead.at_end() && !is_part_digit(ahead.rest().front()) && take_zone(ahead, zone)) {
    parts.zone_minutes = zone;
    cursor = ahead;
  }
  return true;
}

// What may follow a date: nothing, or a clock.
bool take_rest(TimeCursor cursor, TimeParts& parts) {
  if (cursor.at_end()) return true;
  const bool letter = cursor.take('T') || cursor.take('t');
  if (!letter) {
    cursor.take(',');
    if (!cursor.take_spaces(true)) return false;
  }
  return take_clock(cursor, parts) && cursor.at_end();
}

// "2019-1-02", "27.04.2015", "4/27/15".
bool take_three_numbers(TimeCursor cursor, TimeParts& parts) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (i == 1) {
      parts.mark = cursor.at_end() ? '\0' : cursor.rest().front();
      if (parts.mark != '-' && parts.mark != '/' && parts.mark != '.') return false;
    }
    if (i > 0 && !cursor.take(parts.mark)) return false;
    if (!cursor.take_number(1, 4, parts.numbers[i], &parts.widths[i])) return false;
  }
  const auto& widths = parts.widths;
  if (widths[1] > 2 || widths[0] == 3 || widths[2] == 3 || (widths[0] == 4 && widths[2] > 2)) {
    return false;
  }
  // "1.2.3" is a version, "12.34.56" perhaps a number: points want a whole year.
  if (parts.mark == '.' && widths[0] != 4 && widths[2] != 4 && (widths[0] != 2 || widths[1] != 2)) {
    return false;
  }
  parts.is_open = widths[0] != 4;
  if (!parts.is_open) {
    parts.year = parts.numbers[0];
    parts.month = parts.numbers[1];
    parts.day = parts.numbers[2];
    if (!is_day(parts.year, parts.month, parts.day)) return false;
  }
  return take_rest(cursor, parts);
}

// "20190102T030405Z".
bool take_compact(TimeCursor cursor, TimeParts& parts) {
  if (!cursor.take_number(4, 4, parts.year) || !cursor.take_number(2, 2, parts.month) ||
      !cursor.take_number(2, 2, parts.day) || !cursor.take('T') ||
      !cursor.take_number(2, 2, parts.hour) || !cursor.take_number(2, 2, parts.minute)) {
    return false;
  }
  if (!cursor.at_end() && is_part_digit(cursor.rest().front()) &&
      !cursor.take_number(2, 2, parts.second)) {
    return false;
  }
  if (!cursor.at_end() && !take_zone(cursor, parts.zone_minutes)) return false;
  return cursor.at_end() && is_day(parts.year, parts.month, parts.day) && parts.hour < 24 &&
         parts.minute < 60 && parts.second <= 60;
}

bool take_between(TimeCursor& cursor) {
  return cursor.take('-') || cursor.take('/') || (cursor.take(','), cursor.take_spaces(true));
}

// "Tue Jan 02 03:04:05 +0000 2019", once the month is taken: what follows it.
bool take_clock_before_year(TimeCursor cursor, TimeParts& parts) {
  return cursor.take_spaces(true) && cursor.take_number(1, 2, parts.day) &&
         cursor.take_spaces(true) && take_clock(cursor, parts) && cursor.take_spaces(true) &&
         cursor.take_number(4, 4, parts.year) && cursor.at_end() &&
         is_day(parts.year, parts.month, parts.day);
}

// "2 Jan 2019", "02-Jan-19", "Jan 2, 2019", "Wed, 02 Jan 2019 03:04:05 GMT".
bool take_named_month(TimeCursor cursor, TimeParts& parts) {
  int width = 4;
  if (is_letter(cursor.rest().front())) {
    std::string_view word = cursor.take_letters();
    if (is_weekday(word)) {
      cursor.take('.');
      cursor.take(',');
      if (!cursor.take_spaces(true)) return false;
      word = cursor.take_letters();
    }
    parts.month = month_named(word);
    if (parts.month > 0) {
      cursor.take('.');
      TimeParts other = parts;
      if (take_clock_before_year(cursor, other)) {
        parts = other;
        return true;
      }
      if (!take_between(cursor) || !cursor.take_number(1, 2, parts.day)) return false;
      if (!take_between(cursor) || !cursor.take_number(4, 4, parts.year)) return false;
      return is_day(parts.year, parts.month, parts.day) && take_rest(cursor, parts);
    }
    if (!word.empty()) return false;
  }
  if (!cursor.take_number(1, 2, parts.day) || !take_between(cursor)) return false;
  parts.month = month_named(cursor.take_letters());
  cursor.take('.');
  if (parts.month == 0 || !take_between(cursor)) return false;
  if (!cursor.take_number(2, 4, parts.year, &width) || width == 3) return false;
  parts.year = full_year(parts.year, width);
  return is_day(parts.year, parts.month, parts.day) && take_rest(cursor, parts);
}

}  // namespace

bool parse_date_text(std::string_view text, TimeParts& parts) noexcept {
  if (text.size() < 6 || text.size() > 64) return false;
  const TimeCursor cursor(text);
  TimeParts tried;
  if (is_part_digit(text.front()) && take_three_numbers(cursor, tried)) {
    parts = tried;
    return true;
  }
  tried = {};
  if (text.size() >= 13 && take_compact(cursor, tried)) {
    parts = tried;
    return true;
  }
  tried = {};
  if ((is_letter(text.front()) || is_part_digit(text.front())) && take_named_month(cursor, tried)) {
    parts = tried;
    return true;
  }
  return false;
}

bool settle_order(TimeParts& parts, DateOrder order) noexcept {
  if (!parts.is_open) return true;
  const std::size_t year = order == DateOrder::year_first ? 0 : 2;
  const std::size_t month = order == DateOrder::month_first ? 0 : 1;
  const std::size_t day = order == DateOrder::day_first     ? 0
                          : order == DateOrder::month_first ? 1
                                                            : 2;
  if (parts.widths[month] > 2 || parts.widths[day] > 2 || parts.widths[year] == 1) return false;
  parts.year = full_year(parts.numbers[year], parts.widths[year]);
  parts.month = parts.numbers[month];
  parts.day = parts.numbers[day];
  return is_day(parts.year, parts.month, parts.day);
}

std::int64_t seconds_of(const TimeParts& parts) noexcept {
  if (parts.has_epoch) return parts.epoch_seconds;
  return 86400 * days_since_1970(parts.year, parts.month, parts.day) + 3600 * parts.hour +
         60 * (parts.minute - parts.zone_minutes) + parts.second;
}

namespace {

// A pattern is taken letter by letter.
class PatternMatch {
 public:
  PatternMatch(std::string_view text, TimeParts& parts) : cursor_(text), parts_(parts) {}

  bool run(std::string_view pattern) {
    if (!match_all(pattern)) return false;
    cursor_.take_spaces(false);
    if (!cursor_.at_end()) return false;
    if (has_meridiem_) {
      if (parts_.hour < 1 || parts_.hour > 12) return false;
      parts_.hour = parts_.hour % 12 + (is_pm_ ? 12 : 0);
    }
    if (parts_.has_epoch) return true;
    if (day_of_year_ > 0) {
      parts_.month = 1;
      while (parts_.month < 12 && day_of_year_ > days_in_month(parts_.year, parts_.month)) {
        day_of_year_ -= days_in_month(parts_.year, parts_.month++);
      }
      parts_.day = day_of_year_;
    }
    return is_day(parts_.year, parts_.month, parts_.day) && parts_.hour < 24 &&
           parts_.minute < 60 && parts_.second <= 60;
  }

 private:
  bool match_all(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == ' ') {
        cursor_.take_spaces(false);
      } else if (pattern[i] != '%') {
        if (!cursor_.take(pattern[i])) return false;
      } else if (++i == pattern.size() || !match(pattern[i])) {
        return false;
      }
    }
    return true;
  }

  bool match_year_of_two() {
    if (!cursor_.take_number(2, 2, parts_.year)) return false;
    parts_.year = full_year(parts_.year, 2);
    return true;
  }
  bool match_meridiem() {
    const std::string_view word = cursor_.take_letters();
    has_meridiem_ = true;
    is_pm_ = same_letters(word, "pm");
    return is_pm_ || same_letters(word, "am");
  }
  bool match_epoch() {
    const bool negative = cursor_.take('-');
    const std::string_view digits = cursor_.take_digits();
    if (digits.empty() || digits.size() > 18) return false;
    for (const char digit : digits)
      parts_.epoch_seconds = 10 * parts_.epoch_seconds + (digit - '0');
    if (negative) parts_.epoch_seconds = -parts_.epoch_seconds;
    parts_.has_epoch = true;
    return true;
  }

  bool match(char letter) {
    switch (letter) {
      case 'Y':
        return cursor_.take_number(4, 4, parts_.year);
      case 'y':
        return match_year_of_two();
      case 'm':
        return cursor_.take_number(1, 2, parts_.month);
      case 'd':
      case 'e':
        cursor_.take_spaces(false);
        return cursor_.take_number(1, 2, parts_.day);
      case 'b':
      case 'B':
        return (parts_.month = month_named(cursor_.take_letters())) > 0;
      case 'a':
      case 'A':
        return is_weekday(cursor_.take_letters());
      case 'H':
      case 'I':
        return cursor_.take_number(1, 2, parts_.hour);
      case 'M':
        return cursor_.take_number(1, 2, parts_.minute);
      case 'S':
        return cursor_.take_number(1, 2, parts_.second);
      case 'f':
        return !(parts_.fraction = cursor_.take_digits()).empty();
      case 'p':
        return match_meridiem();
      case 'z':
        return take_zone(cursor_, parts_.zone_minutes);
      case 'Z':
        return !cursor_.take_letters().empty();
      case 'j':
        return cursor_.take_number(1, 3, day_of_year_);
      case 's':
        return match_epoch();
      case 'F':
        return match_all("%Y-%m-%d");
      case 'T':
        return match_all("%H:%M:%S");
      case 'R':
        return match_all("%H:%M");
      case 'D':
        return match_all("%m/%d/%y");
      default:
        return letter == '%' && cursor_.take('%');
    }
  }

  TimeCursor cursor_;
  TimeParts& parts_;
  bool has_meridiem_ = false;
  bool is_pm_ = false;
  int day_of_year_ = 0;
};

}  // namespace

bool match_pattern(std::string_view text, std::string_view pattern, TimeParts& parts) noexcept {
  return PatternMatch(text, parts).run(pattern);
}

std::string problem_of_pattern(std::string_view pattern) {
  constexpr std::string_view kLetters = "YymdebBaAHIMSfpzZjsFTRD%";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') continue;
    if (i + 1 == pattern.size() || kLetters.find(pattern[i + 1]) == std::string_view::npos) {
      return fmt::format("there is no '%{}'; known are % with one of {}",
                         i + 1 == pattern.size() ? std::string_view() : pattern.substr(i + 1, 1),
                         kLetters);
    }
    ++i;
  }
  return "";
}

}  // namespace kindred::data
