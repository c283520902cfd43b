// The losses of loss.h for one row: its value and, where wanted, its gradient.
//
// A row function is called with the predictions and targets of a row, `outputs` of them
// (targets of class ids: one), and a place for the gradient or null. Losses of single
// outputs are a term, value and slope at one (target, prediction), which MeanOfTerms
// averages; those that look at a whole row are written out.
//
// Everything is in the type of the batch, as the reference computes: clipped to
// 1 - 1e-7, a float is 1 - 2^-23, and its logarithm shows.
//
// Thread safety: pure functions.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "kindred/nn/loss.h"

namespace kindred::nn {

template <typename T>
inline constexpr T kLossEpsilon = static_cast<T>(1e-7);

template <typename T>
struct ValueAndSlope {
  T value;
  T slope;  // With respect to the prediction.
};

template <typename T>
T clipped_probability(T p) {
  return std::clamp(p, kLossEpsilon<T>, T(1) - kLossEpsilon<T>);
}
template <typename T>
bool is_clipped(T p) {
  return p < kLossEpsilon<T> || p > T(1) - kLossEpsilon<T>;
}
template <typename T>
T sigmoid(T x) {
  const T e = std::exp(-std::abs(x));
  return x >= T(0) ? T(1) / (T(1) + e) : e / (T(1) + e);
}

// --- Terms of single outputs: at(target, prediction).

struct SquaredError {
  template <typename T>
  ValueAndSlope<T> at(T y, T p) const {
    return {(p - y) * (p - y), T(2) * (p - y)};
  }
};

template <typename T>
T sign_of(T x) {
  return T(x > T(0)) - T(x < T(0));
}

struct AbsoluteError {
  template <typename T>
  ValueAndSlope<T> at(T y, T p) const {
    return {std::abs(p - y), sign_of(p - y)};
  }
};

struct PercentageError {
  template <typename T>
  ValueAndSlope<T> at(T y, T p) const {
    const T scale = T(100) / std::max(std::abs(y), kLossEpsilon<T>);
    return {scale * std::abs(p - y), scale * sign_of(p - y)};
  }
};

struct SquaredLogError {
  template <typename T>
  ValueAndSlope<T> at(T y, T p) const {
    const T e = kLossEpsilon<T>;
    const T difference = std::log(std::max(p, e) + T(1)) - std::log(std::max(y, e) + T(1));
    return {difference * difference, p > e ? T(2) * difference / (p + T(1)) : T(0)};
  }
};

struct HuberTerm {
  float delta;
  template <typename T>
  ValueAndSlope<T> at(T y, T p) const {
    const T d = static_cast<T>(delta);
    const T error = p - y;
    if (std::abs(error) <= d) return {error * error / T(2), error};
    return {d * std::abs(error) - d * d / T(2), d * sign_of(error)};
  }
};

struct LogCoshTerm {
  template <typename T>
  ValueAndSlope<T> at(T y, T p) const {
    const T x = std::abs(p - y);  // log cosh x = x + log(1 + exp(-2x)) - log 2, which is even.
    return {x + std::log1p(std::exp(T(-2) * x)) - std::log(T(2)), std::tanh(p - y)};
  }
};

struct PoissonTerm {
  template <typename T>
  ValueAndSlope<T> at(T y, T p) const {
    const T shifted = p + kLossEpsilon<T>;
    return {p - y * std::log(shifted), T(1) - y / shifted};
  }
};

// Targets of 0 and 1 become -1 and 1 where the whole batch is of these.
struct HingeTerm {
  bool zero_one;
  bool squared;
  template <typename T>
  ValueAndSlope<T> at(T y, T p) const {
    const T side = zero_one ? T(2) * y - T(1) : y;
    const T miss = std::max(T(1) - side * p, T(0));
    if (squared) return {miss * miss, T(-2) * side * miss};
    return {miss, miss > T(0) ? -side : T(0)};
  }
};

// log(1 + e) for e in [0, 1], to a few units in the last place: u - 1 is exact, and what
// rounding took from 1 + e is put back in proportion. Half the time of log1p().
template <typename T>
T log_of_one_plus(T e) {
  const T u = T(1) + e;
  return u == T(1) ? e : std::log(u) * (e / (u - T(1)));
}

struct BinaryTerm {
  float smoothing;
  bool from_logits;
  template <typename T>
  ValueAndSlope<T> at(T target, T x) const {
    const T s = static_cast<T>(smoothing);
    return smoothed(target * (T(1) - s) + s / T(2), x);
  }
  template <typename T>
  ValueAndSlope<T> smoothed(T y, T x) const {
    if (from_logits) {
      const T e = std::exp(-std::abs(x));
      const T p = x >= T(0) ? T(1) / (T(1) + e) : e / (T(1) + e);
      return {std::max(x, T(0)) - x * y + log_of_one_plus(e), p - y};
    }
    const T p = clipped_probability(x);
    const T value = -(y * std::log(p) + (T(1) - y) * std::log(T(1) - p));
    return {value, is_clipped(x) ? T(0) : (p - y) / (p * (T(1) - p))};
  }
};

// BinaryTerm times (1 - p_t)^gamma, p_t the probability of the truth.
struct BinaryFocalTerm {
  BinaryTerm plain;
  float gamma;
  float alpha;
  bool balanced;
  template <typename T>
  ValueAndSlope<T> at(T target, T x) const {
    const T s = static_cast<T>(plain.smoothing);
    const T y = target * (T(1) - s) + s / T(2);
    const ValueAndSlope<T> entropy = plain.smoothed(y, x);
    const T p = plain.from_logits ? sigmoid(x) : x;
    const T miss = T(1) - (y * p + (T(1) - y) * (T(1) - p));
    const T g = static_cast<T>(gamma);
    const T factor = std::pow(std::max(miss, T(0)), g);
    const T by_p =
        gamma > 0.0F && miss > T(0) ? -g * std::pow(miss, g - T(1)) * (T(2) * y - T(1)) : T(0);
    const T inner = plain.from_logits ? p * (T(1) - p) : T(1);
    const T a = static_cast<T>(alpha);
    const T weight = balanced ? y * a + (T(1) - y) * (T(1) - a) : T(1);
    return {weight * factor * entropy.value,
            weight * (factor * entropy.slope + entropy.value * by_p * inner)};
  }
};

template <class Term>
struct MeanOfTerms {
  Term term;
  template <typename T>
  T operator()(const T* p, const T* y, std::size_t outputs, T* gradient) const {
    const T share = T(1) / static_cast<T>(outputs);
    T sum = T(0);
    for (std::size_t i = 0; i < outputs; ++i) {
      const ValueAndSlope<T> found = term.at(y[i], p[i]);
      sum += found.value;
      if (gradient != nullptr) gradient[i] = found.slope * share;
    }
    return sum * share;
  }
};

// --- Losses of whole rows.

struct KlDivergenceRow {
  template <typename T>
  T operator()(const T* p, const T* y, std::size_t outputs, T* gradient) const {
    const T e = kLossEpsilon<T>;
    T sum = T(0);
    for (std::size_t i = 0; i < outputs; ++i) {
      const T truth = std::clamp(y[i], e, T(1));
      const T guess = std::clamp(p[i], e, T(1));
      sum += truth * std::log(truth / guess);
      if (gradient != nullptr) gradient[i] = p[i] < e || p[i] > T(1) ? T(0) : -truth / guess;
    }
    return sum;
  }
};

struct CategoricalHingeRow {
  template <typename T>
  T operator()(const T* p, const T* y, std::size_t outputs, T* gradient) const {
    T positive = T(0);
    std::size_t worst = 0;
    for (std::size_t i = 0; i < outputs; ++i) {
      positive += y[i] * p[i];
      if ((T(1) - y[i]) * p[i] > (T(1) - y[worst]) * p[worst]) worst = i;
    }
    const T value = (T(1) - y[worst]) * p[worst] - positive + T(1);
    if (gradient != nullptr) {
      const T on = value > T(0) ? T(1) : T(0);
      for (std::size_t i = 0; i < outputs; ++i) gradient[i] = -on * y[i];
      gradient[worst] += on * (T(1) - y[worst]);
    }
    return std::max(value, T(0));
  }
};

// log of the sum of exp, which cannot overflow.
template <typename T>
T log_sum_exp(const T* x, std::size_t outputs) {
  const T largest = *std::max_element(x, x + outputs);
  T sum = T(0);
  for (std::size_t i = 0; i < outputs; ++i) sum += std::exp(x[i] - largest);
  return largest + std::log(sum);
}

template <typename T>
T sum_of(const T* x, std::size_t outputs) {
  T sum = T(0);
  for (std::size_t i = 0; i < outputs; ++i) sum += x[i];
  return sum;
}

// Of the gradient h with respect to probabilities q = p / total, which h holds, to that with
// respect to p: (h - sum of h q) / total.
template <typename T>
void through_scaling(const T* p, T total, std::size_t outputs, T* h) {
  T mean = T(0);
  for (std::size_t i = 0; i < outputs; ++i) mean += h[i] * (p[i] / total);
  for (std::size_t i = 0; i < outputs; ++i) h[i] = (h[i] - mean) / total;
}

struct CategoricalRow {
  float smoothing;
  bool from_logits;

  template <typename T>
  T operator()(const T* x, const T* targets, std::size_t outputs, T* gradient) const {
    const T s = static_cast<T>(smoothing);
    const T uniform = s / static_cast<T>(outputs);
    const auto target = [&](std::size_t i) { return targets[i] * (T(1) - s) + uniform; };
    return from_logits ? of_logits(x, target, outputs, gradient)
                       : of_probabilities(x, target, outputs, gradient);
  }

  template <typename T, class Target>
  T of_logits(const T* x, const Target& target, std::size_t outputs, T* gradient) const {
    const T log_sum = log_sum_exp(x, outputs);
    T value = T(0);
    T mass = T(0);
    for (std::size_t i = 0; i < outputs; ++i) {
      value += target(i) * (log_sum - x[i]);
      mass += target(i);
    }
    for (std::size_t i = 0; gradient != nullptr && i < outputs; ++i) {
      gradient[i] = mass * std::exp(x[i] - log_sum) - target(i);
    }
    return value;
  }

  template <typename T, class Target>
  T of_probabilities(const T* p, const Target& target, std::size_t outputs, T* gradient) const {
    const T total = sum_of(p, outputs);
    T value = T(0);
    for (std::size_t i = 0; i < outputs; ++i) {
      const T q = p[i] / total;
      const T guess = clipped_probability(q);
      value -= target(i) * std::log(guess);
      if (gradient != nullptr) gradient[i] = is_clipped(q) ? T(0) : -target(i) / guess;
    }
    if (gradient != nullptr) through_scaling(p, total, outputs, gradient);
    return value;
  }
};

// The target is the number of the class.
struct SparseCategoricalRow {
  bool from_logits;

  template <typename T>
  T operator()(const T* x, const T* target, std::size_t outputs, T* gradient) const {
    const auto wanted = static_cast<std::size_t>(*target);
    if (from_logits) {
      const T log_sum = log_sum_exp(x, outputs);
      for (std::size_t i = 0; gradient != nullptr && i < outputs; ++i) {
        gradient[i] = std::exp(x[i] - log_sum) - T(i == wanted);
      }
      return log_sum - x[wanted];
    }
    // The reference clips each probability first and scales them then.
    T total = T(0);
    for (std::size_t i = 0; i < outputs; ++i) total += clipped_probability(x[i]);
    const T guess = clipped_probability(x[wanted]);
    for (std::size_t i = 0; gradient != nullptr && i < outputs; ++i) {
      gradient[i] = is_clipped(x[i]) ? T(0) : T(1) / total - (i == wanted ? T(1) / guess : T(0));
    }
    return std::log(total) - std::log(guess);
  }
};

// Sum of -alpha (1 - q)^gamma y log q.
struct CategoricalFocalRow {
  float smoothing;
  bool from_logits;
  float gamma;
  float alpha;

  // With its slope with respect to q.
  template <typename T>
  ValueAndSlope<T> term(T y, T q, T log_q) const {
    const T g = static_cast<T>(gamma);
    const T a = static_cast<T>(alpha);
    const T miss = std::max(T(1) - q, T(0));
    const T factor = std::pow(miss, g);
    const T by_q = gamma > 0.0F && miss > T(0) ? g * std::pow(miss, g - T(1)) * log_q : T(0);
    return {-a * factor * y * log_q, -a * y * (factor / q - by_q)};
  }

  template <typename T>
  T operator()(const T* x, const T* targets, std::size_t outputs, T* gradient) const {
    const T s = static_cast<T>(smoothing);
    const T log_sum = from_logits ? log_sum_exp(x, outputs) : T(0);
    const T total = from_logits ? T(1) : sum_of(x, outputs);
    T value = T(0);
    T mean = T(0);  // Sum of slope x q.
    for (std::size_t i = 0; i < outputs; ++i) {
      const T y = targets[i] * (T(1) - s) + s / static_cast<T>(outputs);
      const T log_q = from_logits ? x[i] - log_sum : T(0);
      const T q = from_logits ? std::exp(log_q) : x[i] / total;
      const T guess =
          from_logits ? std::max(q, std::numeric_limits<T>::min()) : clipped_probability(q);
      const ValueAndSlope<T> found = term(y, guess, from_logits ? log_q : std::log(guess));
      value += found.value;
      const T slope = !from_logits && is_clipped(q) ? T(0) : found.slope;
      mean += slope * q;
      if (gradient != nullptr) gradient[i] = slope;
    }
    for (std::size_t i = 0; gradient != nullptr && i < outputs; ++i) {
      const T scale = from_logits ? std::exp(x[i] - log_sum) : T(1) / total;
      gradient[i] = scale * (gradient[i] - mean);
    }
    return value;
  }
};

struct CosineRow {
  template <typename T>
  T operator()(const T* p, const T* y, std::size_t outputs, T* gradient) const {
    T product = T(0);
    T p_squared = T(0);
    T y_squared = T(0);
    for (std::size_t i = 0; i < outputs; ++i) {
      product += p[i] * y[i];
      p_squared += p[i] * p[i];
      y_squared += y[i] * y[i];
    }
    const T e = static_cast<T>(1e-12);
    const T p_norm = std::max(std::sqrt(p_squared), e);
    const T y_norm = std::max(std::sqrt(y_squared), e);
    const T cosine = product / p_norm / y_norm;
    for (std::size_t i = 0; gradient != nullptr && i < outputs; ++i) {
      // A zero vector has no direction to turn in.
      gradient[i] = p_norm > e ? -(y[i] / y_norm - cosine * p[i] / p_norm) / p_norm : T(0);
    }
    return -cosine;
  }
};

}  // namespace kindred::nn
