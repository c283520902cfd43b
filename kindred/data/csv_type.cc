#include "kindred/data/csv_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/csv_schema.h"
#include "kindred/data/number_text.h"

namespace kindred::data {
namespace {

constexpr std::array<CsvType, 5> kTypes = {CsvType::int32, CsvType::int64, CsvType::float32,
                                           CsvType::float64, CsvType::text};
// Every decimal of so many digits is the shortest one of the float nearest to it.
constexpr std::size_t kFloatDigits = 6;
constexpr double kWholeMax = 9007199254740992.0;  // 2^53: beyond it doubles skip whole numbers.

// The digits of a decimal without its sign, its point and the zeros at both ends.
std::size_t significant_digits(std::string_view cell) {
  std::size_t count = 0;
  std::size_t zeros = 0;
  for (const char byte : cell) {
    if (byte == 'e' || byte == 'E') break;
    if (byte < '0' || byte > '9') continue;
    if (byte == '0') {
      zeros += count > 0 ? 1U : 0U;
    } else {
      count += zeros + 1;
      zeros = 0;
    }
  }
  return count;
}

bool float_holds(std::string_view cell, double value) {
  const double size = std::abs(value);
  if (size > static_cast<double>(std::numeric_limits<float>::max())) return false;
  if (value != 0.0 && size < static_cast<double>(std::numeric_limits<float>::min())) return false;
  if (significant_digits(cell) <= kFloatDigits) return true;
  // A float may hold 178560448 and print as 178560450 all the same.
  const auto narrow = static_cast<float>(value);
  std::array<char, 32> text{};
  // Not as a plain whole number, which has digits beyond those that tell it from others.
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), narrow, std::chars_format::scientific)
          .ptr;
  double again = 0.0;
  parse_number(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())), again);
  return again == value;
}

// Whether the digits of a large number are those of the double. Where an exponent is written
// nobody counts on all digits.
bool double_holds(std::string_view cell, double value) {
  if (std::abs(value) < kWholeMax || cell.find_first_of("eE") != std::string_view::npos) {
    return true;
  }
  std::string_view digits = cell.substr(cell.find_first_not_of("+-0"));
  const std::size_t point = digits.find('.');
  if (point != std::string_view::npos) {
    if (digits.find_first_not_of('0', point + 1) != std::string_view::npos) return false;
    digits = digits.substr(0, point);
  }
  return digits == fmt::format("{:.0f}", std::abs(value));
}

}  // namespace

std::string_view name_of(CsvType type) noexcept {
  static constexpr std::array<std::string_view, 5> kNames = {"int32", "int64", "float32", "float64",
                                                             "text"};
  return kNames[static_cast<std::size_t>(type)];
}

CsvType csv_type(std::string_view name) {
  for (const CsvType type : kTypes) {
    if (name_of(type) == name) return type;
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("there is no type '{}'; the types are int32, int64, float32, float64 and "
                          "text",
                          printable(name)));
}

ElementType element_type(CsvType type) noexcept {
  switch (type) {
    case CsvType::int32:
    case CsvType::int64:
      return ElementType::int64;
    case CsvType::float32:
      return ElementType::float32;
    case CsvType::float64:
      return ElementType::float64;
    case CsvType::text:
      break;
  }
  return ElementType::text;
}

bool has_needless_zero(std::string_view text) noexcept {
  if (text.size() > 2 && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text.size() >= 2 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

CsvType narrowest_type(std::string_view cell) noexcept {
  if (has_needless_zero(cell)) return CsvType::text;
  if (const auto whole = parse_whole(cell)) {
    return std::in_range<std::int32_t>(*whole) ? CsvType::int32 : CsvType::int64;
  }
  double value = 0.0;
  if (parse_number(cell, value) != NumberFault::none) return CsvType::text;
  if (!double_holds(cell, value)) return CsvType::text;
  return float_holds(cell, value) ? CsvType::float32 : CsvType::float64;
}

bool is_exact_as(CsvType floating, std::string_view cell) noexcept {
  const auto whole = parse_whole(cell);
  if (!whole) return true;
  if (floating == CsvType::float32) return std::abs(*whole) <= (std::int64_t{1} << 24U);
  constexpr std::int64_t kMax = std::int64_t{1} << 53U;
  if (*whole >= -kMax && *whole <= kMax) return true;
  const auto near = static_cast<double>(*whole);
  return near < 0x1p63 && static_cast<std::int64_t>(near) == *whole;
}

}  // namespace kindred::data
