#include "kindred/base/toml.h"

#include <fmt/format.h>

// Debug builds of the library assert on some malformed texts, such as "[[=", before the check
// that reports them. A file is hostile, so its errors must be errors in every build.
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include "kindred/base/error.h"

namespace kindred {
namespace {

[[noreturn]] void fail(const std::string& name, const toml::source_position& at,
                       const std::string& problem) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}:{}:{}: {}", name, at.line, at.column, problem));
}

class Converter {
 public:
  explicit Converter(const std::string& name) : name_(name) {}

  Json convert(const toml::node& node) const {
    if (const toml::table* table = node.as_table()) return convert_table(*table);
    if (const toml::array* array = node.as_array()) {
      Json out{Json::Array{}};
      for (const toml::node& element : *array) out.push(convert(element));
      return out;
    }
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return number->get();
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* number = node.as_floating_point()) {
      if (std::isfinite(number->get())) return number->get();
      fail(name_, node.source().begin, "not a finite number");
    }
    std::ostringstream date;
    node.visit([&](const auto& value) {
      using Value = std::decay_t<decltype(value)>;
      if constexpr (toml::is_value<Value>) date << value.get();
    });
    return date.str();
  }

 private:
  // The library sorts by name; people expect the order of the file.
  Json convert_table(const toml::table& table) const {
    std::vector<std::pair<const toml::key*, const toml::node*>> members;
    for (const auto& [key, node] : table) members.emplace_back(&key, &node);
    std::ranges::stable_sort(members, {}, [](const auto& member) {
      const toml::source_position& at = member.first->source().begin;
      return std::pair(at.line, at.column);
    });
    Json out{Json::Object{}};
    for (const auto& [key, node] : members) out.set(std::string(key->str()), convert(*node));
    return out;
  }

  const std::string& name_;
};

}  // namespace

Json parse_toml(std::string_view text, const std::string& name) {
  try {
    return Converter(name).convert(toml::parse(text, name));
  } catch (const toml::parse_error& error) {
    fail(name, error.source().begin, std::string(error.description()));
  }
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += byte;
    } else if (code < 0x20 || code == 0x7F) {
      out += fmt::format("\\u{:04X}", code);
    } else {
      out += byte;
    }
  }
  return out + "\"";
}

}  // namespace kindred
