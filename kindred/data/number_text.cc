#include "kindred/data/number_text.h"

#include <fast_float/fast_float.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <system_error>

namespace kindred::data {
namespace {

bool is_ascii_digit(char byte) { return static_cast<unsigned char>(byte - '0') < 10; }

std::string_view trim_ascii(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_word_for_not_finite(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text.size() > 8 || text.size() < 3) return false;
  std::array<char, 8> lower{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    lower[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  }
  const std::string_view word(lower.data(), text.size());
  return word == "nan" || word == "inf" || word == "infinity";
}

// "5", "3.5", "-12.25": up to seven digits are an exact float, and so is the power of
// ten below them, so one division gives the nearest float. Almost all ratings end here.
template <typename Float>
bool parse_short(std::string_view text, Float& value) noexcept {
  if (text.empty() || text.size() > 8) return false;
  static constexpr std::array<Float, 8> kPowers = {1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
  std::uint32_t digits = 0;
  std::size_t digit_count = 0;
  std::size_t fraction_count = 0;
  bool in_fraction = false;
  for (const char byte : text) {
    if (is_ascii_digit(byte)) {
      digits = digits * 10 + static_cast<std::uint32_t>(byte - '0');
      ++digit_count;
      if (in_fraction) ++fraction_count;
    } else if (byte == '.' && !in_fraction) {
      in_fraction = true;
    } else {
      return false;
    }
  }
  if (digit_count == 0 || digit_count > 7) return false;
  value = static_cast<Float>(digits) / kPowers[fraction_count];
  return true;
}

template <typename Float>
NumberFault parse_any(std::string_view text, Float& value) noexcept {
  if (parse_short(text, value)) return NumberFault::none;
  text = trim_ascii(text);
  if (text.empty()) return NumberFault::empty;
  if (is_word_for_not_finite(text)) return NumberFault::not_finite;
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  // fast_float would read "nan(1)" and the like too.
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (first == text.size() || !(is_ascii_digit(text[first]) || text[first] == '.')) {
    return NumberFault::malformed;
  }
  const char* const end = text.data() + text.size();
  const auto [stop, error] = fast_float::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return NumberFault::malformed;
  if (!std::isfinite(value)) return NumberFault::too_large;
  value += Float{0};  // -0 becomes 0, so that equal values have equal bytes.
  return NumberFault::none;
}

// Digits [at, at + count) as a number; -1 if they are not all digits.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_ascii_digit(text[i])) return -1;
    value = 10 * value + (text[i] - '0');
  }
  return value;
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

// "2019-01-02", with " 03:04", ":05", ".6" and "Z" after it if they are there.
bool parse_date(std::string_view text, std::int64_t& seconds) noexcept {
  const int year = digits_at(text, 0, 4);
  const int month = digits_at(text, 5, 2);
  const int day = digits_at(text, 8, 2);
  if (year < 1 || month < 1 || month > 12 || text[4] != '-' || text[7] != '-') return false;
  if (day < 1 || day > days_in_month(year, month)) return false;
  seconds = 86400 * days_since_1970(year, month, day);
  text.remove_prefix(10);
  if (text.empty()) return true;

  if (text[0] != ' ' && text[0] != 'T') return false;
  const int hour = digits_at(text, 1, 2);
  const int minute = digits_at(text, 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[3] != ':') return false;
  seconds += 3600 * hour + 60 * minute;
  text.remove_prefix(6);
  if (text.starts_with(':')) {
    const int second = digits_at(text, 1, 2);
    if (second < 0 || second > 60) return false;
    seconds += second;
    text.remove_prefix(3);
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      if (text.empty() || !is_ascii_digit(text[0])) return false;
      while (!text.empty() && is_ascii_digit(text[0])) text.remove_prefix(1);
    }
  }
  return text.empty() || text == "Z" || text == "+00:00";
}

}  // namespace

NumberFault parse_number(std::string_view text, float& value) noexcept {
  return parse_any(text, value);
}

NumberFault parse_number(std::string_view text, double& value) noexcept {
  return parse_any(text, value);
}

NumberFault parse_timestamp(std::string_view text, std::int64_t& seconds) noexcept {
  // Up to eighteen digits cannot overflow. Almost all timestamps end here.
  if (!text.empty() && text.size() <= 18) {
    std::int64_t value = 0;
    std::size_t i = 0;
    while (i < text.size() && is_ascii_digit(text[i])) value = value * 10 + (text[i++] - '0');
    if (i == text.size()) {
      seconds = value;
      return NumberFault::none;
    }
  }
  text = trim_ascii(text);
  if (text.empty()) return NumberFault::empty;
  if (text.size() >= 10 && parse_date(text, seconds)) return NumberFault::none;
  const char* const end = text.data() + text.size();
  const bool has_plus = text.size() > 1 && text[0] == '+' && is_ascii_digit(text[1]);
  const char* const begin = text.data() + (has_plus ? 1 : 0);
  const auto [stop, error] = std::from_chars(begin, end, seconds);
  if (stop == end) {
    if (error == std::errc()) return NumberFault::none;
    if (error == std::errc::result_out_of_range) return NumberFault::too_large;
  }
  double value = 0.0;
  if (const NumberFault fault = parse_number(text, value); fault != NumberFault::none) return fault;
  value = std::floor(value);
  if (value < -0x1p63 || value >= 0x1p63) return NumberFault::too_large;
  seconds = static_cast<std::int64_t>(value);
  return NumberFault::none;
}

}  // namespace kindred::data
