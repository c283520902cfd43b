#include "kindred/base/json.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <unordered_set>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/printable.h"

namespace kindred {
namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::uint64_t kInt64Max = INT64_MAX;

}  // namespace

// Builds a Json from nlohmann's events, iteratively: hostile nesting costs no stack.
class JsonBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return put(Json()); }
  bool boolean(bool value) override { return put(Json(value)); }
  bool number_integer(number_integer_t value) override { return put(Json(std::int64_t{value})); }
  bool number_unsigned(number_unsigned_t value) override { return put(Json(std::uint64_t{value})); }
  bool number_float(number_float_t value, const string_t&) override { return put(Json(value)); }
  bool string(string_t& value) override { return put(Json(std::move(value))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json(Json::Object())); }
  bool start_array(std::size_t) override { return open(Json(Json::Array())); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (!open_.back().keys.insert(name).second) {
      problem_ = fmt::format("key \"{}\" appears twice", name);
      return false;
    }
    open_.back().key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    problem_ = fmt::format("not JSON at byte {}", position);
    return false;
  }

  Json take() && { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  struct Level {
    Json value;
    std::string key;                       // Where in the parent's object this level belongs.
    std::unordered_set<std::string> keys;  // Keys seen so far in this object.
  };

  bool open(Json value) {
    if (open_.size() == kDepthMax) {
      problem_ = fmt::format("nested deeper than {}", kDepthMax);
      return false;
    }
    open_.push_back({std::move(value), {}, {}});
    return true;
  }

  bool close() {
    Json done = std::move(open_.back().value);
    open_.pop_back();
    return put(std::move(done));
  }

  bool put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().value.is_array()) {
      open_.back().value.push(std::move(value));
    } else {
      // Keys are unique here, so no search for an earlier one.
      std::get<Json::Object>(open_.back().value.value_)
          .emplace_back(std::move(open_.back().key), std::move(value));
    }
    return true;
  }

  Json root_;
  std::vector<Level> open_;
  std::string problem_;
};

namespace {

[[noreturn]] void wrong_type(const Json& value, const char* wanted) {
  std::string shown = value.dump();
  if (shown.size() > 60) shown = shown.substr(0, 60) + "...";
  throw Error(ErrorCode::corrupt, fmt::format("JSON value is {}, not {}", shown, wanted));
}

void dump_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const auto c = static_cast<unsigned char>(text.front());
    std::size_t used = 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text.front();
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else if (const std::size_t length = utf8_character_bytes(text); length > 0) {
      out.append(text.substr(0, length));
      used = length;
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(used);
  }
  out += '"';
}

void new_line(int indent, int depth, std::string& out) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(depth), ' ');
}

void dump_value(const Json& json, int indent, int depth, std::string& out);

void dump_array(const Json::Array& array, int indent, int depth, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out += ',';
    new_line(indent, depth + 1, out);
    dump_value(array[i], indent, depth + 1, out);
  }
  if (!array.empty()) new_line(indent, depth, out);
  out += ']';
}

void dump_object(const Json::Object& object, int indent, int depth, std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < object.size(); ++i) {
    if (i > 0) out += ',';
    new_line(indent, depth + 1, out);
    dump_string(object[i].first, out);
    out += indent < 0 ? ":" : ": ";
    dump_value(object[i].second, indent, depth + 1, out);
  }
  if (!object.empty()) new_line(indent, depth, out);
  out += '}';
}

// Keeps a fraction or an exponent, so that a double is read back as a double.
void dump_double(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  const std::string digits = fmt::format("{}", value);
  out += digits;
  if (digits.find_first_of(".e") == std::string::npos) out += ".0";
}

void dump_value(const Json& json, int indent, int depth, std::string& out) {
  if (json.is_null()) {
    out += "null";
  } else if (json.is_bool()) {
    out += json.as_bool() ? "true" : "false";
  } else if (json.is_string()) {
    dump_string(json.as_string(), out);
  } else if (json.is_array()) {
    dump_array(json.as_array(), indent, depth, out);
  } else if (json.is_object()) {
    dump_object(json.as_object(), indent, depth, out);
  } else if (json.is_integer()) {
    const double approximate = json.as_double();
    out += approximate < 0 ? fmt::format("{}", json.as_int()) : fmt::format("{}", json.as_uint());
  } else {
    dump_double(json.as_double(), out);
  }
}

}  // namespace

Json::Json(std::uint64_t value) {
  if (value <= kInt64Max) {
    value_ = static_cast<std::int64_t>(value);
  } else {
    value_ = value;
  }
}

// Copies the alternative first and moves it in: the variant of libstdc++ 12 crashes when
// an allocation fails while the variant itself is being copied.
Json::Json(const Json& other) {
  std::visit([this](const auto& value) { value_ = std::decay_t<decltype(value)>(value); },
             other.value_);
}

Json& Json::operator=(const Json& other) {
  Json copy = other;
  return *this = std::move(copy);
}

Json Json::parse(std::string_view text) {
  JsonBuilder builder;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    throw Error(ErrorCode::corrupt, fmt::format("invalid JSON: {}", builder.problem()));
  }
  return std::move(builder).take();
}

std::string Json::dump(int indent) const {
  std::string out;
  dump_value(*this, indent, 0, out);
  return out;
}

bool Json::is_integer() const noexcept {
  return std::holds_alternative<std::int64_t>(value_) ||
         std::holds_alternative<std::uint64_t>(value_);
}

bool Json::is_number() const noexcept {
  return is_integer() || std::holds_alternative<double>(value_);
}

bool Json::as_bool() const {
  if (const auto* value = std::get_if<bool>(&value_)) return *value;
  wrong_type(*this, "true or false");
}

double Json::as_double() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*value);
  wrong_type(*this, "a number");
}

std::int64_t Json::as_int() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  if (const auto* value = std::get_if<std::uint64_t>(&value_); value && *value <= kInt64Max) {
    return static_cast<std::int64_t>(*value);
  }
  wrong_type(*this, "a signed 64-bit integer");
}

std::uint64_t Json::as_uint() const {
  if (const auto* value = std::get_if<std::uint64_t>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_); value && *value >= 0) {
    return static_cast<std::uint64_t>(*value);
  }
  wrong_type(*this, "an unsigned 64-bit integer");
}

const std::string& Json::as_string() const {
  if (const auto* value = std::get_if<std::string>(&value_)) return *value;
  wrong_type(*this, "a string");
}

const Json::Array& Json::as_array() const {
  if (const auto* value = std::get_if<Array>(&value_)) return *value;
  wrong_type(*this, "an array");
}

const Json::Object& Json::as_object() const {
  if (const auto* value = std::get_if<Object>(&value_)) return *value;
  wrong_type(*this, "an object");
}

const Json* Json::find(std::string_view key) const noexcept {
  const auto* object = std::get_if<Object>(&value_);
  if (object == nullptr) return nullptr;
  for (const auto& [name, value] : *object) {
    if (name == key) return &value;
  }
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  if (const Json* value = find(key)) return *value;
  throw Error(ErrorCode::corrupt, fmt::format("JSON object has no \"{}\"", key));
}

void Json::set(std::string key, Json value) {
  if (is_null()) value_ = Object();
  KINDRED_CHECK(is_object());
  auto& object = std::get<Object>(value_);
  for (auto& [name, old] : object) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  object.emplace_back(std::move(key), std::move(value));
}

void Json::push(Json value) {
  if (is_null()) value_ = Array();
  KINDRED_CHECK(is_array());
  std::get<Array>(value_).push_back(std::move(value));
}

}  // namespace kindred
