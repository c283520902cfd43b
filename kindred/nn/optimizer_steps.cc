#include "kindred/nn/optimizer_steps.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "kindred/base/overloaded.h"
#include "kindred/linalg/kernels/descent.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::nn {
namespace {

float square_root(float value) noexcept { return std::sqrt(value); }

struct SgdCell {
  const Sgd& options;
  StepRates rates;

  void operator()(float& w, float g, float& m) const noexcept {
    w -= w * rates.decay;
    m = options.momentum * m - rates.rate * g;
    w += options.nesterov ? options.momentum * m - rates.rate * g : m;
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

// With amsgrad; without it, Adam is a kernel.
template <class Options>
struct AmsgradCell {
  const Options& options;
  StepRates rates;

  void operator()(float& w, float g, float& m, float& v, float& largest) const noexcept {
    w -= w * rates.decay;
    m += (g - m) * (1.0F - options.beta1);
    v += (g * g - v) * (1.0F - options.beta2);
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

// Calls cell(w, g, slots...) for every element.
template <class Cell>
void for_each_cell(const Cell& cell, const CellBlock& cells, std::size_t slot_count,
                   const float* gradient) {
  const std::size_t count = cells.count();
  float* const w = cells.values;
  const auto [first, second, third] = cells.slots;
  const auto g = [gradient](std::size_t i) { return gradient[i]; };
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

void take_row_steps(const RowwiseAdagrad& options, const StepRates& rates, const CellBlock& cells,
                    const float* gradient) {
  for (std::size_t row = 0; row < cells.rows; ++row) {
    const std::span<const float> g(gradient + row * cells.cols, cells.cols);
    float& a = cells.slots[0][row];
    a += linalg::dot(g, g) / static_cast<float>(cells.cols);
    const float factor = rates.rate / square_root(a + options.epsilon);
    linalg::sgd_step({factor, 0.0F}, {cells.values + row * cells.cols, cells.cols}, g);
  }
}

// A pass over all cells with the formula of an optimizer, or the kernel for it.
class Step {
 public:
  Step(const StepRates& rates, const CellBlock& cells, const float* gradient)
      : rates_(rates), cells_(cells), gradient_(gradient) {}

  void operator()(const Sgd& o) const {
    if (o.momentum > 0.0F) return each(SgdCell{o, rates_}, 1);
    linalg::sgd_step({rates_.rate, rates_.decay}, weights(), gradient());
  }
  void operator()(const Adagrad& o) const {
    linalg::adagrad_step({rates_.rate, rates_.decay}, o.epsilon, weights(), gradient(), slot(0));
  }
  void operator()(const RmsProp& o) const {
    each(RmsPropCell{o, rates_}, 1U + (o.centered ? 1U : 0U) + (o.momentum > 0.0F ? 1U : 0U));
  }
  void operator()(const Ftrl& o) const { each(FtrlCell{o, rates_}, 2); }
  void operator()(const RowwiseAdagrad& o) const { take_row_steps(o, rates_, cells_, gradient_); }
  template <class AnyAdam>
  void operator()(const AnyAdam& o) const {
    if constexpr (requires { o.amsgrad; }) {
      if (o.amsgrad) return each(AmsgradCell<AnyAdam>{o, rates_}, 3);
    }
    linalg::adam_step({rates_.scaled, rates_.decay}, {o.beta1, o.beta2, o.epsilon}, weights(),
                      gradient(), slot(0), slot(1));
  }

 private:
  template <class Cell>
  void each(const Cell& cell, std::size_t slot_count) const {
    for_each_cell(cell, cells_, slot_count, gradient_);
  }
  std::span<float> weights() const { return {cells_.values, cells_.count()}; }
  std::span<const float> gradient() const { return {gradient_, cells_.count()}; }
  std::span<float> slot(std::size_t i) const { return {cells_.slots[i], cells_.count()}; }

  const StepRates& rates_;
  const CellBlock& cells_;
  const float* gradient_;
};

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

// For Adam and AdamW without amsgrad, which have a kernel for it.
bool idle_adam_steps(const OptimizerOptions& options, std::span<const StepRates> steps, bool decays,
                     const CellBlock& cells) {
  return std::visit(
      [&]<class Options>(const Options& o) {
        if constexpr (requires { o.amsgrad; }) {
          if (o.amsgrad) return false;
          std::vector<linalg::DescentRates> rates;
          rates.reserve(steps.size());
          for (const StepRates& step : steps) {
            rates.push_back({step.scaled, decays ? step.decay : 0.0F});
          }
          const auto run = [&](float* values) { return std::span(values, cells.count()); };
          linalg::adam_idle_steps(rates, {o.beta1, o.beta2, o.epsilon}, run(cells.values),
                                  run(cells.slots[0]), run(cells.slots[1]));
          return true;
        } else {
          return false;
        }
      },
      options);
}

// Takes the steps of rows where there is a kernel for them; else false.
bool rows_have_kernel(const OptimizerOptions& options, const StepRates& rates,
                      const CellBlock& table, std::span<const std::int64_t> rows,
                      const float* gradient) {
  const linalg::TableCells cells{table.cols, table.values, table.slots[0], table.slots[1]};
  return std::visit(
      [&]<class Options>(const Options& o) {
        if constexpr (std::is_same_v<Options, Sgd>) {
          if (o.momentum > 0.0F) return false;
          linalg::sgd_rows({rates.rate, rates.decay}, cells, rows, gradient);
        } else if constexpr (std::is_same_v<Options, Adagrad>) {
          linalg::adagrad_rows({rates.rate, rates.decay}, o.epsilon, cells, rows, gradient);
        } else if constexpr (requires { o.beta1; }) {
          if constexpr (requires { o.amsgrad; }) {
            if (o.amsgrad) return false;
          }
          linalg::adam_rows({rates.scaled, rates.decay}, {o.beta1, o.beta2, o.epsilon}, cells, rows,
                            gradient);
        } else {
          return false;
        }
        return true;
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
  std::visit(Step(rates, cells, gradient), options);
}

void take_step_of_rows(const OptimizerOptions& options, const StepRates& rates,
                       const CellBlock& table, std::span<const std::int64_t> rows,
                       const float* gradient) {
  if (rows_have_kernel(options, rates, table, rows, gradient)) return;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    take_step(options, rates, table.row(static_cast<std::size_t>(rows[i])),
              gradient + i * table.cols);
  }
}

void take_idle_steps(const OptimizerOptions& options, std::span<const StepRates> steps, bool decays,
                     const CellBlock& cells) {
  if (steps.empty() || !moves_without_gradient(options, decays)) return;
  if (only_last_counts(options, decays)) steps = steps.last(1);
  if (idle_adam_steps(options, steps, decays, cells)) return;
  const std::vector<float> zeros(cells.count(), 0.0F);
  for (StepRates rates : steps) {
    if (!decays) rates.decay = 0.0F;
    take_step(options, rates, cells, zeros.data());
  }
}

}  // namespace kindred::nn
