// Losses: how wrong predictions are, one number for a batch, and which way is better.
//
// A loss first gives every row of a batch one value, from its predictions and targets,
// multiplies it with the row's weight, and then reduces the rows to one number. Losses of
// single outputs take the mean over the outputs of a row, those of distributions the sum:
//
//   mean_squared_error               (p - y)^2
//   mean_absolute_error              |p - y|
//   mean_absolute_percentage_error   100 |p - y| / max(|y|, e)
//   mean_squared_logarithmic_error   (log(max(p, e) + 1) - log(max(y, e) + 1))^2
//   huber                            (p - y)^2 / 2 within delta of y, a line beyond
//   log_cosh                         log cosh(p - y)
//   poisson                          p - y log(p + e)
//   kl_divergence                    sum of y log(y / p)
//   hinge, squared_hinge             max(0, 1 - yp) and its square, y in {-1, 1} (or {0, 1})
//   categorical_hinge                max(0, 1 + largest (1 - y) p - sum of y p)
//   binary_crossentropy              -y log p - (1 - y) log(1 - p)
//   binary_focal_crossentropy        the same times (1 - probability of the truth)^gamma
//   categorical_crossentropy         sum of -y log p, p scaled to a sum of 1
//   sparse_categorical_crossentropy  the same, y given as the number of the class
//   categorical_focal_crossentropy   sum of -alpha (1 - p)^gamma y log p
//   cosine_similarity                -cosine of the angle between p and y
//
// e is 1e-7, and probabilities are kept within [e, 1 - e]. With from_logits, predictions
// are what comes before the sigmoid or softmax; these forms neither overflow nor cancel,
// and are the ones to train with.
//
// Cost: O(rows x outputs). Sums are made in double, row after row, so the value depends on
// nothing but the batch. Thread safety: pure functions.
//
// Semantics and names are those of Keras 3.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace kindred::nn {

enum class LossKind {
  mean_squared_error,
  mean_absolute_error,
  mean_absolute_percentage_error,
  mean_squared_logarithmic_error,
  huber,
  log_cosh,
  poisson,
  kl_divergence,
  hinge,
  squared_hinge,
  categorical_hinge,
  binary_crossentropy,
  binary_focal_crossentropy,
  categorical_crossentropy,
  sparse_categorical_crossentropy,
  categorical_focal_crossentropy,
  cosine_similarity,
};

enum class Reduction {
  sum_over_batch_size,      // Sum of weight x loss over the number of rows.
  mean_with_sample_weight,  // Sum of weight x loss over the sum of the weights.
  sum,                      // Sum of weight x loss.
};

struct Loss {
  LossKind kind = LossKind::mean_squared_error;
  bool from_logits = false;  // Of the cross-entropies.
  // In [0, 1): targets move towards the uniform distribution. Of the cross-entropies over given
  // targets; sparse ones have none to move.
  float label_smoothing = 0.0F;
  float delta = 1.0F;            // huber: where the line begins; > 0.
  float gamma = 2.0F;            // Focal: how little well-classified rows count; >= 0.
  float alpha = 0.25F;           // Focal: the weight of the positive class (binary: if balanced).
  bool balance_classes = false;  // binary_focal: weigh positives alpha and negatives 1 - alpha.
  Reduction reduction = Reduction::sum_over_batch_size;

  bool operator==(const Loss&) const = default;
};

// "mse", "mean_squared_error", "binary_crossentropy", ...: as the reference writes them.
// Throws Error(invalid_argument), listing the names, for anything else.
LossKind parse_loss(std::string_view name);

// The long name: "mean_squared_error".
std::string_view name_of(LossKind kind) noexcept;

// Throws Error(invalid_argument) naming an option that is out of range.
void check_loss(const Loss& loss);

// Whether targets are the number of a class, one a row, and not as many as predictions.
constexpr bool takes_class_ids(LossKind kind) noexcept {
  return kind == LossKind::sparse_categorical_crossentropy;
}

// A batch as a loss reads it: T is float for training, double for checking gradients.
template <typename T>
struct LossBatch {
  std::span<const T> predictions;  // rows x outputs, row-major.
  std::span<const T> targets;      // rows x outputs, or rows where takes_class_ids().
  std::size_t rows = 0;
  std::size_t outputs = 1;
  std::span<const T> weights = {};  // rows; empty: all 1.
};

// Throws Error(invalid_argument) naming the row when a target cannot be: a class id that is no
// whole number in [0, outputs). The functions below require that it would not throw.
template <typename T>
void check_targets(const Loss& loss, const LossBatch<T>& batch);

// The weighted loss of every row, not reduced. Requires: losses.size() == batch.rows.
template <typename T>
void row_losses(const Loss& loss, const LossBatch<T>& batch, std::span<T> losses);

// The reduced loss. An empty batch has the loss 0.
template <typename T>
double loss_value(const Loss& loss, const LossBatch<T>& batch);

// The reduced loss, and its gradient with respect to the predictions, which overwrites
// `gradient`. At kinks (0 of an absolute value, edges of clipping) the gradient is 0 or one
// side's. Requires: gradient.size() == batch.predictions.size().
template <typename T>
double loss_and_gradient(const Loss& loss, const LossBatch<T>& batch, std::span<T> gradient);

}  // namespace kindred::nn
