#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "kindred/base/error.h"
#include "kindred/nn/operations.h"
#include "kindred/nn/row_kernels.h"

namespace kindred::nn {
namespace {

constexpr std::array<std::string_view, 6> kActivationNames = {"linear", "relu",    "gelu",
                                                              "tanh",   "sigmoid", "softmax"};

template <typename Real>
Real sigmoid_of(Real x) {
  // Neither side of exp() overflows.
  if (x >= Real{0}) return Real{1} / (Real{1} + std::exp(-x));
  const Real e = std::exp(x);
  return e / (Real{1} + e);
}

template <typename Real>
Real normal_cdf(Real x) {
  return Real{0.5} * std::erfc(-x / std::numbers::sqrt2_v<Real>);
}

template <typename Real>
Real normal_density(Real x) {
  return std::exp(-x * x / Real{2}) * std::numbers::inv_sqrtpi_v<Real> /
         std::numbers::sqrt2_v<Real>;
}

void relu_of(std::span<const float> x, std::span<float> y) { linalg::relu(x, y); }
void relu_of(std::span<const double> x, std::span<double> y) {
  std::ranges::transform(x, y.begin(), [](double v) { return v < 0.0 ? 0.0 : v; });
}

template <typename Real>
void softmax_of(std::span<const Real> x, std::span<Real> y) {
  const Real largest = *std::ranges::max_element(x);
  Real total{0};
  for (std::size_t j = 0; j < x.size(); ++j) total += y[j] = std::exp(x[j] - largest);
  for (Real& value : y) value /= total;
}

template <typename Real>
void apply(Activation activation, std::span<const Real> x, std::span<Real> y, std::size_t cols) {
  switch (activation) {
    case Activation::linear:
      std::ranges::copy(x, y.begin());
      break;
    case Activation::relu:
      relu_of(x, y);
      break;
    case Activation::gelu:
      std::ranges::transform(x, y.begin(), [](Real v) { return v * normal_cdf(v); });
      break;
    case Activation::tanh:
      std::ranges::transform(x, y.begin(), [](Real v) { return std::tanh(v); });
      break;
    case Activation::sigmoid:
      std::ranges::transform(x, y.begin(), [](Real v) { return sigmoid_of(v); });
      break;
    case Activation::softmax:
      for (std::size_t r = 0; r < x.size(); r += cols) {
        softmax_of(x.subspan(r, cols), y.subspan(r, cols));
      }
      break;
  }
}

// The gradient of element i of x, where each element of y depends on one of x.
template <typename Real>
Real element_gradient(Activation activation, Real x, Real y, Real g) {
  switch (activation) {
    case Activation::relu:
      return y > Real{0} ? g : Real{0};
    case Activation::gelu:
      return g * (normal_cdf(x) + x * normal_density(x));
    case Activation::tanh:
      return g * (Real{1} - y * y);
    case Activation::sigmoid:
      return g * y * (Real{1} - y);
    default:
      return g;
  }
}

template <typename Real>
void add_softmax_gradient(std::span<const Real> y, std::span<const Real> g, std::span<Real> to) {
  Real shared{0};
  for (std::size_t j = 0; j < y.size(); ++j) shared += y[j] * g[j];
  for (std::size_t j = 0; j < y.size(); ++j) to[j] += y[j] * (g[j] - shared);
}

// The usual case of a float network: nobody has written to the sink yet.
template <typename Real>
bool replace_relu_gradient(std::span<const Real>, std::span<const Real>, Real*) {
  return false;
}
template <>
bool replace_relu_gradient(std::span<const float> y, std::span<const float> g, float* to) {
  linalg::relu_gradient(y, g, {to, y.size()});
  return true;
}

template <typename Real>
void activation_gradient(Tape<Real>& tape, Activation activation, Var x, Var y) {
  if (!tape.needs_gradient(x)) return;
  const auto before = tape.values(x);
  const auto after = tape.values(y);
  const auto g = tape.gradient(y);
  if (activation == Activation::softmax) {
    const std::span<Real> to = tape.accumulator(x);
    const std::size_t k = tape.cols(x);
    for (std::size_t r = 0; r < g.size(); r += k) {
      add_softmax_gradient(after.subspan(r, k), g.subspan(r, k), to.subspan(r, k));
    }
    return;
  }
  const auto to = tape.sink(x);
  if (activation == Activation::relu && !to.adds && replace_relu_gradient(after, g, to.data))
    return;
  for (std::size_t i = 0; i < g.size(); ++i) {
    const Real step = element_gradient(activation, before[i], after[i], g[i]);
    to.data[i] = to.adds ? to.data[i] + step : step;
  }
}

}  // namespace

Activation parse_activation(std::string_view name) {
  const auto found = std::ranges::find(kActivationNames, name);
  if (found == kActivationNames.end()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("there is no activation '{}'; there are {}", name,
                            fmt::join(kActivationNames, ", ")));
  }
  return static_cast<Activation>(found - kActivationNames.begin());
}

std::string_view name_of(Activation activation) noexcept {
  return kActivationNames[static_cast<std::size_t>(activation)];
}

template <typename Real>
Var activate(Tape<Real>& tape, Activation activation, Var x) {
  if (activation == Activation::linear) return x;
  const std::size_t k = tape.cols(x);
  const Var y = tape.make(tape.rows(x), k, tape.needs_gradient(x));
  const std::size_t rows_per_task =
      std::max<std::size_t>(1, kElementsPerTask / std::max<std::size_t>(1, k));
  for_blocks(tape.pool(), tape.rows(x), rows_per_task, [&](std::size_t begin, std::size_t end) {
    apply(activation, tape.values(x).subspan(begin * k, (end - begin) * k),
          tape.values_to_fill(y).subspan(begin * k, (end - begin) * k), k);
  });
  tape.on_backward(y, [&tape, activation, x, y] { activation_gradient(tape, activation, x, y); });
  return y;
}

template Var activate(Tape<float>&, Activation, Var);
template Var activate(Tape<double>&, Activation, Var);

}  // namespace kindred::nn
