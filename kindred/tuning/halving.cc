#include "kindred/tuning/halving.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>

#include "kindred/base/error.h"

namespace kindred::tuning {
namespace {

// Whether trials are compared at this step: min f^k.
bool is_rung(int step, const StoppingOptions& options) {
  std::int64_t rung = options.steps_min;
  while (rung < step) rung *= options.reduction;
  return rung == step;
}

bool survives_halving(const Curve& curve, std::span<const Curve> others, int step,
                      const StoppingOptions& options) {
  if (!is_rung(step, options)) return true;
  const double own = curve.best_until(step);
  std::size_t reached = 1;
  std::size_t better = 0;
  for (const Curve& other : others) {
    if (other.steps.empty() || other.steps.back() < step) continue;
    ++reached;
    better += other.best_until(step) > own + options.value_step ? 1 : 0;
  }
  const std::size_t kept =
      std::max<std::size_t>(1, reached / static_cast<std::size_t>(options.reduction));
  return better < kept;
}

double mean_until(const Curve& curve, int step) {
  double sum = 0.0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < curve.steps.size() && curve.steps[i] <= step; ++i) {
    sum += curve.values[i];
    ++count;
  }
  return sum / static_cast<double>(count);
}

bool survives_median(const Curve& curve, std::span<const Curve> others, int step,
                     const StoppingOptions& options) {
  if (step < options.steps_min) return true;
  std::vector<double> means;
  for (const Curve& other : others) {
    if (other.steps.empty() || other.steps.back() < step) continue;
    means.push_back(mean_until(other, step));
  }
  if (means.size() < static_cast<std::size_t>(options.trials_min)) return true;
  const auto middle = means.begin() + static_cast<std::ptrdiff_t>(means.size() / 2);
  std::ranges::nth_element(means, middle);
  return curve.best_until(step) + options.value_step >= *middle;
}

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int64_t power(std::int64_t base, int exponent) {
  std::int64_t out = 1;
  for (int i = 0; i < exponent; ++i) out *= base;
  return out;
}

}  // namespace

double Curve::best_until(int step) const noexcept {
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < steps.size() && steps[i] <= step; ++i) {
    best = std::max(best, values[i]);
  }
  return best;
}

void validate(const StoppingOptions& options) {
  const auto require = [](bool holds, const char* name, auto value) {
    if (holds) return;
    throw Error(ErrorCode::invalid_argument, fmt::format("early stopping: {} is {}", name, value));
  };
  require(options.steps_min >= 1, "steps_min", options.steps_min);
  require(options.reduction >= 2, "reduction", options.reduction);
  require(options.trials_min >= 1, "trials_min", options.trials_min);
  require(options.value_step >= 0.0, "value_step", options.value_step);
}

Stopping parse_stopping(const std::string& text) {
  for (const Stopping rule : {Stopping::none, Stopping::halving, Stopping::median}) {
    if (text == to_text(rule)) return rule;
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("'{}' is no rule of early stopping: halving, median or none", text));
}

const char* to_text(Stopping rule) noexcept {
  switch (rule) {
    case Stopping::halving:
      return "halving";
    case Stopping::median:
      return "median";
    case Stopping::none:
      break;
  }
  return "none";
}

bool should_go_on(const Curve& curve, std::span<const Curve> others,
                  const StoppingOptions& options) {
  if (curve.steps.empty()) return true;
  const int step = curve.steps.back();
  if (options.steps_max > 0 && step >= options.steps_max) return true;
  switch (options.rule) {
    case Stopping::halving:
      return survives_halving(curve, others, step, options);
    case Stopping::median:
      return survives_median(curve, others, step, options);
    case Stopping::none:
      break;
  }
  return true;
}

std::vector<std::vector<HyperbandRound>> hyperband_schedule(int epochs_max, int factor) {
  if (epochs_max < 1 || factor < 2) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("no Hyperband of {} epochs by {}", epochs_max, factor));
  }
  // E = epochs_max. A bracket s begins with E / f^s epochs, at least about one, and all
  // brackets together with ceil(1 + log_f E) trials of full length. Both logarithms are of
  // whole numbers, so they are counted, not computed: log(81) / log(3) is 4.0000000000000001.
  int s_max = 0;
  while (power(factor, s_max + 1) <= epochs_max) ++s_max;
  const std::int64_t budget = 1 + s_max + (power(factor, s_max) < epochs_max ? 1 : 0);
  std::vector<std::vector<HyperbandRound>> brackets;
  for (int s = s_max; s >= 0; --s) {
    std::vector<HyperbandRound> rounds;
    for (int i = 0; i <= s; ++i) {
      // Trials ceil(ceil(1 + log_f E) / (s + 1) f^(s - i)), epochs ceil(E / f^(s - i)).
      const std::int64_t scale = power(factor, s - i);
      rounds.push_back({static_cast<std::size_t>(ceil_divide(budget * scale, s + 1)),
                        static_cast<int>(ceil_divide(epochs_max, scale))});
    }
    brackets.push_back(std::move(rounds));
  }
  return brackets;
}

}  // namespace kindred::tuning
