#include <algorithm>
#include <cmath>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/nn/operations.h"
#include "kindred/nn/row_kernels.h"

namespace kindred::nn {
namespace {

constexpr double kLengthSquaredMin = 1e-12;

template <typename Real>
void fill_result(Tape<Real>& tape, Var result, std::span<const Real> xhat, Var gamma, Var beta) {
  const std::span<Real> y = tape.values_to_fill(result);
  const std::size_t k = tape.cols(result);
  const auto gammas = tape.values(gamma);
  const auto betas = tape.values(beta);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = xhat[i] * gammas[i % k] + betas[i % k];
}

// What gamma and beta get; they mean the same in all three.
template <typename Real>
void send_to_gamma_and_beta(Tape<Real>& tape, Var result, std::span<const Real> xhat, Var gamma,
                            Var beta) {
  const std::span<const Real> g = tape.gradient(result);
  const std::size_t k = tape.cols(result);
  if (tape.needs_gradient(gamma)) {
    const std::span<Real> to = tape.accumulator(gamma);
    for (std::size_t i = 0; i < g.size(); ++i) to[i % k] += g[i] * xhat[i];
  }
  if (tape.needs_gradient(beta)) {
    add_rows_to(tape.accumulator(beta), g.data(), tape.rows(result));
  }
}

template <typename Real>
Var make_result(Tape<Real>& tape, Var x, Var gamma, Var beta) {
  const std::size_t k = tape.cols(x);
  KINDRED_CHECK(tape.cols(gamma) == k && tape.rows(gamma) == 1);
  KINDRED_CHECK(tape.cols(beta) == k && tape.rows(beta) == 1);
  return tape.make(
      tape.rows(x), k,
      tape.needs_gradient(x) || tape.needs_gradient(gamma) || tape.needs_gradient(beta));
}

// Mean 0 and variance 1 over `count` values that lie `stride` apart; returns the scale.
template <typename Real>
Real standardize(const Real* x, Real* xhat, std::size_t count, std::size_t stride, double epsilon,
                 Real* mean_out, Real* variance_out) {
  double mean = 0.0;
  for (std::size_t i = 0; i < count; ++i) mean += static_cast<double>(x[i * stride]);
  mean /= static_cast<double>(count);
  double variance = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double off = static_cast<double>(x[i * stride]) - mean;
    variance += off * off;
  }
  variance /= static_cast<double>(count);
  const auto scale = static_cast<Real>(1.0 / std::sqrt(variance + epsilon));
  for (std::size_t i = 0; i < count; ++i) {
    xhat[i * stride] = (x[i * stride] - static_cast<Real>(mean)) * scale;
  }
  if (mean_out != nullptr) *mean_out = static_cast<Real>(mean);
  if (variance_out != nullptr) *variance_out = static_cast<Real>(variance);
  return scale;
}

// The gradient through standardize(): what remains of gamma g when its mean and its
// projection on xhat are taken out.
template <typename Real>
void add_standardize_gradient(const Real* g, const Real* gamma, std::size_t gamma_stride,
                              const Real* xhat, Real scale, Real* to, std::size_t count,
                              std::size_t stride) {
  double mean = 0.0;
  double along = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double step = static_cast<double>(g[i * stride] * gamma[i * gamma_stride]);
    mean += step;
    along += step * static_cast<double>(xhat[i * stride]);
  }
  const auto mean_step = static_cast<Real>(mean / static_cast<double>(count));
  const auto along_step = static_cast<Real>(along / static_cast<double>(count));
  for (std::size_t i = 0; i < count; ++i) {
    const Real step = g[i * stride] * gamma[i * gamma_stride];
    to[i * stride] += scale * (step - mean_step - xhat[i * stride] * along_step);
  }
}

}  // namespace

template <typename Real>
Var layer_norm(Tape<Real>& tape, Var x, Var gamma, Var beta, double epsilon) {
  const std::size_t n = tape.rows(x);
  const std::size_t k = tape.cols(x);
  const Var y = make_result(tape, x, gamma, beta);
  std::vector<Real> xhat(n * k);
  std::vector<Real> scale(n);
  for (std::size_t r = 0; r < n; ++r) {
    scale[r] = standardize<Real>(tape.values(x).data() + r * k, xhat.data() + r * k, k, 1, epsilon,
                                 nullptr, nullptr);
  }
  fill_result<Real>(tape, y, xhat, gamma, beta);
  tape.on_backward(
      y, [&tape, x, gamma, beta, y, n, k, xhat = std::move(xhat), scale = std::move(scale)] {
        send_to_gamma_and_beta<Real>(tape, y, xhat, gamma, beta);
        if (!tape.needs_gradient(x)) return;
        Real* to = tape.accumulator(x).data();
        for (std::size_t r = 0; r < n; ++r) {
          add_standardize_gradient(tape.gradient(y).data() + r * k, tape.values(gamma).data(), 1,
                                   xhat.data() + r * k, scale[r], to + r * k, k, 1);
        }
      });
  return y;
}

template <typename Real>
Var batch_norm(Tape<Real>& tape, Var x, Var gamma, Var beta, double epsilon, std::span<Real> mean,
               std::span<Real> variance) {
  const std::size_t n = tape.rows(x);
  const std::size_t k = tape.cols(x);
  KINDRED_CHECK(mean.size() == k && variance.size() == k && n > 0);
  const Var y = make_result(tape, x, gamma, beta);
  std::vector<Real> xhat(n * k);
  std::vector<Real> scale(k);
  for (std::size_t j = 0; j < k; ++j) {
    scale[j] = standardize<Real>(tape.values(x).data() + j, xhat.data() + j, n, k, epsilon,
                                 &mean[j], &variance[j]);
  }
  fill_result<Real>(tape, y, xhat, gamma, beta);
  tape.on_backward(
      y, [&tape, x, gamma, beta, y, n, k, xhat = std::move(xhat), scale = std::move(scale)] {
        send_to_gamma_and_beta<Real>(tape, y, xhat, gamma, beta);
        if (!tape.needs_gradient(x)) return;
        Real* to = tape.accumulator(x).data();
        for (std::size_t j = 0; j < k; ++j) {
          add_standardize_gradient(tape.gradient(y).data() + j, tape.values(gamma).data() + j, 0,
                                   xhat.data() + j, scale[j], to + j, n, k);
        }
      });
  return y;
}

template <typename Real>
Var normalize_by(Tape<Real>& tape, Var x, Var gamma, Var beta, double epsilon,
                 std::span<const Real> mean, std::span<const Real> variance) {
  const std::size_t k = tape.cols(x);
  KINDRED_CHECK(mean.size() == k && variance.size() == k);
  const Var y = make_result(tape, x, gamma, beta);
  std::vector<Real> scale(k);
  for (std::size_t j = 0; j < k; ++j) {
    scale[j] = static_cast<Real>(1.0 / std::sqrt(static_cast<double>(variance[j]) + epsilon));
  }
  const auto values = tape.values(x);
  std::vector<Real> xhat(values.size());
  for (std::size_t i = 0; i < xhat.size(); ++i) xhat[i] = (values[i] - mean[i % k]) * scale[i % k];
  fill_result<Real>(tape, y, xhat, gamma, beta);
  tape.on_backward(y,
                   [&tape, x, gamma, beta, y, k, xhat = std::move(xhat), scale = std::move(scale)] {
                     send_to_gamma_and_beta<Real>(tape, y, xhat, gamma, beta);
                     if (!tape.needs_gradient(x)) return;
                     const std::span<Real> to = tape.accumulator(x);
                     const auto g = tape.gradient(y);
                     for (std::size_t i = 0; i < to.size(); ++i) {
                       to[i] += g[i] * tape.values(gamma)[i % k] * scale[i % k];
                     }
                   });
  return y;
}

template <typename Real>
Var l2_normalize(Tape<Real>& tape, Var x) {
  const std::size_t n = tape.rows(x);
  const std::size_t k = tape.cols(x);
  const Var y = tape.make(n, k, tape.needs_gradient(x));
  std::vector<Real> scale(n);
  std::vector<bool> is_short(n);
  for (std::size_t r = 0; r < n; ++r) {
    const auto row = tape.values(x).subspan(r * k, k);
    double squares = 0.0;
    for (const Real value : row) squares += static_cast<double>(value) * static_cast<double>(value);
    is_short[r] = squares < kLengthSquaredMin;
    scale[r] = static_cast<Real>(1.0 / std::sqrt(std::max(squares, kLengthSquaredMin)));
    for (std::size_t j = 0; j < k; ++j) tape.values_to_fill(y)[r * k + j] = row[j] * scale[r];
  }
  tape.on_backward(y,
                   [&tape, x, y, n, k, scale = std::move(scale), is_short = std::move(is_short)] {
                     if (!tape.needs_gradient(x)) return;
                     const std::span<Real> to = tape.accumulator(x);
                     for (std::size_t r = 0; r < n; ++r) {
                       const auto g = tape.gradient(y).subspan(r * k, k);
                       const auto unit = tape.values(y).subspan(r * k, k);
                       Real along{0};
                       // A row that is too short is only scaled, by a factor that does not depend
                       // on it.
                       if (!is_short[r]) {
                         for (std::size_t j = 0; j < k; ++j) along += g[j] * unit[j];
                       }
                       for (std::size_t j = 0; j < k; ++j)
                         to[r * k + j] += scale[r] * (g[j] - along * unit[j]);
                     }
                   });
  return y;
}

template <typename Real>
Var dropout(Tape<Real>& tape, Var x, double rate, std::uint64_t seed, std::uint32_t stream) {
  KINDRED_CHECK(rate >= 0.0 && rate < 1.0);
  if (rate == 0.0) return x;
  const std::size_t n = tape.rows(x);
  const std::size_t k = tape.cols(x);
  const Var y = tape.make(n, k, tape.needs_gradient(x));
  // One random half-word an element.
  const auto limit = static_cast<std::uint32_t>(std::lround(rate * 65536.0));
  const auto kept = static_cast<Real>(1.0 / (1.0 - rate));
  std::vector<Real> mask(n * k);
  const std::span<Real> values = tape.values_to_fill(y);
  for_blocks(tape.pool(), n,
             std::max<std::size_t>(1, kElementsPerTask / 8 / std::max<std::size_t>(1, k)),
             [&](std::size_t begin, std::size_t end) {
               for (std::size_t r = begin; r < end; ++r) {
                 Rng rng(seed, stream, r);
                 std::uint32_t word = 0;
                 for (std::size_t j = 0; j < k; ++j) {
                   word = j % 2 == 0 ? rng.next_u32() : word >> 16;
                   const std::size_t i = r * k + j;
                   mask[i] = (word & 0xFFFFU) < limit ? Real{0} : kept;
                   values[i] = tape.values(x)[i] * mask[i];
                 }
               }
             });
  tape.on_backward(y, [&tape, x, y, mask = std::move(mask)] {
    if (!tape.needs_gradient(x)) return;
    const std::span<Real> to = tape.accumulator(x);
    const auto g = tape.gradient(y);
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += g[i] * mask[i];
  });
  return y;
}

template Var layer_norm(Tape<float>&, Var, Var, Var, double);
template Var layer_norm(Tape<double>&, Var, Var, Var, double);
template Var batch_norm(Tape<float>&, Var, Var, Var, double, std::span<float>, std::span<float>);
template Var batch_norm(Tape<double>&, Var, Var, Var, double, std::span<double>, std::span<double>);
template Var normalize_by(Tape<float>&, Var, Var, Var, double, std::span<const float>,
                          std::span<const float>);
template Var normalize_by(Tape<double>&, Var, Var, Var, double, std::span<const double>,
                          std::span<const double>);
template Var l2_normalize(Tape<float>&, Var);
template Var l2_normalize(Tape<double>&, Var);
template Var dropout(Tape<float>&, Var, double, std::uint64_t, std::uint32_t);
template Var dropout(Tape<double>&, Var, double, std::uint64_t, std::uint32_t);

}  // namespace kindred::nn
