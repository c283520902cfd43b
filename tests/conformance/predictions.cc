#include "tests/conformance/predictions.h"

#include <string>

#include "kindred/base/error.h"

namespace kindred::conformance {
namespace {

void flatten(const Json& json, std::vector<float>& values) {
  if (!json.is_array()) {
    values.push_back(static_cast<float>(json.as_double()));
    return;
  }
  for (const Json& element : json.as_array()) flatten(element, values);
}

std::vector<float> flat(const Json& json) {
  std::vector<float> values;
  flatten(json, values);
  return values;
}

// How many elements the lists of the last axis have; 1 for a plain list.
std::size_t width_of(const Json& json) {
  const Json::Array& rows = json.as_array();
  return rows.empty() || !rows.front().is_array() ? 1 : rows.front().as_array().size();
}

}  // namespace

Predictions read_predictions(const Question& question) {
  Predictions read;
  const Json& predictions = question.input.at("y_pred");
  const Json& targets = question.input.at("y_true");
  read.predictions = flat(predictions);
  read.targets = flat(targets);
  read.outputs = width_of(predictions);
  if (const Json* shape = find_argument(question.arguments, "reshape")) {
    read.outputs = shape->as_array().back().as_uint();
  }
  read.rows = read.predictions.size() / read.outputs;
  if (read.rows == 0 || read.targets.size() % read.rows != 0) {
    throw Error(ErrorCode::invalid_argument, "targets and predictions do not fit each other");
  }
  read.target_width = read.targets.size() / read.rows;
  if (const Json* weights = find_argument(question.arguments, "sample_weight")) {
    read.weights = flat(*weights);
    if (read.weights.size() == 1) read.weights.assign(read.rows, read.weights.front());
  }
  return read;
}

double number_or(const Json& arguments, std::string_view name, double otherwise) {
  const Json* found = find_argument(arguments, name);
  return found == nullptr ? otherwise : found->as_double();
}

bool flag_or(const Json& arguments, std::string_view name, bool otherwise) {
  const Json* found = find_argument(arguments, name);
  return found == nullptr ? otherwise : found->as_bool();
}

std::string text_or(const Json& arguments, std::string_view name, std::string_view otherwise) {
  const Json* found = find_argument(arguments, name);
  return found == nullptr ? std::string(otherwise) : found->as_string();
}

}  // namespace kindred::conformance
