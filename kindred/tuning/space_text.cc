#include "kindred/tuning/space_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"
#include "kindred/base/toml.h"

namespace kindred::tuning {
namespace {

[[noreturn]] void fail_parameter(std::string_view name, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("parameter '{}': {}", name, problem));
}

const char* scale_name(Scale scale) {
  return scale == Scale::linear ? "linear" : scale == Scale::log ? "log" : "reverse_log";
}

Scale parse_scale(std::string_view name, std::string_view text) {
  if (text == "linear") return Scale::linear;
  if (text == "log") return Scale::log;
  if (text == "reverse_log") return Scale::reverse_log;
  fail_parameter(name, fmt::format("its scale is '{}', not linear, log or reverse_log", text));
}

// A range of whole numbers where all that is given is whole and nobody asked for fractions.
Parameter make_range(std::string_view name, const Value& low, const Value& high,
                     const std::optional<Value>& step, Scale scale, bool whole) {
  for (const Value* value : {&low, &high}) {
    if (std::holds_alternative<std::string>(*value)) {
      fail_parameter(name, fmt::format("'{}' is not a number", std::get<std::string>(*value)));
    }
  }
  if (step && std::holds_alternative<std::string>(*step)) {
    fail_parameter(name,
                   fmt::format("its step '{}' is not a number", std::get<std::string>(*step)));
  }
  Parameter parameter;
  parameter.name = name;
  if (whole) {
    if (step && !std::holds_alternative<std::int64_t>(*step)) {
      fail_parameter(name, "the step of a whole number is a whole number");
    }
    parameter.range = IntegerRange{.low = std::get<std::int64_t>(low),
                                   .high = std::get<std::int64_t>(high),
                                   .step = step ? std::get<std::int64_t>(*step) : 0,
                                   .scale = scale};
  } else {
    parameter.range = FloatRange{.low = as_number(low),
                                 .high = as_number(high),
                                 .step = step ? as_number(*step) : 0.0,
                                 .scale = scale};
  }
  return parameter;
}

bool is_whole(const Value& value) { return std::holds_alternative<std::int64_t>(value); }

std::optional<Widening> widening_from(std::string_view name, const Json& json) {
  const Json* widen = json.find("widen");
  if (widen == nullptr) return std::nullopt;
  const Json::Array& limits = widen->as_array();
  if (limits.size() != 2 && limits.size() != 3) {
    fail_parameter(name, "'widen' is [lowest, highest] or [lowest, highest, factor]");
  }
  Widening widening{.low_min = limits[0].as_double(), .high_max = limits[1].as_double()};
  if (limits.size() == 3) widening.factor = limits[2].as_double();
  return widening;
}

std::optional<Condition> condition_from(std::string_view name, const Json& json) {
  const Json* when = json.find("when");
  if (when == nullptr) return std::nullopt;
  if (!when->is_object() || when->as_object().size() != 1) {
    fail_parameter(name, "'when' is {parameter = [values]}");
  }
  const auto& [parent, values] = when->as_object().front();
  Condition condition{.parent = parent};
  if (!values.is_array()) {
    condition.values.push_back(value_from_json(values));
    return condition;
  }
  for (const Json& value : values.as_array()) condition.values.push_back(value_from_json(value));
  return condition;
}

void require_known_keys(std::string_view name, const Json& json) {
  constexpr std::string_view kKeys[] = {"kind",    "low",   "high",  "step", "scale",
                                        "choices", "start", "widen", "when"};
  for (const auto& [key, value] : json.as_object()) {
    if (std::ranges::find(kKeys, key) == std::end(kKeys)) {
      fail_parameter(name, fmt::format("'{}' is none of {}", key, fmt::join(kKeys, ", ")));
    }
  }
}

Parameter range_from_json(const std::string& name, const Json& json) {
  const Value low = value_from_json(json.at("low"));
  const Value high = value_from_json(json.at("high"));
  const Json* step = json.find("step");
  const Json* scale = json.find("scale");
  const Json* kind = json.find("kind");
  if (kind != nullptr && kind->as_string() != "int" && kind->as_string() != "float") {
    fail_parameter(name, fmt::format("its kind is '{}', not int or float", kind->as_string()));
  }
  const bool whole = kind != nullptr ? kind->as_string() == "int" : is_whole(low) && is_whole(high);
  if (whole && !(is_whole(low) && is_whole(high)))
    fail_parameter(name, "its range is not of whole numbers");
  return make_range(
      name, low, high, step == nullptr ? std::nullopt : std::optional(value_from_json(*step)),
      scale == nullptr ? Scale::linear : parse_scale(name, scale->as_string()), whole);
}

Parameter parameter_from_json(const std::string& name, const Json& json) {
  if (!json.is_object()) fail_parameter(name, "it is not a table");
  require_known_keys(name, json);
  Parameter parameter;
  if (const Json* choices = json.find("choices")) {
    Choices values;
    for (const Json& value : choices->as_array()) values.values.push_back(value_from_json(value));
    parameter.name = name;
    parameter.range = std::move(values);
  } else {
    parameter = range_from_json(name, json);
    const auto widening = widening_from(name, json);
    std::visit(Overloaded{[](Choices&) {}, [&](auto& range) { range.widening = widening; }},
               parameter.range);
  }
  if (const Json* start = json.find("start")) parameter.start = value_from_json(*start);
  parameter.condition = condition_from(name, json);
  return parameter;
}

template <typename Range>
void put_range(Json& json, const Range& range, const char* kind) {
  json.set("kind", kind);
  json.set("low", range.low);
  json.set("high", range.high);
  if (range.step != 0) json.set("step", range.step);
  json.set("scale", scale_name(range.scale));
  if (!range.widening) return;
  Json widen;
  for (const double limit :
       {range.widening->low_min, range.widening->high_max, range.widening->factor}) {
    widen.push(limit);
  }
  json.set("widen", std::move(widen));
}

Json values_json(const std::vector<Value>& values) {
  Json json{Json::Array{}};
  for (const Value& value : values) json.push(tuning::to_json(value));
  return json;
}

Json to_json(const Parameter& parameter) {
  Json json;
  std::visit(
      Overloaded{[&](const IntegerRange& range) { put_range(json, range, "int"); },
                 [&](const FloatRange& range) { put_range(json, range, "float"); },
                 [&](const Choices& choices) { json.set("choices", values_json(choices.values)); }},
      parameter.range);
  if (parameter.start) json.set("start", tuning::to_json(*parameter.start));
  if (parameter.condition) {
    Json when;
    when.set(parameter.condition->parent, values_json(parameter.condition->values));
    json.set("when", std::move(when));
  }
  return json;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<Value> parse_values(std::string_view text) {
  std::vector<Value> values;
  for (const std::string_view part : split(text, '|')) values.push_back(parse_value(part));
  return values;
}

// "low..high[:scale][:step]"
Parameter parse_range(std::string_view name, std::string_view text, std::size_t dots) {
  const auto parts = split(text.substr(dots + 2), ':');
  const Value low = parse_value(trimmed(text.substr(0, dots)));
  const Value high = parse_value(parts[0]);
  Scale scale = Scale::linear;
  std::optional<Value> step;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Value part = parse_value(parts[i]);
    if (const auto* word = std::get_if<std::string>(&part)) {
      scale = parse_scale(name, *word);
    } else {
      step = part;
    }
  }
  return make_range(name, low, high, step, scale, is_whole(low) && is_whole(high));
}

}  // namespace

Space space_from_json(const Json& json) {
  Space space;
  std::string reading;
  try {
    for (const auto& [name, description] : json.as_object()) {
      reading = name;
      space.parameters.push_back(parameter_from_json(name, description));
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::invalid_argument) throw;
    fail_parameter(reading, error.what());  // Something is of another kind than it should be.
  }
  validate(space);
  return space;
}

Space parse_space(std::string_view toml, const std::string& name) {
  const Json json = parse_toml(toml, name);
  try {
    return space_from_json(json);
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: {}", name, error.what()));
  }
}

Parameter parse_parameter(std::string_view text) {
  const auto equals = text.find('=');
  const std::string_view name = trimmed(text.substr(0, equals));
  if (equals == std::string_view::npos || name.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' is not NAME=LOW..HIGH[:log][:STEP] or NAME=A|B|C", text));
  }
  std::string_view range = trimmed(text.substr(equals + 1));
  std::optional<Condition> condition;
  if (const auto at = range.find(" if "); at != std::string_view::npos) {
    const std::string_view when = range.substr(at + 4);
    const auto is = when.find('=');
    if (is == std::string_view::npos) fail_parameter(name, "after 'if' comes PARAMETER=VALUE");
    condition = Condition{.parent = std::string(trimmed(when.substr(0, is))),
                          .values = parse_values(when.substr(is + 1))};
    range = trimmed(range.substr(0, at));
  }
  if (range.empty()) fail_parameter(name, "it has no values");
  const auto dots = range.find("..");
  Parameter parameter;
  if (dots != std::string_view::npos) {
    parameter = parse_range(name, range, dots);
  } else {
    parameter.name = name;
    parameter.range = Choices{parse_values(range)};
  }
  parameter.condition = std::move(condition);
  Space alone;
  alone.parameters.push_back(parameter);
  alone.parameters.back().condition.reset();  // The others are not known here.
  validate(alone);
  return parameter;
}

Json to_json(const Space& space) {
  Json json{Json::Object{}};
  for (const Parameter& parameter : space.parameters) json.set(parameter.name, to_json(parameter));
  return json;
}

}  // namespace kindred::tuning
