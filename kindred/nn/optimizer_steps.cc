#include "kindred/nn/optimizer_steps.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "kindred/base/overloaded.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::nn {
namespace {

// Adam and AdamW differ in their defaults alone.
template <class Options>
concept IsAdam = std::is_same_v<Options, Adam> || std::is_same_v<Options, AdamW>;

float square_root(float value) noexcept { return std::sqrt(value); }

struct SgdCell {
  const Sgd& options;
  StepRates rates;

  void operator()(float& w, float g) const noexcept {
    w -= w * rates.decay;
    w -= rates.rate * g;
  }
  void operator()(float& w, float g, float& m) const noexcept {
    w -= w * rates.decay;
    m = options.momentum * m - rates.rate * g;
    w += options.nesterov ? options.momentum * m - rates.rate * g : m;
  }
};

struct AdagradCell {
  const Adagrad& options;
  StepRates rates;

  void operator()(float& w, float g, float& a) const noexcept {
    w -= w * rates.decay;
    a += g * g;
    w -= rates.rate * g / square_root(a + options.epsilon);
  }
};

struct RmsPropCell {
  const RmsProp& options;
  StepRates rates;

  float increment(float g, float& v) const noexcept {
    v = options.rho * v + (1.0F - options.rho) * (g * g);
    return rates.rate * g / square_root(v + options.epsilon);
  }
  float increment(float g, float& v, float& mean) const noexcept {
    v = options.rho * v + (1.0F - options.rho) * (g * g);
    mean = options.rho * mean + (1.0F - options.rho) * g;
    return rates.rate * g / square_root(v - mean * mean + options.epsilon);
  }
  void operator()(float& w, float g, float& v) const noexcept {
    w -= w * rates.decay;
    w -= increment(g, v);
  }
  void operator()(float& w, float g, float& v, float& second) const noexcept {
    w -= w * rates.decay;
    if (options.centered) {
      w -= increment(g, v, second);
    } else {
      second = options.momentum * second + increment(g, v);
      w -= second;
    }
  }
  void operator()(float& w, float g, float& v, float& mean, float& m) const noexcept {
    w -= w * rates.decay;
    m = options.momentum * m + increment(g, v, mean);
    w -= m;
  }
};

template <class Options>
struct AdamCell {
  const Options& options;
  StepRates rates;

  void moments(float g, float& m, float& v) const noexcept {
    m += (g - m) * (1.0F - options.beta1);
    v += (g * g - v) * (1.0F - options.beta2);
  }
  void operator()(float& w, float g, float& m, float& v) const noexcept {
    w -= w * rates.decay;
    moments(g, m, v);
    w -= rates.scaled * m / (square_root(v) + options.epsilon);
  }
  void operator()(float& w, float g, float& m, float& v, float& largest) const noexcept {
    w -= w * rates.decay;
    moments(g, m, v);
    largest = std::max(largest, v);
    w -= rates.scaled * m / (square_root(largest) + options.epsilon);
  }
};

struct FtrlCell {
  const Ftrl& options;
  StepRates rates;

  float power(float n) const noexcept {
    return options.learning_rate_power == -0.5F ? square_root(n)
                                                : std::pow(n, -options.learning_rate_power);
  }
  void operator()(float& w, float g, float& n, float& z) const noexcept {
    w -= w * rates.decay;
    const float shrunk = g + 2.0F * options.l2_shrinkage * w;
    const float before = power(n);
    n += g * g;
    const float after = power(n);
    z += shrunk - (after - before) / rates.rate * w;
    const float quadratic =
        after / rates.rate + 2.0F * (options.l2 + options.beta / (2.0F * rates.rate));
    w = (std::clamp(z, -options.l1, options.l1) - z) / quadratic;
  }
};

auto cell_of(const Sgd& options, const StepRates& rates) { return SgdCell{options, rates}; }
auto cell_of(const Adagrad& options, const StepRates& rates) { return AdagradCell{options, rates}; }
auto cell_of(const RmsProp& options, const StepRates& rates) { return RmsPropCell{options, rates}; }
auto cell_of(const Ftrl& options, const StepRates& rates) { return FtrlCell{options, rates}; }
template <class Options>
auto cell_of(const Options& options, const StepRates& rates) {
  return AdamCell<Options>{options, rates};
}

// Calls cell(w, g, slots...) for every element; without a gradient, g is 0.
template <class Cell>
void for_each_cell(const Cell& cell, const CellBlock& cells, std::size_t slot_count,
                   const float* gradient) {
  const std::size_t count = cells.count();
  float* const w = cells.values;
  const auto [first, second, third] = cells.slots;
  const auto g = [gradient](std::size_t i) { return gradient == nullptr ? 0.0F : gradient[i]; };
  if constexpr (std::is_invocable_v<const Cell&, float&, float>) {
    if (slot_count == 0) {
      for (std::size_t i = 0; i < count; ++i) cell(w[i], g(i));
    }
  }
  if constexpr (std::is_invocable_v<const Cell&, float&, float, float&>) {
    if (slot_count == 1) {
      for (std::size_t i = 0; i < count; ++i) cell(w[i], g(i), first[i]);
    }
  }
  if constexpr (std::is_invocable_v<const Cell&, float&, float, float&, float&>) {
    if (slot_count == 2) {
      for (std::size_t i = 0; i < count; ++i) cell(w[i], g(i), first[i], second[i]);
    }
  }
  if constexpr (std::is_invocable_v<const Cell&, float&, float, float&, float&, float&>) {
    if (slot_count == 3) {
      for (std::size_t i = 0; i < count; ++i) cell(w[i], g(i), first[i], second[i], third[i]);
    }
  }
}

std::size_t slot_count(const Sgd& options) { return options.momentum > 0.0F ? 1 : 0; }
std::size_t slot_count(const Adagrad&) { return 1; }
std::size_t slot_count(const RmsProp& options) {
  return 1U + (options.centered ? 1U : 0U) + (options.momentum > 0.0F ? 1U : 0U);
}
std::size_t slot_count(const Adam& options) { return options.amsgrad ? 3 : 2; }
std::size_t slot_count(const AdamW& options) { return options.amsgrad ? 3 : 2; }
std::size_t slot_count(const LazyAdam&) { return 2; }
std::size_t slot_count(const Ftrl&) { return 2; }

void take_row_steps(const RowwiseAdagrad& options, const StepRates& rates, const CellBlock& cells,
                    const float* gradient) {
  for (std::size_t row = 0; row < cells.rows; ++row) {
    const std::span<const float> g(gradient + row * cells.cols, cells.cols);
    float& a = cells.slots[0][row];
    a += linalg::dot(g, g) / static_cast<float>(cells.cols);
    const float factor = rates.rate / square_root(a + options.epsilon);
    float* const w = cells.values + row * cells.cols;
    for (std::size_t i = 0; i < cells.cols; ++i) w[i] -= factor * g[i];
  }
}

float weight_decay_of(const OptimizerOptions& options) noexcept {
  return std::visit(
      []<class Options>(const Options& o) {
        if constexpr (requires { o.weight_decay; }) {
          return o.weight_decay;
        } else {
          return 0.0F;
        }
      },
      options);
}

// Without shrinkage and decay, FTRL's weight is a function of its slots and the last rate.
bool only_last_counts(const OptimizerOptions& options, bool decays) noexcept {
  const auto* ftrl = std::get_if<Ftrl>(&options);
  return ftrl != nullptr && ftrl->l2_shrinkage == 0.0F && !(decays && ftrl->weight_decay > 0.0F);
}

}  // namespace

std::vector<SlotKind> slot_kinds(const OptimizerOptions& options) {
  const auto adam = [](bool amsgrad) {
    std::vector<SlotKind> kinds = {{"mean"}, {"square"}};
    if (amsgrad) kinds.push_back({"square_max"});
    return kinds;
  };
  return std::visit(
      Overloaded{[](const Sgd& o) {
                   return o.momentum > 0.0F ? std::vector<SlotKind>{{"momentum"}}
                                            : std::vector<SlotKind>{};
                 },
                 [](const Adagrad& o) {
                   return std::vector<SlotKind>{{"accumulator", o.initial_accumulator}};
                 },
                 [](const RowwiseAdagrad& o) {
                   return std::vector<SlotKind>{{"accumulator", o.initial_accumulator, true}};
                 },
                 [](const RmsProp& o) {
                   std::vector<SlotKind> kinds = {{"square"}};
                   if (o.centered) kinds.push_back({"mean"});
                   if (o.momentum > 0.0F) kinds.push_back({"momentum"});
                   return kinds;
                 },
                 [&](const Adam& o) { return adam(o.amsgrad); },
                 [&](const AdamW& o) { return adam(o.amsgrad); },
                 [&](const LazyAdam&) { return adam(false); },
                 [](const Ftrl& o) {
                   return std::vector<SlotKind>{{"accumulator", o.initial_accumulator}, {"linear"}};
                 }},
      options);
}

StepRates step_rates(const OptimizerOptions& options, float learning_rate, std::uint64_t step) {
  StepRates rates;
  rates.rate = learning_rate;
  rates.decay = learning_rate * weight_decay_of(options);
  std::visit(
      [&]<class Options>(const Options& o) {
        if constexpr (requires { o.beta1; }) {
          const auto t = static_cast<double>(step);
          const double first = 1.0 - std::pow(static_cast<double>(o.beta1), t);
          const double second = 1.0 - std::pow(static_cast<double>(o.beta2), t);
          rates.scaled = static_cast<float>(learning_rate * std::sqrt(second) / first);
        }
      },
      options);
  return rates;
}

bool moves_without_gradient(const OptimizerOptions& options, bool decays) noexcept {
  if (decays && weight_decay_of(options) > 0.0F) return true;
  return std::visit(
      Overloaded{[](const Sgd& o) { return o.momentum > 0.0F; },
                 [](const Adagrad&) { return false; }, [](const LazyAdam&) { return false; },
                 [](const RowwiseAdagrad&) { return false; }, [](const auto&) { return true; }},
      options);
}

void take_step(const OptimizerOptions& options, const StepRates& rates, const CellBlock& cells,
               const float* gradient) {
  std::visit(Overloaded{[&](const RowwiseAdagrad& o) { take_row_steps(o, rates, cells, gradient); },
                        [&](const auto& o) {
                          for_each_cell(cell_of(o, rates), cells, slot_count(o), gradient);
                        }},
             options);
}

void take_idle_steps(const OptimizerOptions& options, std::span<const StepRates> steps, bool decays,
                     const CellBlock& cells) {
  if (steps.empty() || !moves_without_gradient(options, decays)) return;
  if (only_last_counts(options, decays)) steps = steps.last(1);
  for (StepRates rates : steps) {
    if (!decays) rates.decay = 0.0F;
    std::visit(Overloaded{[](const RowwiseAdagrad&) {},  // Never moves.
                          [&](const auto& o) {
                            for_each_cell(cell_of(o, rates), cells, slot_count(o), nullptr);
                          }},
               options);
  }
}

}  // namespace kindred::nn
