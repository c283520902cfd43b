#include "kindred/recommendation/filter.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <limits>
#include <string_view>

#include "kindred/base/error.h"
#include "kindred/recommendation/columns.h"
#include "kindred/recommendation/text_fold.h"

namespace kindred::recommendation {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Condition {
  std::string column;
  std::string operation;  // "=", "!=", ">=", "<=", ">", "<" or "~".
  std::string value;
  std::string text;  // As written, for messages.
};

Condition parse(const std::string& text) {
  const std::size_t at = text.find_first_of("=!<>~");
  std::size_t end = at == std::string::npos ? at : at + 1;
  if (end != std::string::npos && end < text.size() && text[end] == '=' && text[at] != '~') ++end;
  Condition condition;
  condition.text = text;
  if (end != std::string::npos) {
    condition.column = trim(std::string_view(text).substr(0, at));
    condition.operation = text.substr(at, end - at);
    condition.value = trim(std::string_view(text).substr(end));
  }
  if (condition.operation == "==") condition.operation = "=";
  if (condition.column.empty() || condition.value.empty() || condition.operation == "!") {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' is not a condition; write one like genre=Comedy, year>=1990, "
                            "year=1990..1999 or title~star",
                            text));
  }
  return condition;
}

double number_of(const Condition& condition, std::string_view text) {
  text = trim(text);
  double value = 0.0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value != value) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}': column '{}' holds numbers and '{}' is not one", condition.text,
                            condition.column, text));
  }
  return value;
}

// An interval of numbers; `inside` tells whether it is the inside that fits.
struct Range {
  double low = -kInfinity;
  double high = kInfinity;
  bool low_open = false;
  bool high_open = false;
  bool inside = true;

  bool fits(double value) const {
    if (value != value) return false;
    const bool within =
        (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
    return within == inside;
  }
};

Range range_of(const Condition& condition) {
  Range range;
  const std::string& operation = condition.operation;
  if (operation == "~") {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}': column '{}' holds numbers; ~ is for text", condition.text,
                            condition.column));
  }
  if (operation == "=" || operation == "!=") {
    const std::size_t dots = condition.value.find("..");
    if (dots == std::string::npos) {
      range.low = range.high = number_of(condition, condition.value);
    } else {
      const std::string low = condition.value.substr(0, dots);
      const std::string high = condition.value.substr(dots + 2);
      if (!low.empty()) range.low = number_of(condition, low);
      if (!high.empty()) range.high = number_of(condition, high);
    }
    range.inside = operation == "=";
  } else if (operation.front() == '>') {
    range.low = number_of(condition, condition.value);
    range.low_open = operation == ">";
  } else {
    range.high = number_of(condition, condition.value);
    range.high_open = operation == "<";
  }
  return range;
}

std::vector<std::string> folded_parts(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    parts.push_back(fold(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

bool has_part(const std::string& cell, const std::vector<std::string>& wanted) {
  const std::string whole = fold(cell);
  const std::vector<std::string> parts = folded_parts(cell);
  for (const std::string& want : wanted) {
    if (want == whole) return true;
    for (const std::string& part : parts) {
      if (part == want) return true;
    }
  }
  return false;
}

std::function<bool(const std::string&)> text_test(const Condition& condition) {
  if (fold(condition.value).empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}': there is no letter or digit to look for", condition.text));
  }
  if (condition.operation == "~") {
    return [wanted = fold(condition.value)](const std::string& cell) {
      return fold(cell).find(wanted) != std::string::npos;
    };
  }
  if (condition.operation != "=" && condition.operation != "!=") {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}': column '{}' holds text; use =, != or ~", condition.text,
                            condition.column));
  }
  return [wanted = folded_parts(condition.value), equal = condition.operation == "="](
             const std::string& cell) { return has_part(cell, wanted) == equal; };
}

}  // namespace

std::vector<bool> matching_rows(const data::Table& table, std::span<const std::string> conditions) {
  std::vector<bool> matching(table.row_count(), true);
  for (const std::string& text : conditions) {
    const Condition condition = parse(text);
    const data::Column& column = column_named(table, condition.column);
    if (column.is_text()) {
      const auto fits = text_test(condition);
      for (std::size_t row = 0; row < matching.size(); ++row) {
        if (matching[row]) matching[row] = fits(column.text()[row]);
      }
    } else {
      const Range range = range_of(condition);
      for (std::size_t row = 0; row < matching.size(); ++row) {
        if (matching[row]) matching[row] = range.fits(column.numbers()[row]);
      }
    }
  }
  return matching;
}

}  // namespace kindred::recommendation
