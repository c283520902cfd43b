#include "kindred/nn/in_batch_softmax.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kindred/base/check.h"

namespace kindred::nn {

template <typename Real>
Var in_batch_softmax(Tape<Real>& tape, Var scores, std::span<const std::int64_t> items,
                     std::span<const Real> log_q) {
  const std::size_t n = tape.rows(scores);
  KINDRED_CHECK(tape.cols(scores) == n && items.size() == n && log_q.size() == n);
  const Var loss = tape.make(1, 1, tape.needs_gradient(scores));
  // The softmax of each row, less 1 at its own item: the gradient but for a factor of 1/n.
  std::vector<Real> gradient(n * n);
  double total = 0.0;
  const auto values = tape.values(scores);
  for (std::size_t r = 0; r < n; ++r) {
    const auto competes = [&](std::size_t j) { return j == r || items[j] != items[r]; };
    const auto corrected = [&](std::size_t j) { return values[r * n + j] - log_q[j]; };
    Real largest = corrected(r);
    for (std::size_t j = 0; j < n; ++j) {
      if (competes(j)) largest = std::max(largest, corrected(j));
    }
    double sum = 0.0;
    for (std::size_t j = 0; j < n; ++j) {
      if (!competes(j)) continue;
      gradient[r * n + j] = std::exp(corrected(j) - largest);
      sum += static_cast<double>(gradient[r * n + j]);
    }
    for (std::size_t j = 0; j < n; ++j) {
      gradient[r * n + j] = static_cast<Real>(static_cast<double>(gradient[r * n + j]) / sum);
    }
    gradient[r * n + r] -= Real{1};
    total += std::log(sum) + static_cast<double>(largest - corrected(r));
  }
  tape.values_to_fill(loss)[0] =
      n == 0 ? Real{0} : static_cast<Real>(total / static_cast<double>(n));
  tape.on_backward(loss, [&tape, scores, loss, n, gradient = std::move(gradient)] {
    if (!tape.needs_gradient(scores)) return;
    const std::span<Real> to = tape.accumulator(scores);
    const Real factor = tape.gradient(loss)[0] / static_cast<Real>(n);
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * gradient[i];
  });
  return loss;
}

template Var in_batch_softmax(Tape<float>&, Var, std::span<const std::int64_t>,
                              std::span<const float>);
template Var in_batch_softmax(Tape<double>&, Var, std::span<const std::int64_t>,
                              std::span<const double>);

}  // namespace kindred::nn
