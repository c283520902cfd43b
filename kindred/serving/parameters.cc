#include "kindred/serving/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <charconv>
#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"
#include "kindred/data/number_text.h"

namespace kindred::serving {
namespace {

[[noreturn]] void refuse(std::string_view name, const Json& value, std::string_view expected) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is {}, not {}", name, printable(value.dump()), expected));
}

}  // namespace

Parameters::Parameters(const Query& query) : from_query_(true) {
  for (const auto& [name, value] : query) {
    const auto same = [&](const auto& known) { return known.first == name; };
    if (std::ranges::any_of(values_, same)) {
      throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is given twice", printable(name)));
    }
    values_.emplace_back(name, Json(value));
  }
  used_.assign(values_.size(), false);
}

Parameters Parameters::from_json(std::string_view body) {
  Parameters parameters;
  if (body.empty()) return parameters;
  Json json;
  try {
    json = Json::parse(body);
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, fmt::format("the body is not JSON: {}", error.what()));
  }
  if (!json.is_object()) {
    throw Error(ErrorCode::invalid_argument, "the body is JSON, but not an object");
  }
  parameters.values_ = json.as_object();
  parameters.used_.assign(parameters.values_.size(), false);
  return parameters;
}

const Json* Parameters::take(std::string_view name) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].first != name) continue;
    used_[i] = true;
    return &values_[i].second;
  }
  return nullptr;
}

const Json& Parameters::need(std::string_view name) {
  const Json* value = take(name);
  if (value == nullptr) {
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is missing", name));
  }
  return *value;
}

std::int64_t Parameters::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const Json& value = need(name);
  const std::string expected = fmt::format("an integer from {} to {}", least, most);
  std::int64_t number = 0;
  if (from_query_) {
    const std::string& text = value.as_string();
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) refuse(name, value, expected);
  } else {
    if (!value.is_integer()) refuse(name, value, expected);
    try {
      number = value.as_int();
    } catch (const Error&) {
      refuse(name, value, expected);
    }
  }
  if (number < least || number > most) refuse(name, value, expected);
  return number;
}

std::int64_t Parameters::integer_or(std::string_view name, std::int64_t otherwise,
                                    std::int64_t least, std::int64_t most) {
  return take(name) == nullptr ? otherwise : integer(name, least, most);
}

double Parameters::number_or(std::string_view name, double otherwise, double least, double most) {
  const Json* value = take(name);
  if (value == nullptr) return otherwise;
  const std::string expected = fmt::format("a number from {} to {}", least, most);
  double number = 0.0;
  if (from_query_) {
    if (data::parse_number(value->as_string(), number) != data::NumberFault::none) {
      refuse(name, *value, expected);
    }
  } else {
    if (!value->is_number()) refuse(name, *value, expected);
    number = value->as_double();
  }
  if (!(number >= least && number <= most)) refuse(name, *value, expected);
  return number;
}

bool Parameters::flag_or(std::string_view name, bool otherwise) {
  const Json* value = take(name);
  if (value == nullptr) return otherwise;
  if (from_query_ && value->as_string() == "true") return true;
  if (from_query_ && value->as_string() == "false") return false;
  if (!value->is_bool()) refuse(name, *value, "true or false");
  return value->as_bool();
}

std::string Parameters::text(std::string_view name) {
  const Json& value = need(name);
  if (!value.is_string()) refuse(name, value, "a text");
  return value.as_string();
}

std::string Parameters::text_or(std::string_view name, std::string otherwise) {
  return take(name) == nullptr ? otherwise : text(name);
}

std::string Parameters::word_or(std::string_view name, std::string otherwise,
                                std::initializer_list<std::string_view> words) {
  if (take(name) == nullptr) return otherwise;
  const std::string value = text(name);
  if (std::ranges::find(words, value) == words.end()) {
    refuse(name, Json(value), fmt::format("one of {}", fmt::join(words, ", ")));
  }
  return value;
}

std::vector<std::uint32_t> Parameters::rows(std::string_view name, std::size_t row_count) {
  std::vector<std::uint32_t> rows;
  const Json* value = take(name);
  if (value == nullptr) return rows;
  if (!value->is_array()) refuse(name, *value, "a list of rows");
  for (const Json& element : value->as_array()) {
    if (!element.is_integer() || element.as_double() < 0.0 ||
        element.as_double() >= static_cast<double>(row_count)) {
      refuse(name, element, fmt::format("a row below {}", row_count));
    }
    rows.push_back(static_cast<std::uint32_t>(read_word(element, name)));
  }
  return rows;
}

std::vector<float> Parameters::numbers(std::string_view name) {
  std::vector<float> numbers;
  const Json* value = take(name);
  if (value == nullptr) return numbers;
  if (!value->is_array()) refuse(name, *value, "a list of numbers");
  for (const Json& element : value->as_array()) {
    const double number = element.is_number() ? element.as_double() : HUGE_VAL;
    if (!(std::abs(number) <= FLT_MAX)) refuse(name, element, "a number that a float can hold");
    numbers.push_back(static_cast<float>(number));
  }
  return numbers;
}

std::vector<std::string> Parameters::texts(std::string_view name) {
  std::vector<std::string> texts;
  const Json* value = take(name);
  if (value == nullptr) return texts;
  if (!value->is_array()) refuse(name, *value, "a list of texts");
  for (const Json& element : value->as_array()) {
    if (!element.is_string()) refuse(name, element, "a text");
    texts.push_back(element.as_string());
  }
  return texts;
}

void Parameters::finish() const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!used_[i]) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("'{}' is not a parameter of this call", printable(values_[i].first)));
    }
  }
}

}  // namespace kindred::serving
