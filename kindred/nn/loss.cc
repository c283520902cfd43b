#include "kindred/nn/loss.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/nn/loss_rows.h"

namespace kindred::nn {
namespace {

struct LossName {
  LossKind kind;
  std::string_view name;
  std::string_view short_name;  // Or "".
};

constexpr auto kLossNames = std::to_array<LossName>({
    {LossKind::mean_squared_error, "mean_squared_error", "mse"},
    {LossKind::mean_absolute_error, "mean_absolute_error", "mae"},
    {LossKind::mean_absolute_percentage_error, "mean_absolute_percentage_error", "mape"},
    {LossKind::mean_squared_logarithmic_error, "mean_squared_logarithmic_error", "msle"},
    {LossKind::huber, "huber", ""},
    {LossKind::log_cosh, "log_cosh", "logcosh"},
    {LossKind::poisson, "poisson", ""},
    {LossKind::kl_divergence, "kl_divergence", "kld"},
    {LossKind::hinge, "hinge", ""},
    {LossKind::squared_hinge, "squared_hinge", ""},
    {LossKind::categorical_hinge, "categorical_hinge", ""},
    {LossKind::binary_crossentropy, "binary_crossentropy", "bce"},
    {LossKind::binary_focal_crossentropy, "binary_focal_crossentropy", ""},
    {LossKind::categorical_crossentropy, "categorical_crossentropy", "cce"},
    {LossKind::sparse_categorical_crossentropy, "sparse_categorical_crossentropy", "scce"},
    {LossKind::categorical_focal_crossentropy, "categorical_focal_crossentropy", ""},
    {LossKind::cosine_similarity, "cosine_similarity", ""},
});

void require_loss(bool holds, std::string_view option, float value, std::string_view range) {
  if (holds && std::isfinite(value)) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the loss's {} is {}; it must be {}", option, value, range));
}

template <typename T>
std::size_t targets_a_row(const Loss& loss, const LossBatch<T>& batch) {
  return takes_class_ids(loss.kind) ? 1 : batch.outputs;
}

template <typename T>
void check_shapes(const Loss& loss, const LossBatch<T>& batch) {
  KINDRED_CHECK(batch.outputs > 0 && batch.predictions.size() == batch.rows * batch.outputs);
  KINDRED_CHECK(batch.targets.size() == batch.rows * targets_a_row(loss, batch));
  KINDRED_CHECK(batch.weights.empty() || batch.weights.size() == batch.rows);
}

// Calls visit with the row function of the loss.
template <typename T, class Visit>
void with_row_function(const Loss& loss, const LossBatch<T>& batch, const Visit& visit) {
  const auto mean = [&](auto term) { visit(MeanOfTerms<decltype(term)>{term}); };
  const BinaryTerm binary{loss.label_smoothing, loss.from_logits};
  const auto hinge = [&](bool squared) {
    const bool zero_one =
        std::ranges::all_of(batch.targets, [](T y) { return y == T(0) || y == T(1); });
    mean(HingeTerm{zero_one, squared});
  };
  switch (loss.kind) {
    case LossKind::mean_squared_error:
      return mean(SquaredError());
    case LossKind::mean_absolute_error:
      return mean(AbsoluteError());
    case LossKind::mean_absolute_percentage_error:
      return mean(PercentageError());
    case LossKind::mean_squared_logarithmic_error:
      return mean(SquaredLogError());
    case LossKind::huber:
      return mean(HuberTerm{loss.delta});
    case LossKind::log_cosh:
      return mean(LogCoshTerm());
    case LossKind::poisson:
      return mean(PoissonTerm());
    case LossKind::kl_divergence:
      return visit(KlDivergenceRow());
    case LossKind::hinge:
      return hinge(false);
    case LossKind::squared_hinge:
      return hinge(true);
    case LossKind::categorical_hinge:
      return visit(CategoricalHingeRow());
    case LossKind::binary_crossentropy:
      return mean(binary);
    case LossKind::binary_focal_crossentropy:
      return mean(BinaryFocalTerm{binary, loss.gamma, loss.alpha, loss.balance_classes});
    case LossKind::categorical_crossentropy:
      return visit(CategoricalRow{loss.label_smoothing, loss.from_logits});
    case LossKind::sparse_categorical_crossentropy:
      return visit(SparseCategoricalRow{loss.from_logits});
    case LossKind::categorical_focal_crossentropy:
      return visit(
          CategoricalFocalRow{loss.label_smoothing, loss.from_logits, loss.gamma, loss.alpha});
    case LossKind::cosine_similarity:
      return visit(CosineRow());
  }
}

// Calls take(row, loss of the row, without weight); `gradient` may be null.
template <typename T, class Take>
void for_each_row(const Loss& loss, const LossBatch<T>& batch, T* gradient, const Take& take) {
  check_shapes(loss, batch);
  const std::size_t targets = targets_a_row(loss, batch);
  with_row_function(loss, batch, [&](const auto& row_function) {
    for (std::size_t row = 0; row < batch.rows; ++row) {
      T* const row_gradient = gradient == nullptr ? nullptr : gradient + row * batch.outputs;
      take(row, row_function(batch.predictions.data() + row * batch.outputs,
                             batch.targets.data() + row * targets, batch.outputs, row_gradient));
    }
  });
}

template <typename T>
T weight_of(const LossBatch<T>& batch, std::size_t row) {
  return batch.weights.empty() ? T(1) : batch.weights[row];
}

// What the sum of weighted losses is divided by.
template <typename T>
double divisor(const Loss& loss, const LossBatch<T>& batch) {
  double total = 0.0;
  switch (loss.reduction) {
    case Reduction::sum:
      return 1.0;
    case Reduction::sum_over_batch_size:
      total = static_cast<double>(batch.rows);
      break;
    case Reduction::mean_with_sample_weight:
      for (std::size_t row = 0; row < batch.rows; ++row) total += weight_of(batch, row);
      break;
  }
  return total > 0.0 ? total : 1.0;  // No rows, or none that counts: the sum is 0.
}

}  // namespace

LossKind parse_loss(std::string_view name) {
  std::string names;
  for (const LossName& known : kLossNames) {
    if (known.name == name || (!known.short_name.empty() && known.short_name == name)) {
      return known.kind;
    }
    names += names.empty() ? "" : ", ";
    names += known.name;
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("there is no loss '{}'; there are {}", name, names));
}

std::string_view name_of(LossKind kind) noexcept {
  const auto found = std::ranges::find(kLossNames, kind, &LossName::kind);
  return found == kLossNames.end() ? "" : found->name;
}

void check_loss(const Loss& loss) {
  require_loss(loss.label_smoothing >= 0.0F && loss.label_smoothing < 1.0F, "label_smoothing",
               loss.label_smoothing, "in [0, 1)");
  require_loss(loss.delta > 0.0F, "delta", loss.delta, "finite and above 0");
  require_loss(loss.gamma >= 0.0F, "gamma", loss.gamma, "finite and at least 0");
  require_loss(loss.alpha >= 0.0F && loss.alpha <= 1.0F, "alpha", loss.alpha, "in [0, 1]");
}

template <typename T>
void check_targets(const Loss& loss, const LossBatch<T>& batch) {
  if (!takes_class_ids(loss.kind)) return;
  const T end = static_cast<T>(batch.outputs);
  for (std::size_t row = 0; row < batch.targets.size(); ++row) {
    const T id = batch.targets[row];
    if (id >= T(0) && id < end && id == std::floor(id)) continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the target of row {} is {}, not the number of one of {} classes", row,
                            id, batch.outputs));
  }
}

template <typename T>
void row_losses(const Loss& loss, const LossBatch<T>& batch, std::span<T> losses) {
  KINDRED_CHECK(losses.size() == batch.rows);
  for_each_row<T>(loss, batch, nullptr,
                  [&](std::size_t row, T value) { losses[row] = value * weight_of(batch, row); });
}

template <typename T>
double loss_value(const Loss& loss, const LossBatch<T>& batch) {
  double sum = 0.0;
  for_each_row<T>(loss, batch, nullptr, [&](std::size_t row, T value) {
    sum += static_cast<double>(value) * weight_of(batch, row);
  });
  return sum / divisor(loss, batch);
}

template <typename T>
double loss_and_gradient(const Loss& loss, const LossBatch<T>& batch, std::span<T> gradient) {
  KINDRED_CHECK(gradient.size() == batch.predictions.size());
  const double scale = 1.0 / divisor(loss, batch);
  double sum = 0.0;
  for_each_row<T>(loss, batch, gradient.data(), [&](std::size_t row, T value) {
    const double weight = weight_of(batch, row);
    sum += static_cast<double>(value) * weight;
    const T factor = static_cast<T>(weight * scale);
    for (T& slope : gradient.subspan(row * batch.outputs, batch.outputs)) slope *= factor;
  });
  return sum * scale;
}

template void check_targets(const Loss&, const LossBatch<float>&);
template void check_targets(const Loss&, const LossBatch<double>&);
template void row_losses(const Loss&, const LossBatch<float>&, std::span<float>);
template void row_losses(const Loss&, const LossBatch<double>&, std::span<double>);
template double loss_value(const Loss&, const LossBatch<float>&);
template double loss_value(const Loss&, const LossBatch<double>&);
template double loss_and_gradient(const Loss&, const LossBatch<float>&, std::span<float>);
template double loss_and_gradient(const Loss&, const LossBatch<double>&, std::span<double>);

}  // namespace kindred::nn
