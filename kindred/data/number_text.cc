#include "kindred/data/number_text.h"

#include <fast_float/fast_float.h>

#include <array>
#include <cctype>
#include <cmath>
#include <system_error>

namespace kindred::data {
namespace {

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
    if (is_digit(byte)) {
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
  text = trimmed(text);
  if (text.empty()) return NumberFault::empty;
  if (is_word_for_not_finite(text)) return NumberFault::not_finite;
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  // fast_float would read "nan(1)" and the like too.
  const std::size_t first = text.starts_with('-') ? 1 : 0;
  if (first == text.size() || !(is_digit(text[first]) || text[first] == '.')) {
    return NumberFault::malformed;
  }
  const char* const end = text.data() + text.size();
  const auto [stop, error] = fast_float::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) return NumberFault::malformed;
  if (!std::isfinite(value)) return NumberFault::too_large;
  value += Float{0};  // -0 becomes 0, so that equal values have equal bytes.
  return NumberFault::none;
}

}  // namespace

NumberFault parse_number(std::string_view text, float& value) noexcept {
  return parse_any(text, value);
}

NumberFault parse_number(std::string_view text, double& value) noexcept {
  return parse_any(text, value);
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace kindred::data
