// Learning-rate schedules: the rate of every step, as plain data.
//
// With s the number of steps done before, counted from 0, and x = s / decay_steps:
//
//   ConstantRate      rate
//   ExponentialDecay  rate decay_rate^x                          (staircase: x rounded down)
//   InverseTimeDecay  rate / (1 + decay_rate x)                  (staircase: x rounded down)
//   PolynomialDecay   (rate - end_rate)(1 - min(x, 1))^power + end_rate
//                     (cycle: decay_steps grows to the multiple of itself that holds s)
//   CosineDecay       rate ((1 - alpha)(1 + cos(pi min(x, 1))) / 2 + alpha)
//   PiecewiseRate     rates[i], i the number of boundaries below s
//
// A warm-up of w steps multiplies the rate of step s < w by (s + 1) / w.
//
// Formulas as in Keras 3. Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <variant>
#include <vector>

namespace kindred::nn {

struct ConstantRate {
  float rate = 0.001F;
  bool operator==(const ConstantRate&) const = default;
};

struct ExponentialDecay {
  float rate = 0.001F;
  std::uint64_t decay_steps = 1000;
  float decay_rate = 0.9F;
  bool staircase = false;
  bool operator==(const ExponentialDecay&) const = default;
};

struct InverseTimeDecay {
  float rate = 0.001F;
  std::uint64_t decay_steps = 1000;
  float decay_rate = 1.0F;
  bool staircase = false;
  bool operator==(const InverseTimeDecay&) const = default;
};

struct PolynomialDecay {
  float rate = 0.001F;
  std::uint64_t decay_steps = 1000;
  float end_rate = 0.0001F;
  float power = 1.0F;
  bool cycle = false;
  bool operator==(const PolynomialDecay&) const = default;
};

struct CosineDecay {
  float rate = 0.001F;
  std::uint64_t decay_steps = 1000;
  float alpha = 0.0F;  // The last rate as a share of the first.
  bool operator==(const CosineDecay&) const = default;
};

struct PiecewiseRate {
  std::vector<std::uint64_t> boundaries;  // Ascend strictly.
  std::vector<float> rates = {0.001F};    // One more than boundaries.
  bool operator==(const PiecewiseRate&) const = default;
};

struct Schedule {
  std::variant<ConstantRate, ExponentialDecay, InverseTimeDecay, PolynomialDecay, CosineDecay,
               PiecewiseRate>
      decay;
  std::uint64_t warmup_steps = 0;

  bool operator==(const Schedule&) const = default;
};

// Throws Error(invalid_argument) naming an option that is out of range.
void check_schedule(const Schedule& schedule);

// The rate of the step that `steps_done` others came before.
float rate_at(const Schedule& schedule, std::uint64_t steps_done);

}  // namespace kindred::nn
