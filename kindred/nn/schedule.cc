#include "kindred/nn/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string_view>

#include "kindred/base/error.h"
#include "kindred/base/overloaded.h"

namespace kindred::nn {
namespace {

void require_schedule(bool holds, std::string_view option, double value, std::string_view range) {
  if (holds && std::isfinite(value)) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the schedule's {} is {}; it must be {}", option, value, range));
}

double elapsed(std::uint64_t steps_done, std::uint64_t decay_steps, bool staircase) {
  const double share = static_cast<double>(steps_done) / static_cast<double>(decay_steps);
  return staircase ? std::floor(share) : share;
}

double rate_of(const ConstantRate& s, std::uint64_t /*steps_done*/) { return s.rate; }

double rate_of(const ExponentialDecay& s, std::uint64_t steps_done) {
  return s.rate * std::pow(s.decay_rate, elapsed(steps_done, s.decay_steps, s.staircase));
}

double rate_of(const InverseTimeDecay& s, std::uint64_t steps_done) {
  return s.rate / (1.0 + s.decay_rate * elapsed(steps_done, s.decay_steps, s.staircase));
}

double rate_of(const PolynomialDecay& s, std::uint64_t steps_done) {
  double share = elapsed(steps_done, s.decay_steps, false);
  share = s.cycle ? share / std::max(1.0, std::ceil(share)) : std::min(share, 1.0);
  return (static_cast<double>(s.rate) - s.end_rate) * std::pow(1.0 - share, s.power) + s.end_rate;
}

double rate_of(const CosineDecay& s, std::uint64_t steps_done) {
  const double share = std::min(elapsed(steps_done, s.decay_steps, false), 1.0);
  const double wave = 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  return s.rate * ((1.0 - s.alpha) * wave + s.alpha);
}

double rate_of(const PiecewiseRate& s, std::uint64_t steps_done) {
  const auto passed = std::ranges::lower_bound(s.boundaries, steps_done) - s.boundaries.begin();
  return s.rates[static_cast<std::size_t>(passed)];
}

void check_schedule(const PiecewiseRate& s) {
  require_schedule(s.rates.size() == s.boundaries.size() + 1, "number of rates",
                   static_cast<double>(s.rates.size()), "one more than that of its boundaries");
  require_schedule(
      std::ranges::adjacent_find(s.boundaries, std::greater_equal<>()) == s.boundaries.end(),
      "number of boundaries", static_cast<double>(s.boundaries.size()),
      "that of a list that ascends");
  for (const float rate : s.rates)
    require_schedule(rate >= 0.0F, "rate", rate, "finite and at least 0");
}

template <class Decay>
void check_schedule(const Decay& s) {
  require_schedule(s.rate >= 0.0F, "rate", s.rate, "finite and at least 0");
  if constexpr (requires { s.decay_steps; }) {
    require_schedule(s.decay_steps > 0, "decay_steps", 0.0, "at least 1");
  }
  if constexpr (requires { s.decay_rate; }) {
    require_schedule(s.decay_rate >= 0.0F, "decay_rate", s.decay_rate, "finite and at least 0");
  }
  if constexpr (requires { s.end_rate; }) {
    require_schedule(s.end_rate >= 0.0F, "end_rate", s.end_rate, "finite and at least 0");
    require_schedule(s.power > 0.0F, "power", s.power, "finite and above 0");
  }
  if constexpr (requires { s.alpha; }) {
    require_schedule(s.alpha >= 0.0F && s.alpha <= 1.0F, "alpha", s.alpha, "in [0, 1]");
  }
}

}  // namespace

void check_schedule(const Schedule& schedule) {
  std::visit([](const auto& decay) { check_schedule(decay); }, schedule.decay);
}

float rate_at(const Schedule& schedule, std::uint64_t steps_done) {
  double rate =
      std::visit([&](const auto& decay) { return rate_of(decay, steps_done); }, schedule.decay);
  if (steps_done < schedule.warmup_steps) {
    rate *= static_cast<double>(steps_done + 1) / static_cast<double>(schedule.warmup_steps);
  }
  return static_cast<float>(rate);
}

}  // namespace kindred::nn
