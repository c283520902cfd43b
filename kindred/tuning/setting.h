// What one trial tries: a value for each parameter of the space.
//
// A value is a whole number, a fraction or a word, and keeps its kind when it is written
// to JSON and read back, so that a setting from a study's file is the setting that ran.
//
// Thread safety: plain values.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kindred/base/json.h"

namespace kindred::tuning {

using Value = std::variant<std::int64_t, double, std::string>;

// "25", "0.003", "relu": the fewest digits that read back the same.
std::string to_text(const Value& value);

// What `text` says: a whole number, a fraction or else a word.
Value parse_value(std::string_view text);

Json to_json(const Value& value);
// Throws Error(corrupt) for what is neither a number nor text.
Value value_from_json(const Json& json);

// A whole number or a fraction as a number. Requires: not a word.
double as_number(const Value& value);

class Setting {
 public:
  // Adds or replaces.
  void set(std::string name, Value value);

  // The value, or null where the setting has none: a parameter whose condition fails.
  const Value* find(std::string_view name) const noexcept;

  // Throw Error(not_found) naming the parameter, or Error(invalid_argument) when its value
  // is of another kind. A whole number is a number too.
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  const std::string& word(std::string_view name) const;

  // In the order of the space.
  const std::vector<std::pair<std::string, Value>>& values() const noexcept { return values_; }

  bool operator==(const Setting&) const = default;

 private:
  const Value& at(std::string_view name) const;

  std::vector<std::pair<std::string, Value>> values_;
};

// "dim=25 regularization=0.003".
std::string to_text(const Setting& setting);

Json to_json(const Setting& setting);
Setting setting_from_json(const Json& json);

}  // namespace kindred::tuning
