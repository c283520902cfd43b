// Predictions, targets and weights of the vectors about losses and metrics.

#pragma once

#include <cstddef>
#include <vector>

#include "tests/conformance/operations.h"

namespace kindred::conformance {

struct Predictions {
  std::vector<float> predictions;  // rows x outputs.
  std::vector<float> targets;      // rows x target_width.
  std::vector<float> weights;      // rows, or empty.
  std::size_t rows = 0;
  std::size_t outputs = 1;
  std::size_t target_width = 1;
};

// Rows are all axes but the last; a plain list is rows of one output. "reshape" in the
// arguments says the shape of both. One weight for all is one for each.
Predictions read_predictions(const Question& question);

// The number of the argument, or the value given.
double number_or(const Json& arguments, std::string_view name, double otherwise);
bool flag_or(const Json& arguments, std::string_view name, bool otherwise);
std::string text_or(const Json& arguments, std::string_view name, std::string_view otherwise);

}  // namespace kindred::conformance
