#include <algorithm>

#include "kindred/base/check.h"
#include "kindred/nn/matrix_product.h"
#include "kindred/nn/operations.h"
#include "kindred/nn/row_kernels.h"

namespace kindred::nn {
namespace {

// What x w asks of its inputs, once the gradient of the result is known.
template <typename Real>
void product_gradient(Tape<Real>& tape, Var x, Var w, Var result) {
  const std::size_t n = tape.rows(x);
  const std::size_t k = tape.cols(x);
  const std::size_t m = tape.cols(w);
  const Real* g = tape.gradient(result).data();
  if (tape.needs_gradient(x)) {
    const auto to = tape.sink(x);
    product_transposed(tape.pool(), g, tape.values(w).data(), to.data, n, m, k, to.adds);
  }
  if (tape.needs_gradient(w)) {
    const auto to = tape.sink(w);
    product_left_transposed(tape.pool(), tape.values(x).data(), g, to.data, n, k, m, to.adds);
  }
}

}  // namespace

template <typename Real>
Var matmul(Tape<Real>& tape, Var x, Var w) {
  KINDRED_CHECK(tape.cols(x) == tape.rows(w));
  const Var y =
      tape.make(tape.rows(x), tape.cols(w), tape.needs_gradient(x) || tape.needs_gradient(w));
  product(tape.pool(), tape.values(x).data(), tape.values(w).data(), tape.values_to_fill(y).data(),
          tape.rows(x), tape.cols(x), tape.cols(w), false);
  tape.on_backward(y, [&tape, x, w, y] { product_gradient(tape, x, w, y); });
  return y;
}

template <typename Real>
Var affine(Tape<Real>& tape, Var x, Var w, Var b) {
  KINDRED_CHECK(tape.cols(x) == tape.rows(w));
  KINDRED_CHECK(tape.rows(b) == 1 && tape.cols(b) == tape.cols(w));
  const std::size_t n = tape.rows(x);
  const std::size_t m = tape.cols(w);
  const Var y =
      tape.make(n, m, tape.needs_gradient(x) || tape.needs_gradient(w) || tape.needs_gradient(b));
  const std::span<Real> values = tape.values_to_fill(y);
  for (std::size_t r = 0; r < n; ++r) {
    std::ranges::copy(tape.values(b), values.begin() + static_cast<std::ptrdiff_t>(r * m));
  }
  product(tape.pool(), tape.values(x).data(), tape.values(w).data(), values.data(), n, tape.cols(x),
          m, true);
  tape.on_backward(y, [&tape, x, w, b, y, n] {
    if (tape.needs_gradient(b)) {
      add_rows_to(tape.accumulator(b), tape.gradient(y).data(), n);
    }
    product_gradient(tape, x, w, y);
  });
  return y;
}

template <typename Real>
Var matmul_transposed(Tape<Real>& tape, Var a, Var b) {
  KINDRED_CHECK(tape.cols(a) == tape.cols(b));
  const std::size_t n = tape.rows(a);
  const std::size_t k = tape.cols(a);
  const std::size_t m = tape.rows(b);
  const Var y = tape.make(n, m, tape.needs_gradient(a) || tape.needs_gradient(b));
  product_transposed(tape.pool(), tape.values(a).data(), tape.values(b).data(),
                     tape.values_to_fill(y).data(), n, k, m, false);
  tape.on_backward(y, [&tape, a, b, y, n, k, m] {
    const Real* g = tape.gradient(y).data();
    if (tape.needs_gradient(a)) {
      const auto to = tape.sink(a);
      product(tape.pool(), g, tape.values(b).data(), to.data, n, m, k, to.adds);
    }
    if (tape.needs_gradient(b)) {
      const auto to = tape.sink(b);
      product_left_transposed(tape.pool(), g, tape.values(a).data(), to.data, n, m, k, to.adds);
    }
  });
  return y;
}

template <typename Real>
Var dot_rows(Tape<Real>& tape, Var a, Var b) {
  KINDRED_CHECK(tape.rows(a) == tape.rows(b) && tape.cols(a) == tape.cols(b));
  const std::size_t n = tape.rows(a);
  const std::size_t k = tape.cols(a);
  const Var y = tape.make(n, 1, tape.needs_gradient(a) || tape.needs_gradient(b));
  const auto u = tape.values(a);
  const auto v = tape.values(b);
  for (std::size_t r = 0; r < n; ++r) {
    Real total{0};
    for (std::size_t j = 0; j < k; ++j) total += u[r * k + j] * v[r * k + j];
    tape.values_to_fill(y)[r] = total;
  }
  tape.on_backward(y, [&tape, a, b, y, n, k] {
    const auto send = [&](Var to_var, std::span<const Real> other) {
      if (!tape.needs_gradient(to_var)) return;
      const std::span<Real> to = tape.accumulator(to_var);
      for (std::size_t r = 0; r < n; ++r) {
        add_scaled_to(to.subspan(r * k, k), tape.gradient(y)[r], other.subspan(r * k, k));
      }
    };
    send(a, tape.values(b));
    send(b, tape.values(a));
  });
  return y;
}

template Var matmul(Tape<float>&, Var, Var);
template Var matmul(Tape<double>&, Var, Var);
template Var affine(Tape<float>&, Var, Var, Var);
template Var affine(Tape<double>&, Var, Var, Var);
template Var matmul_transposed(Tape<float>&, Var, Var);
template Var matmul_transposed(Tape<double>&, Var, Var);
template Var dot_rows(Tape<float>&, Var, Var);
template Var dot_rows(Tape<double>&, Var, Var);

}  // namespace kindred::nn
