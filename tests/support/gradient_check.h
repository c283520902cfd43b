// Checks the gradient of a computation against differences, in double precision.
//
// The computation maps some matrices to one; its values are weighed by fixed random
// numbers and summed, so that every part of the result counts. For tests.

#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/nn/operations.h"
#include "kindred/nn/tape.h"

namespace kindred::test {}

namespace kindred::nn::test {

using namespace kindred::test;  // In nn, test:: means both.

struct Argument {
  std::size_t rows = 1;
  std::size_t cols = 1;
  std::vector<double> values;  // rows x cols.
};

inline Argument normal_draws(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Argument argument{rows, cols, std::vector<double>(rows * cols)};
  Rng rng(seed);
  for (double& value : argument.values) value = rng.normal();
  return argument;
}

using Computation = std::function<Var(Tape<double>&, std::span<const Var>)>;

// The weighted sum; fills `gradients` where they are asked for.
inline double weighted_sum(const Computation& computation, const std::vector<Argument>& arguments,
                           std::vector<Gradient<double>>* gradients) {
  Tape<double> tape;
  std::vector<Var> vars;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Argument& argument = arguments[i];
    vars.push_back(tape.parameter(argument.values.data(), argument.rows, argument.cols,
                                  gradients == nullptr ? nullptr : &(*gradients)[i]));
  }
  const Var y = computation(tape, vars);
  const Argument weights = normal_draws(tape.rows(y), tape.cols(y), 4711);
  const Var total =
      sum(tape, multiply(tape, y, tape.input(weights.values.data(), weights.rows, weights.cols)));
  if (gradients != nullptr) tape.backward(total);
  return tape.values(total)[0];
}

// Fails the test where a gradient differs from the central difference.
inline void expect_right_gradients(const Computation& computation, std::vector<Argument> arguments,
                                   GradientKind kind = GradientKind::dense) {
  std::vector<Gradient<double>> gradients;
  for (const Argument& argument : arguments) {
    gradients.emplace_back(argument.rows, argument.cols, kind);
  }
  weighted_sum(computation, arguments, &gradients);
  constexpr double kStep = 1e-5;
  for (std::size_t a = 0; a < arguments.size(); ++a) {
    for (std::size_t i = 0; i < arguments[a].values.size(); ++i) {
      double& value = arguments[a].values[i];
      const double before = value;
      value = before + kStep;
      const double above = weighted_sum(computation, arguments, nullptr);
      value = before - kStep;
      const double below = weighted_sum(computation, arguments, nullptr);
      value = before;
      const double expected = (above - below) / (2.0 * kStep);
      const std::size_t cols = arguments[a].cols;
      const double found = gradients[a].row(i / cols)[i % cols];
      EXPECT_NEAR(found, expected, 1e-7 * std::max(1.0, std::abs(expected)) + 1e-8)
          << "argument " << a << ", value " << i;
    }
  }
}

}  // namespace kindred::nn::test
