#include "kindred/tuning/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"

namespace kindred::tuning {
namespace {

// Steps add up with rounding; what is this close to `high` is `high`.
constexpr double kStepSlack = 1e-9;
constexpr std::size_t kValuesMax = kGridMax;
constexpr double kMagnitudeMax = 0x1p53;  // Whole numbers up to here are doubles too.

// Where `value` lies in [low, high] along the scale.
double to_unit(double value, double low, double high, Scale scale) {
  if (high <= low) return 0.5;
  value = std::clamp(value, low, high);
  switch (scale) {
    case Scale::log:
      return std::log(value / low) / std::log(high / low);
    case Scale::reverse_log:
      return 1.0 - std::log((low + high - value) / low) / std::log(high / low);
    case Scale::linear:
      break;
  }
  return (value - low) / (high - low);
}

double from_unit(double position, double low, double high, Scale scale) {
  position = std::clamp(position, 0.0, 1.0);
  // The ends exactly: powers round.
  if (position == 0.0 || high <= low) return low;
  if (position == 1.0) return high;
  switch (scale) {
    case Scale::log:
      return std::clamp(low * std::pow(high / low, position), low, high);
    case Scale::reverse_log:
      return std::clamp(low + high - low * std::pow(high / low, 1.0 - position), low, high);
    case Scale::linear:
      break;
  }
  return low + position * (high - low);
}

// The values of a range with a step: added, or on a log scale multiplied.
template <typename T>
std::vector<T> stepped(T low, T high, T step, Scale scale) {
  std::vector<T> values;
  if (scale == Scale::linear) {
    const double count =
        std::floor(static_cast<double>(high - low) / static_cast<double>(step) + kStepSlack);
    for (std::size_t i = 0; i <= static_cast<std::size_t>(count); ++i) {
      values.push_back(low + static_cast<T>(i) * step);
    }
    return values;
  }
  const double limit = static_cast<double>(high) * (1.0 + kStepSlack);
  for (T value = low; static_cast<double>(value) <= limit; value *= step) values.push_back(value);
  if (scale == Scale::reverse_log) {
    for (T& value : values) value = low + high - value;
    std::ranges::reverse(values);
  }
  return values;
}

// Four digits: no training tells more apart, and people can read and type them. A reversed
// log scale lives in the digits beyond.
double rounded_to_step(double value, const FloatRange& range) {
  if (value == 0.0 || range.scale == Scale::reverse_log) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3.0);
  // As the decimal text reads: 0.3070000000000001 would be no shorter than what it was.
  const double four = std::stod(fmt::format("{:.4g}", std::round(value / unit) * unit));
  return std::clamp(four, range.low, range.high);
}

template <typename T>
T nearest(const std::vector<T>& values, double wanted, double low, double high, Scale scale) {
  T best = values.front();
  double distance = 2.0;
  for (const T value : values) {
    const double at = to_unit(static_cast<double>(value), low, high, scale);
    if (std::abs(at - wanted) < distance) {
      distance = std::abs(at - wanted);
      best = value;
    }
  }
  return best;
}

[[noreturn]] void fail_space(const std::string& name, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("parameter '{}': {}", name, problem));
}

void validate_range(const std::string& name, double low, double high, double step, Scale scale,
                    const std::optional<Widening>& widening) {
  if (!std::isfinite(low) || !std::isfinite(high)) fail_space(name, "its range is not finite");
  if (low > high) fail_space(name, fmt::format("its range {}..{} is empty", low, high));
  if (std::max(-low, high) > kMagnitudeMax) fail_space(name, fmt::format("{} is too large", high));
  if (scale != Scale::linear && low <= 0.0) {
    fail_space(name, fmt::format("a log scale cannot begin at {}", low));
  }
  if (!std::isfinite(step) || step < 0.0) fail_space(name, fmt::format("its step is {}", step));
  if (scale != Scale::linear && step != 0.0 && step <= 1.0) {
    fail_space(name, fmt::format("on a log scale the step is a factor above 1, not {}", step));
  }
  if (!widening) return;
  if (widening->low_min > low || widening->high_max < high || !(widening->factor > 1.0)) {
    fail_space(name, fmt::format("it cannot widen from {}..{} to {}..{} by {}", low, high,
                                 widening->low_min, widening->high_max, widening->factor));
  }
  if (scale != Scale::linear && widening->low_min <= 0.0) {
    fail_space(name, fmt::format("a log scale cannot widen to {}", widening->low_min));
  }
}

void validate_parameter(const Parameter& parameter) {
  const std::string& name = parameter.name;
  std::visit(
      Overloaded{
          [&](const IntegerRange& range) {
            validate_range(name, static_cast<double>(range.low), static_cast<double>(range.high),
                           static_cast<double>(range.step), range.scale, range.widening);
          },
          [&](const FloatRange& range) {
            validate_range(name, range.low, range.high, range.step, range.scale, range.widening);
          },
          [&](const Choices& choices) {
            if (choices.values.empty()) fail_space(name, "there is nothing to choose from");
            for (auto value = choices.values.begin(); value != choices.values.end(); ++value) {
              if (std::find(choices.values.begin(), value, *value) != value) {
                fail_space(name, fmt::format("'{}' is there twice", to_text(*value)));
              }
            }
          }},
      parameter.range);
}

// Whether the value lies in the range, which counts as wide as it may become.
bool is_allowed(const Parameter& parameter, const Value& value) {
  const auto inside = [&](const auto& range, double number) {
    const double low = range.widening ? range.widening->low_min : static_cast<double>(range.low);
    const double high = range.widening ? range.widening->high_max : static_cast<double>(range.high);
    return number >= low && number <= high;
  };
  return std::visit(Overloaded{[&](const IntegerRange& range) {
                                 return std::holds_alternative<std::int64_t>(value) &&
                                        inside(range, as_number(value));
                               },
                               [&](const FloatRange& range) {
                                 return !std::holds_alternative<std::string>(value) &&
                                        inside(range, as_number(value));
                               },
                               [&](const Choices& choices) {
                                 return std::ranges::find(choices.values, value) !=
                                        choices.values.end();
                               }},
                    parameter.range);
}

std::string scale_text(Scale scale) {
  return scale == Scale::linear ? "" : scale == Scale::log ? " (log)" : " (reversed log)";
}

template <typename Range>
std::string range_text(const Range& range) {
  const std::string step = range.step == 0 ? "" : fmt::format(" by {}", range.step);
  return fmt::format("{}..{}{}{}", range.low, range.high, step, scale_text(range.scale));
}

void extend_grid(const Space& space, std::size_t index, const Setting& so_far,
                 std::vector<Setting>& out) {
  if (index == space.parameters.size()) {
    if (out.size() >= kGridMax) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("the grid has more than {} settings", kGridMax));
    }
    out.push_back(so_far);
    return;
  }
  const Parameter& parameter = space.parameters[index];
  if (!is_active(parameter, so_far)) {
    extend_grid(space, index + 1, so_far, out);
    return;
  }
  const auto values = values_of(parameter);
  KINDRED_CHECK(values.has_value());
  for (const Value& value : *values) {
    Setting next = so_far;
    next.set(parameter.name, value);
    extend_grid(space, index + 1, next, out);
  }
}

}  // namespace

const Parameter* Space::find(std::string_view name) const noexcept {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

void validate(const Space& space) {
  Space earlier;
  for (const Parameter& parameter : space.parameters) {
    if (parameter.name.empty()) fail_space("", "it has no name");
    if (earlier.find(parameter.name) != nullptr) fail_space(parameter.name, "it is there twice");
    validate_parameter(parameter);
    if (const auto& condition = parameter.condition) {
      const Parameter* parent = earlier.find(condition->parent);
      if (parent == nullptr) {
        fail_space(parameter.name, fmt::format("it depends on '{}', which does not come before it",
                                               condition->parent));
      }
      if (condition->values.empty()) fail_space(parameter.name, "its condition never holds");
      for (const Value& value : condition->values) {
        if (is_allowed(*parent, value)) continue;
        fail_space(parameter.name,
                   fmt::format("'{}' is never '{}'", condition->parent, to_text(value)));
      }
    }
    if (parameter.start && !is_allowed(parameter, *parameter.start)) {
      fail_space(parameter.name, fmt::format("its start {} is none of {}",
                                             to_text(*parameter.start), describe(parameter)));
    }
    earlier.parameters.push_back(parameter);
  }
}

void validate(const Setting& setting, const Space& space) {
  for (const auto& [name, value] : setting.values()) {
    if (space.find(name) == nullptr) fail_space(name, "the space has none of this name");
  }
  for (const Parameter& parameter : space.parameters) {
    const Value* value = setting.find(parameter.name);
    const bool active = is_active(parameter, setting);
    if (active && value == nullptr) fail_space(parameter.name, "it has no value");
    if (!active && value != nullptr)
      fail_space(parameter.name, "it has a value where it does not count");
    if (value != nullptr && !is_allowed(parameter, *value)) {
      fail_space(parameter.name,
                 fmt::format("{} is none of {}", to_text(*value), describe(parameter)));
    }
  }
}

bool is_active(const Parameter& parameter, const Setting& setting) {
  if (!parameter.condition) return true;
  const Value* value = setting.find(parameter.condition->parent);
  const auto& wanted = parameter.condition->values;
  return value != nullptr && std::ranges::find(wanted, *value) != wanted.end();
}

bool is_numeric(const Parameter& parameter) noexcept {
  return !std::holds_alternative<Choices>(parameter.range);
}

std::string describe(const Parameter& parameter) {
  return std::visit(Overloaded{[](const IntegerRange& range) { return range_text(range); },
                               [](const FloatRange& range) { return range_text(range); },
                               [](const Choices& choices) {
                                 std::string text;
                                 for (const Value& value : choices.values) {
                                   text += (text.empty() ? "" : ", ") + to_text(value);
                                 }
                                 return text;
                               }},
                    parameter.range);
}

std::optional<std::vector<Value>> values_of(const Parameter& parameter) {
  std::vector<Value> out;
  if (const auto* range = std::get_if<IntegerRange>(&parameter.range)) {
    const std::int64_t step = std::max<std::int64_t>(range->step, 1);
    const Scale scale = range->step == 0 ? Scale::linear : range->scale;
    if (static_cast<std::size_t>((range->high - range->low) / step) > kValuesMax) {
      return std::nullopt;
    }
    for (const std::int64_t value : stepped(range->low, range->high, step, scale)) {
      out.emplace_back(value);
    }
  } else if (const auto* fractions = std::get_if<FloatRange>(&parameter.range)) {
    if (fractions->low == fractions->high) return std::vector<Value>{fractions->low};
    if (fractions->step == 0.0) return std::nullopt;
    for (const double value :
         stepped(fractions->low, fractions->high, fractions->step, fractions->scale)) {
      out.emplace_back(value);
    }
  } else {
    out = std::get<Choices>(parameter.range).values;
  }
  return out;
}

double unit_position(const Parameter& parameter, const Value& value) {
  return std::visit(Overloaded{[&](const IntegerRange& range) {
                                 return to_unit(as_number(value), static_cast<double>(range.low),
                                                static_cast<double>(range.high), range.scale);
                               },
                               [&](const FloatRange& range) {
                                 return to_unit(as_number(value), range.low, range.high,
                                                range.scale);
                               },
                               [&](const Choices& choices) {
                                 const auto at = std::ranges::find(choices.values, value);
                                 KINDRED_CHECK(at != choices.values.end());
                                 return (static_cast<double>(at - choices.values.begin()) + 0.5) /
                                        static_cast<double>(choices.values.size());
                               }},
                    parameter.range);
}

Value value_at(const Parameter& parameter, double position) {
  position = std::clamp(position, 0.0, 1.0);
  return std::visit(
      Overloaded{[&](const IntegerRange& range) -> Value {
                   const auto low = static_cast<double>(range.low);
                   const auto high = static_cast<double>(range.high);
                   if (range.step > 1) {
                     return nearest(stepped(range.low, range.high, range.step, range.scale),
                                    position, low, high, range.scale);
                   }
                   return static_cast<std::int64_t>(
                       std::llround(from_unit(position, low, high, range.scale)));
                 },
                 [&](const FloatRange& range) -> Value {
                   if (range.step > 0.0) {
                     return nearest(stepped(range.low, range.high, range.step, range.scale),
                                    position, range.low, range.high, range.scale);
                   }
                   return rounded_to_step(from_unit(position, range.low, range.high, range.scale),
                                          range);
                 },
                 [&](const Choices& choices) -> Value {
                   const auto count = static_cast<double>(choices.values.size());
                   const auto at = std::min(static_cast<std::size_t>(position * count),
                                            choices.values.size() - 1);
                   return choices.values[at];
                 }},
      parameter.range);
}

Setting setting_at(const Space& space, const std::vector<double>& positions) {
  KINDRED_CHECK(positions.size() == space.parameters.size());
  Setting setting;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const Parameter& parameter = space.parameters[i];
    if (is_active(parameter, setting)) {
      setting.set(parameter.name, value_at(parameter, positions[i]));
    }
  }
  return setting;
}

Setting starting_setting(const Space& space) {
  Setting setting;
  for (const Parameter& parameter : space.parameters) {
    if (!is_active(parameter, setting)) continue;
    setting.set(parameter.name, parameter.start ? *parameter.start
                                : is_numeric(parameter)
                                    ? value_at(parameter, 0.5)
                                    : std::get<Choices>(parameter.range).values.front());
  }
  return setting;
}

std::optional<std::vector<Setting>> all_settings(const Space& space) {
  for (const Parameter& parameter : space.parameters) {
    if (!values_of(parameter)) return std::nullopt;
  }
  std::vector<Setting> out;
  extend_grid(space, 0, Setting(), out);
  return out;
}

}  // namespace kindred::tuning
