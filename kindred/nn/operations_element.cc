#include <algorithm>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/nn/operations.h"
#include "kindred/nn/row_kernels.h"

namespace kindred::nn {
namespace {

// Rows of b: as many as a has, or one that stands for all.
template <typename Real>
bool is_broadcast(const Tape<Real>& tape, Var a, Var b) {
  KINDRED_CHECK(tape.cols(a) == tape.cols(b));
  KINDRED_CHECK(tape.rows(a) == tape.rows(b) || tape.rows(b) == 1);
  return tape.rows(a) != tape.rows(b);
}

}  // namespace

template <typename Real>
Var add(Tape<Real>& tape, Var a, Var b) {
  const bool broadcast = is_broadcast(tape, a, b);
  const std::size_t n = tape.rows(a);
  const std::size_t k = tape.cols(a);
  const Var y = tape.make(n, k, tape.needs_gradient(a) || tape.needs_gradient(b));
  const std::span<Real> values = tape.values_to_fill(y);
  std::ranges::copy(tape.values(a), values.begin());
  for (std::size_t r = 0; r < n; ++r) {
    add_to(values.subspan(r * k, k), tape.values(b).subspan(broadcast ? 0 : r * k, k));
  }
  tape.on_backward(y, [&tape, a, b, y, n] {
    const std::span<const Real> g = tape.gradient(y);
    if (tape.needs_gradient(a)) add_to(tape.accumulator(a), g);
    if (!tape.needs_gradient(b)) return;
    const std::span<Real> to = tape.accumulator(b);
    if (tape.rows(b) == n) {
      add_to(to, g);
    } else {
      add_rows_to(to, g.data(), n);
    }
  });
  return y;
}

template <typename Real>
Var multiply(Tape<Real>& tape, Var a, Var b) {
  const bool broadcast = is_broadcast(tape, a, b);
  const std::size_t k = tape.cols(a);
  const Var y = tape.make(tape.rows(a), k, tape.needs_gradient(a) || tape.needs_gradient(b));
  const std::span<Real> values = tape.values_to_fill(y);
  const auto u = tape.values(a);
  const auto v = tape.values(b);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = u[i] * v[broadcast ? i % k : i];
  tape.on_backward(y, [&tape, a, b, y, k, broadcast] {
    const std::span<const Real> g = tape.gradient(y);
    if (tape.needs_gradient(a)) {
      const std::span<Real> to = tape.accumulator(a);
      const auto other = tape.values(b);
      for (std::size_t i = 0; i < g.size(); ++i) to[i] += g[i] * other[broadcast ? i % k : i];
    }
    if (tape.needs_gradient(b)) {
      const std::span<Real> to = tape.accumulator(b);
      const auto other = tape.values(a);
      for (std::size_t i = 0; i < g.size(); ++i) to[broadcast ? i % k : i] += g[i] * other[i];
    }
  });
  return y;
}

template <typename Real>
Var scale(Tape<Real>& tape, Var x, Real factor) {
  const Var y = tape.make(tape.rows(x), tape.cols(x), tape.needs_gradient(x));
  std::ranges::transform(tape.values(x), tape.values_to_fill(y).begin(),
                         [factor](Real value) { return factor * value; });
  tape.on_backward(y, [&tape, x, y, factor] {
    if (tape.needs_gradient(x)) add_scaled_to(tape.accumulator(x), factor, tape.gradient(y));
  });
  return y;
}

template <typename Real>
Var concatenate(Tape<Real>& tape, std::span<const Var> parts) {
  KINDRED_CHECK(!parts.empty());
  const std::size_t n = tape.rows(parts.front());
  std::size_t width = 0;
  bool depends = false;
  for (const Var part : parts) {
    KINDRED_CHECK(tape.rows(part) == n);
    width += tape.cols(part);
    depends = depends || tape.needs_gradient(part);
  }
  const Var y = tape.make(n, width, depends);
  const std::span<Real> values = tape.values_to_fill(y);
  std::size_t offset = 0;
  for (const Var part : parts) {
    const std::size_t k = tape.cols(part);
    const auto from = tape.values(part);
    for (std::size_t r = 0; r < n; ++r) {
      std::copy_n(from.data() + r * k, k, values.data() + r * width + offset);
    }
    offset += k;
  }
  tape.on_backward(y, [&tape, parts = std::vector<Var>(parts.begin(), parts.end()), y, n, width] {
    const std::span<const Real> g = tape.gradient(y);
    std::size_t first = 0;
    for (const Var part : parts) {
      const std::size_t k = tape.cols(part);
      if (tape.needs_gradient(part)) {
        const auto to = tape.sink(part);
        for (std::size_t r = 0; r < n; ++r) {
          const std::span<const Real> from = g.subspan(r * width + first, k);
          if (to.adds) {
            add_to(std::span(to.data + r * k, k), from);
          } else {
            std::ranges::copy(from, to.data + r * k);
          }
        }
      }
      first += k;
    }
  });
  return y;
}

template <typename Real>
Var sum(Tape<Real>& tape, Var x) {
  const Var y = tape.make(1, 1, tape.needs_gradient(x));
  Real total{0};
  for (const Real value : tape.values(x)) total += value;
  tape.values_to_fill(y)[0] = total;
  tape.on_backward(y, [&tape, x, y] {
    if (!tape.needs_gradient(x)) return;
    const Real g = tape.gradient(y)[0];
    for (Real& value : tape.accumulator(x)) value += g;
  });
  return y;
}

template Var add(Tape<float>&, Var, Var);
template Var add(Tape<double>&, Var, Var);
template Var multiply(Tape<float>&, Var, Var);
template Var multiply(Tape<double>&, Var, Var);
template Var scale(Tape<float>&, Var, float);
template Var scale(Tape<double>&, Var, double);
template Var concatenate(Tape<float>&, std::span<const Var>);
template Var concatenate(Tape<double>&, std::span<const Var>);
template Var sum(Tape<float>&, Var);
template Var sum(Tape<double>&, Var);

}  // namespace kindred::nn
