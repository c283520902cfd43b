// The optimizers there are, as plain data with the reference's defaults.
//
// With w a weight, g its gradient, r the learning rate, t the number of steps so far:
//
//   Sgd             m = momentum m - r g;  w += m  (Nesterov: w += momentum m - r g)
//   Adagrad         a += g^2;  w -= r g / sqrt(a + e)
//   RowwiseAdagrad  the same with one a for a row: a += mean of g^2 over the row
//   RmsProp         v = rho v + (1 - rho) g^2;  m = momentum m + r g / sqrt(v + e);  w -= m
//                   (centred: v less the square of the running mean of g)
//   Adam            m += (1 - beta1)(g - m);  v += (1 - beta2)(g^2 - v);
//                   w -= r sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + e)
//                   (amsgrad: the largest v so far)
//   AdamW           Adam with weight decay from the start
//   LazyAdam        Adam that leaves a row alone, moments too, in steps without a gradient
//                   for it: cheaper on embeddings, and not the same algorithm
//   Ftrl            z += g + 2 shrinkage w - (n'^-p - n^-p) / r w, n' = n + g^2, p = power;
//                   w = (clip(z, -l1, l1) - z) / (n'^-p / r + 2 (l2 + beta / (2 r)))
//
// e stands where it stands here: inside the root or outside it. Weight decay is decoupled:
// w -= r weight_decay w before the step.
//
// Formulas as in Keras 3, which follow Duchi et al. 2011 (Adagrad), Tieleman and Hinton 2012
// (RMSprop), Kingma and Ba 2015 (Adam), Loshchilov and Hutter 2019 (AdamW), McMahan et al.
// 2013 (FTRL); row-wise Adagrad as in the embedding tables of DLRM.

#pragma once

#include <string_view>
#include <variant>

namespace kindred::nn {

struct Sgd {
  float learning_rate = 0.01F;
  float momentum = 0.0F;  // In [0, 1).
  bool nesterov = false;
  float weight_decay = 0.0F;

  bool operator==(const Sgd&) const = default;
};

struct Adagrad {
  float learning_rate = 0.001F;
  float initial_accumulator = 0.1F;
  float epsilon = 1e-7F;
  float weight_decay = 0.0F;

  bool operator==(const Adagrad&) const = default;
};

struct RowwiseAdagrad {
  float learning_rate = 0.001F;
  float initial_accumulator = 0.1F;
  float epsilon = 1e-7F;

  bool operator==(const RowwiseAdagrad&) const = default;
};

struct RmsProp {
  float learning_rate = 0.001F;
  float rho = 0.9F;
  float momentum = 0.0F;
  float epsilon = 1e-7F;
  bool centered = false;
  float weight_decay = 0.0F;

  bool operator==(const RmsProp&) const = default;
};

struct Adam {
  float learning_rate = 0.001F;
  float beta1 = 0.9F;
  float beta2 = 0.999F;
  float epsilon = 1e-7F;
  bool amsgrad = false;
  float weight_decay = 0.0F;

  bool operator==(const Adam&) const = default;
};

struct AdamW {
  float learning_rate = 0.001F;
  float weight_decay = 0.004F;
  float beta1 = 0.9F;
  float beta2 = 0.999F;
  float epsilon = 1e-7F;
  bool amsgrad = false;

  bool operator==(const AdamW&) const = default;
};

struct LazyAdam {
  float learning_rate = 0.001F;
  float beta1 = 0.9F;
  float beta2 = 0.999F;
  float epsilon = 1e-7F;

  bool operator==(const LazyAdam&) const = default;
};

struct Ftrl {
  float learning_rate = 0.001F;
  float learning_rate_power = -0.5F;  // p, at most 0.
  float initial_accumulator = 0.1F;
  float l1 = 0.0F;
  float l2 = 0.0F;
  float l2_shrinkage = 0.0F;
  float beta = 0.0F;
  float weight_decay = 0.0F;

  bool operator==(const Ftrl&) const = default;
};

using OptimizerOptions =
    std::variant<Sgd, Adagrad, Adam, AdamW, RmsProp, Ftrl, LazyAdam, RowwiseAdagrad>;

// "sgd", "adagrad", "adam", "adamw", "rmsprop", "ftrl", "lazy_adam", "rowwise_adagrad", with
// their defaults. Throws Error(invalid_argument), listing the names, for anything else.
OptimizerOptions parse_optimizer(std::string_view name);
std::string_view name_of(const OptimizerOptions& options) noexcept;

float learning_rate_of(const OptimizerOptions& options) noexcept;
void set_learning_rate(OptimizerOptions& options, float learning_rate) noexcept;

// Throws Error(invalid_argument) naming an option that is out of range or not finite.
void check_optimizer(const OptimizerOptions& options);

}  // namespace kindred::nn
