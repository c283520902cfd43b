// JSON values: parse, look up, print.
//
// For manifests, reports and `--json` output; not for bulk data. Objects keep the
// order in which members were added, numbers print with the fewest digits that read
// back the same, so equal values give equal bytes. Text is hostile: parse() refuses
// duplicate keys, trailing bytes, invalid UTF-8 and nesting beyond 32.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kindred {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;  // null
  Json(const Json& other);
  Json(Json&&) noexcept = default;
  Json& operator=(const Json& other);
  Json& operator=(Json&&) noexcept = default;
  ~Json() = default;
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::uint64_t value);  // Kept as signed where it fits, so that equal numbers are equal.
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  // Throws Error(corrupt) with the byte offset of the fault.
  static Json parse(std::string_view text);

  // indent < 0: one line. NaN and infinities print as null; invalid UTF-8 in strings
  // prints as U+FFFD.
  std::string dump(int indent = -1) const;

  bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
  bool is_object() const noexcept { return std::holds_alternative<Object>(value_); }
  bool is_array() const noexcept { return std::holds_alternative<Array>(value_); }
  bool is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
  bool is_number() const noexcept;   // Integer or floating point.
  bool is_integer() const noexcept;  // Written without fraction and exponent.
  bool is_bool() const noexcept { return std::holds_alternative<bool>(value_); }

  // Each throws Error(corrupt) saying what was found instead.
  bool as_bool() const;
  double as_double() const;
  std::int64_t as_int() const;
  std::uint64_t as_uint() const;
  const std::string& as_string() const;
  const Array& as_array() const;
  const Object& as_object() const;

  // The member, or null if there is none or *this is not an object.
  const Json* find(std::string_view key) const noexcept;
  // Throws Error(corrupt) naming the key if there is none.
  const Json& at(std::string_view key) const;

  // Adds or replaces a member. Requires: *this is null or an object.
  void set(std::string key, Json value);
  // Appends an element. Requires: *this is null or an array.
  void push(Json value);

  bool operator==(const Json&) const = default;

 private:
  friend class JsonBuilder;

  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array,
               Object>
      value_;
};

}  // namespace kindred
