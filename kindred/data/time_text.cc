#include "kindred/data/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/number_text.h"
#include "kindred/data/time_parts.h"

namespace kindred::data {
namespace {

constexpr int kFractionDigitsMax = 9;
constexpr std::array<std::int64_t, 10> kTimeScales = {
    1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

// seconds x 10^digits + the first digits of the fraction.
ParsedTime scaled(std::int64_t seconds, std::string_view fraction, bool negative, int digits) {
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  ParsedTime out;
  out.digits_lost =
      std::max(0, static_cast<int>(std::min<std::size_t>(fraction.size(), 9)) - digits);
  std::int64_t parts = 0;
  for (int i = 0; i < digits; ++i) {
    const auto at = static_cast<std::size_t>(i);
    parts = 10 * parts + (at < fraction.size() ? fraction[at] - '0' : 0);
  }
  const bool cut = fraction.size() > static_cast<std::size_t>(digits);
  const std::int64_t scale = kTimeScales[static_cast<std::size_t>(digits)];
  std::int64_t whole = 0;
  // Before 1970 a fraction counts backwards in a number, and what is cut off rounds down.
  const std::int64_t change = negative ? -parts - (cut ? 1 : 0) : parts;
  if (__builtin_mul_overflow(seconds, scale, &whole) ||
      __builtin_add_overflow(whole, change, &out.time)) {
    out.fault = NumberFault::too_large;
  }
  return out;
}

// "1500000001", "-3", "1500000001.75", "1e9".
ParsedTime parse_numeric_time(std::string_view text, int digits) {
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(sign, std::min(point, text.size()) - sign);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  const auto all_digits = [](std::string_view part) {
    return std::all_of(part.begin(), part.end(), is_digit);
  };
  if (all_digits(whole) && all_digits(fraction) && !(whole.empty() && fraction.empty())) {
    std::int64_t seconds = 0;
    const std::string_view number =
        text.substr(text[0] == '+' ? 1 : 0, whole.size() + (text[0] == '-' ? 1 : 0));
    if (!whole.empty()) {
      const auto [stop, error] =
          std::from_chars(number.data(), number.data() + number.size(), seconds);
      if (error != std::errc()) return {.fault = NumberFault::too_large};
    }
    return scaled(seconds, fraction, text[0] == '-', digits);
  }
  double value = 0.0;
  if (const NumberFault fault = parse_number(text, value); fault != NumberFault::none) {
    return {.fault = fault};
  }
  value = std::floor(value * static_cast<double>(kTimeScales[static_cast<std::size_t>(digits)]));
  if (value < -0x1p63 || value >= 0x1p63) return {.fault = NumberFault::too_large};
  return {.time = static_cast<std::int64_t>(value)};
}

ParsedTime time_of(const TimeParts& parts, int digits) {
  // The fraction of a date always counts forwards.
  return scaled(seconds_of(parts), parts.fraction, false, digits);
}

}  // namespace

const char* describe(DateOrder order) noexcept {
  switch (order) {
    case DateOrder::year_first:
      return "year first";
    case DateOrder::day_first:
      return "day first";
    case DateOrder::month_first:
      break;
  }
  return "month first";
}

ParsedTime parse_time(std::string_view text, const TimeReading& reading) noexcept {
  // Up to eighteen digits cannot overflow. Almost all times end here.
  if (reading.pattern.empty() && reading.fraction_digits == 0 && !text.empty() &&
      text.size() <= 18) {
    std::int64_t value = 0;
    std::size_t i = 0;
    while (i < text.size() && is_digit(text[i])) value = value * 10 + (text[i++] - '0');
    if (i == text.size()) return {.time = value};
  }
  text = trimmed(text);
  if (text.empty()) return {.fault = NumberFault::empty};
  TimeParts parts;
  if (!reading.pattern.empty()) {
    if (!match_pattern(text, reading.pattern, parts)) return {.fault = NumberFault::malformed};
    return time_of(parts, reading.fraction_digits);
  }
  if (parse_date_text(text, parts)) {
    if (!settle_order(parts, reading.order)) return {.fault = NumberFault::malformed};
    return time_of(parts, reading.fraction_digits);
  }
  return parse_numeric_time(text, reading.fraction_digits);
}

TimeReading time_reading(const std::string& format) {
  if (format == "ymd") return {.order = DateOrder::year_first};
  if (format == "dmy") return {.order = DateOrder::day_first};
  if (format == "mdy") return {.order = DateOrder::month_first};
  if (format.find('%') != std::string::npos) {
    if (const std::string problem = problem_of_pattern(format); !problem.empty()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("--time-format '{}': {}", printable(format), problem));
    }
    return {.pattern = format};
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("--time-format is '{}', not ymd, dmy or mdy, nor a pattern such as "
                          "'%d/%m/%Y %H:%M:%S'",
                          printable(format)));
}

TimeFacts recognize_times(const std::vector<std::string_view>& texts) {
  constexpr std::array kOrders = {DateOrder::year_first, DateOrder::day_first,
                                  DateOrder::month_first};
  TimeFacts facts;
  facts.orders.assign(kOrders.begin(), kOrders.end());
  facts.dots = true;
  std::size_t digits = 0;
  for (const std::string_view whole : texts) {
    const std::string_view text = trimmed(whole);
    if (text.empty()) continue;
    TimeParts parts;
    if (!parse_date_text(text, parts)) {
      const ParsedTime number = parse_numeric_time(text, kFractionDigitsMax);
      // Beyond nine digits of a second, a number of milliseconds may be too large for them.
      const bool is_time = number.fault == NumberFault::none ||
                           parse_numeric_time(text, 0).fault == NumberFault::none;
      ++(is_time ? facts.time_count : facts.other_count);
      const std::size_t point = text.find('.');
      if (is_time && point != std::string_view::npos) {
        const std::size_t end = text.find_last_not_of('0');
        digits = std::max(digits, end > point ? end - point : 0);
      }
      continue;
    }
    std::vector<DateOrder> allowed;
    for (const DateOrder order : kOrders) {
      TimeParts settled = parts;
      if (settle_order(settled, order)) allowed.push_back(order);
    }
    if (allowed.empty()) {
      ++facts.other_count;
      continue;
    }
    ++facts.time_count;
    ++facts.date_count;
    std::string_view fraction = parts.fraction;
    while (fraction.ends_with('0')) fraction.remove_suffix(1);
    digits = std::max(digits, fraction.size());
    if (!parts.is_open) continue;
    if (facts.example.empty()) facts.example = text;
    facts.has_open_dates = true;
    facts.dots = facts.dots && parts.mark == '.';
    std::vector<DateOrder> left;
    for (const DateOrder order : facts.orders) {
      if (std::ranges::find(allowed, order) != allowed.end()) left.push_back(order);
    }
    if (left.empty() && facts.contradiction.empty()) facts.contradiction = text;
    if (allowed.size() == 1 && facts.decisive.empty()) facts.decisive = text;
    if (!left.empty()) facts.orders = std::move(left);
  }
  facts.dots = facts.dots && facts.has_open_dates;
  facts.fraction_digits = digits == 0 ? 0 : digits <= 3 ? 3 : digits <= 6 ? 6 : 9;
  return facts;
}

}  // namespace kindred::data
