// The search space: which parameters there are and which values each may take.
//
//    whole numbers   low..high, both included; a step; linear, log or reversed log scale
//    fractions       low..high; a step; the same scales
//    choices         words or numbers from a list
//
// On the log scale a step is a factor: 2..32 by 2 is 2, 4, 8, 16, 32. Reversed log is
// dense at the upper end. A parameter may depend on an earlier one ("momentum only if
// optimizer is sgd"); where its condition fails a setting does not have it. A numeric
// parameter may be allowed to widen its range when the best trial lies on an edge.
//
// Searchers work in the unit cube: unit_position() maps a value to [0, 1] along its scale,
// value_at() back to the nearest value that is allowed.
//
// Thread safety: pure functions of plain values.
//
// The meaning of ranges, steps and scales is KerasTuner's.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kindred/tuning/setting.h"

namespace kindred::tuning {

enum class Scale { linear, log, reverse_log };

// How far the range may grow by itself, and by what factor each time.
struct Widening {
  double low_min = 0.0;
  double high_max = 0.0;
  double factor = 2.0;

  bool operator==(const Widening&) const = default;
};

struct IntegerRange {
  std::int64_t low = 0;
  std::int64_t high = 0;  // Included.
  std::int64_t step = 0;  // 0: every whole number.
  Scale scale = Scale::linear;
  std::optional<Widening> widening = std::nullopt;

  bool operator==(const IntegerRange&) const = default;
};

struct FloatRange {
  double low = 0.0;
  double high = 0.0;  // Included.
  double step = 0.0;  // 0: any fraction.
  Scale scale = Scale::linear;
  std::optional<Widening> widening = std::nullopt;

  bool operator==(const FloatRange&) const = default;
};

struct Choices {
  std::vector<Value> values = {};

  bool operator==(const Choices&) const = default;
};

// Holds where the parameter `parent` is there and has one of these values.
struct Condition {
  std::string parent;
  std::vector<Value> values = {};

  bool operator==(const Condition&) const = default;
};

struct Parameter {
  std::string name;
  std::variant<IntegerRange, FloatRange, Choices> range;
  std::optional<Condition> condition;
  std::optional<Value> start;  // Tried first; without one the middle.

  bool operator==(const Parameter&) const = default;
};

struct Space {
  std::vector<Parameter> parameters;

  // Null where there is none of this name.
  const Parameter* find(std::string_view name) const noexcept;

  bool operator==(const Space&) const = default;
};

// Throws Error(invalid_argument), naming parameter and value: a name twice, an empty range,
// a log scale that reaches 0, a condition on what does not come earlier, a start outside.
void validate(const Space& space);

// Throws Error(invalid_argument) where `setting` lacks an active parameter, has one that is
// not, or one whose value lies outside. Ranges count as wide as they may become.
void validate(const Setting& setting, const Space& space);

// Whether `setting`, which has the values of all earlier parameters, has this one.
bool is_active(const Parameter& parameter, const Setting& setting);

bool is_numeric(const Parameter& parameter) noexcept;
std::string describe(const Parameter& parameter);  // "25, 15..35 (log)".

// All values in ascending order, or in that of the list. Nothing for a fraction without a
// step, which has too many.
std::optional<std::vector<Value>> values_of(const Parameter& parameter);

// Where the value lies along the scale, in [0, 1]; of choices the middle of its share.
// Values outside of the range give the nearer end. Requires: a value of this parameter.
double unit_position(const Parameter& parameter, const Value& value);

// The allowed value nearest to a position. Positions are cut to [0, 1].
Value value_at(const Parameter& parameter, double position);

// A setting from one position for each parameter, those of inactive ones unused.
// Requires: as many positions as parameters.
Setting setting_at(const Space& space, const std::vector<double>& positions);

// The start of every parameter.
Setting starting_setting(const Space& space);

// Every setting of the space, the last parameter running fastest; an inactive parameter
// counts once. Nothing where a fraction has no step.
// Throws Error(invalid_argument) when there are more than kGridMax.
inline constexpr std::size_t kGridMax = 1'000'000;
std::optional<std::vector<Setting>> all_settings(const Space& space);

}  // namespace kindred::tuning
