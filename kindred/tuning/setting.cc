#include "kindred/tuning/setting.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "kindred/base/check.h"
#include "kindred/base/error.h"

namespace kindred::tuning {
namespace {

template <typename T>
std::optional<T> parse_whole(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::string to_text(const Value& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

Value parse_value(std::string_view text) {
  if (const auto integer = parse_whole<std::int64_t>(text)) return *integer;
  if (const auto number = parse_whole<double>(text); number && std::isfinite(*number)) {
    return *number;
  }
  return std::string(text);
}

Json to_json(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

Value value_from_json(const Json& json) {
  if (json.is_integer()) return json.as_int();
  if (json.is_number()) return json.as_double();
  return json.as_string();
}

double as_number(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return static_cast<double>(*integer);
  }
  KINDRED_CHECK(std::holds_alternative<double>(value));
  return std::get<double>(value);
}

void Setting::set(std::string name, Value value) {
  for (auto& [known, old] : values_) {
    if (known == name) {
      old = std::move(value);
      return;
    }
  }
  values_.emplace_back(std::move(name), std::move(value));
}

const Value* Setting::find(std::string_view name) const noexcept {
  for (const auto& [known, value] : values_) {
    if (known == name) return &value;
  }
  return nullptr;
}

const Value& Setting::at(std::string_view name) const {
  if (const Value* value = find(name)) return *value;
  throw Error(ErrorCode::not_found, fmt::format("the setting has no '{}'", name));
}

std::int64_t Setting::integer(std::string_view name) const {
  const Value& value = at(name);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is '{}', not a whole number", name, to_text(value)));
}

double Setting::number(std::string_view name) const {
  const Value& value = at(name);
  if (!std::holds_alternative<std::string>(value)) return as_number(value);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is '{}', not a number", name, to_text(value)));
}

const std::string& Setting::word(std::string_view name) const {
  const Value& value = at(name);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is '{}', not a word", name, to_text(value)));
}

std::string to_text(const Setting& setting) {
  std::string text;
  for (const auto& [name, value] : setting.values()) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, to_text(value));
  }
  return text;
}

Json to_json(const Setting& setting) {
  Json json{Json::Object{}};
  for (const auto& [name, value] : setting.values()) json.set(name, to_json(value));
  return json;
}

Setting setting_from_json(const Json& json) {
  Setting setting;
  for (const auto& [name, value] : json.as_object()) setting.set(name, value_from_json(value));
  return setting;
}

}  // namespace kindred::tuning
