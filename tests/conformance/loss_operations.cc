// Losses.

#include <fmt/format.h>

#include "kindred/base/error.h"
#include "kindred/nn/loss.h"
#include "tests/conformance/operations.h"
#include "tests/conformance/predictions.h"

namespace kindred::conformance {
namespace {

nn::Loss read_loss(nn::LossKind kind, const Json& arguments) {
  nn::Loss loss;
  loss.kind = kind;
  loss.from_logits = flag_or(arguments, "from_logits", loss.from_logits);
  const auto number = [&](const char* name, float& option) {
    option = static_cast<float>(number_or(arguments, name, option));
  };
  number("label_smoothing", loss.label_smoothing);
  number("delta", loss.delta);
  number("gamma", loss.gamma);
  number("alpha", loss.alpha);
  loss.balance_classes = flag_or(arguments, "apply_class_balancing", loss.balance_classes);
  const std::string reduction = text_or(arguments, "reduction", "sum_over_batch_size");
  if (reduction == "sum") {
    loss.reduction = nn::Reduction::sum;
  } else if (reduction == "mean_with_sample_weight") {
    loss.reduction = nn::Reduction::mean_with_sample_weight;
  } else if (reduction != "sum_over_batch_size" && reduction != "none") {
    throw Skip(fmt::format("there is no reduction {}", reduction));
  }
  nn::check_loss(loss);
  return loss;
}

Json loss_of(nn::LossKind kind, const Question& question) {
  const nn::Loss loss = read_loss(kind, question.arguments);
  const Predictions read = read_predictions(question);
  if (read.target_width != (nn::takes_class_ids(kind) ? 1 : read.outputs)) {
    throw Error(ErrorCode::invalid_argument, "targets and predictions do not fit each other");
  }
  const nn::LossBatch<float> batch{read.predictions, read.targets, read.rows, read.outputs,
                                   read.weights};
  nn::check_targets(loss, batch);
  if (text_or(question.arguments, "reduction", "") != "none") return nn::loss_value(loss, batch);
  std::vector<float> values(read.rows);
  nn::row_losses<float>(loss, batch, values);
  Json out{Json::Array{}};
  for (const float value : values) out.push(static_cast<double>(value));
  return out;
}

}  // namespace

void add_loss_operations(Operations& operations) {
  for (const char* const name :
       {"mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error", "huber", "log_cosh", "poisson", "kl_divergence", "hinge",
        "squared_hinge", "categorical_hinge", "binary_crossentropy", "binary_focal_crossentropy",
        "categorical_crossentropy", "sparse_categorical_crossentropy",
        "categorical_focal_crossentropy", "cosine_similarity"}) {
    operations[fmt::format("loss.{}", name)] =
        [kind = nn::parse_loss(name)](const Question& question) { return loss_of(kind, question); };
  }
}

}  // namespace kindred::conformance
