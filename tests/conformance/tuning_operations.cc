// Search spaces and Hyperband's plan.

#include "kindred/tuning/halving.h"
#include "kindred/tuning/space.h"
#include "tests/conformance/operations.h"

namespace kindred::conformance {
namespace {

Json integer_values(const Question& question) {
  const Json* step = find_argument(question.arguments, "step");
  const Json* sampling = find_argument(question.arguments, "sampling");
  tuning::Parameter parameter;
  parameter.name = "int";
  tuning::IntegerRange range{.low = question.arguments.at("min_value").as_int(),
                             .high = question.arguments.at("max_value").as_int()};
  if (step != nullptr) range.step = step->as_int();
  if (sampling != nullptr && sampling->as_string() == "log") range.scale = tuning::Scale::log;
  if (sampling != nullptr && sampling->as_string() == "reverse_log") {
    range.scale = tuning::Scale::reverse_log;
  }
  parameter.range = range;
  Json values{Json::Array{}};
  const auto listed = tuning::values_of(parameter);
  for (const tuning::Value& value : *listed) values.push(tuning::to_json(value));
  return values;
}

Json hyperband(const Question& question) {
  const auto schedule =
      tuning::hyperband_schedule(static_cast<int>(question.arguments.at("max_epochs").as_int()),
                                 static_cast<int>(question.arguments.at("factor").as_int()));
  Json brackets{Json::Array{}};
  for (const auto& rounds : schedule) {
    Json bracket{Json::Array{}};
    for (std::size_t round = 0; round < rounds.size(); ++round) {
      Json json;
      json.set("round", std::uint64_t{round});
      json.set("trials", std::uint64_t{rounds[round].trials});
      json.set("epochs", rounds[round].epochs);
      bracket.push(std::move(json));
    }
    brackets.push(std::move(bracket));
  }
  return brackets;
}

}  // namespace

void add_tuning_operations(Operations& operations) {
  operations["hp.Int"] = integer_values;
  operations["hyperband_schedule"] = hyperband;
}

}  // namespace kindred::conformance
