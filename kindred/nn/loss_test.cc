#include "kindred/nn/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"

namespace kindred::nn {
namespace {

// What predictions and targets of a loss may be.
enum class Domain { real, positive, probability, distribution, binary, side, class_id };

double draw(Domain domain, Rng& random) {
  const double u = random.uniform();
  switch (domain) {
    case Domain::real:
      return 4.0 * u - 2.0;
    case Domain::positive:
      return 0.2 + 3.0 * u;
    case Domain::probability:
    case Domain::distribution:
      return 0.05 + 0.9 * u;
    case Domain::binary:
      return u < 0.5 ? 0.0 : 1.0;
    case Domain::side:
      return u < 0.5 ? -1.0 : 1.0;
    case Domain::class_id:
      return std::floor(3.0 * u);
  }
  return 0.0;
}

struct Case {
  std::string name;
  Loss loss;
  Domain predictions;
  Domain targets;
};

std::vector<double> draws(Domain domain, std::size_t rows, std::size_t cols, Rng& random) {
  std::vector<double> values(rows * cols);
  for (double& value : values) value = draw(domain, random);
  if (domain != Domain::distribution) return values;
  for (std::size_t row = 0; row < rows; ++row) {
    double sum = 0.0;
    for (std::size_t i = 0; i < cols; ++i) sum += values[row * cols + i];
    for (std::size_t i = 0; i < cols; ++i) values[row * cols + i] /= sum;
  }
  return values;
}

std::vector<Case> cases() {
  using enum LossKind;
  std::vector<Case> all;
  const auto add = [&](Loss loss, Domain predictions, Domain targets) {
    all.push_back({std::string(name_of(loss.kind)) + (loss.from_logits ? " of logits" : "") +
                       (loss.label_smoothing > 0.0F ? ", smoothed" : ""),
                   loss, predictions, targets});
  };
  for (const LossKind kind : {mean_squared_error, mean_absolute_error, huber, log_cosh,
                              mean_absolute_percentage_error, cosine_similarity}) {
    add({.kind = kind}, Domain::real, Domain::real);
  }
  add({.kind = huber, .delta = 0.3F}, Domain::real, Domain::real);
  add({.kind = mean_squared_logarithmic_error}, Domain::positive, Domain::positive);
  add({.kind = poisson}, Domain::positive, Domain::positive);
  add({.kind = kl_divergence}, Domain::distribution, Domain::distribution);
  add({.kind = categorical_hinge}, Domain::real, Domain::binary);
  for (const LossKind kind : {hinge, squared_hinge}) {
    add({.kind = kind}, Domain::real, Domain::binary);
    add({.kind = kind}, Domain::real, Domain::side);
  }
  for (const bool logits : {false, true}) {
    const Domain given = logits ? Domain::real : Domain::probability;
    for (const float smoothing : {0.0F, 0.2F}) {
      Loss loss{.from_logits = logits, .label_smoothing = smoothing};
      loss.kind = binary_crossentropy;
      add(loss, given, Domain::binary);
      loss.kind = binary_focal_crossentropy;
      add(loss, given, Domain::binary);
      loss.balance_classes = true;
      loss.gamma = 0.0F;
      add(loss, given, Domain::binary);
      loss.gamma = 2.0F;
      loss.kind = categorical_crossentropy;
      add(loss, given, Domain::distribution);
      loss.kind = categorical_focal_crossentropy;
      add(loss, given, Domain::distribution);
    }
    add({.kind = sparse_categorical_crossentropy, .from_logits = logits}, given, Domain::class_id);
  }
  return all;
}

// Finite differences of the value, in double: the error of the gradient is below 1e-6.
TEST(Loss, GradientsAreTheDifferencesOfTheValue) {
  constexpr std::size_t kRows = 7;
  constexpr std::size_t kOutputs = 3;
  constexpr double kStep = 1e-6;
  for (Case& c : cases()) {
    for (const Reduction reduction :
         {Reduction::sum_over_batch_size, Reduction::mean_with_sample_weight, Reduction::sum}) {
      c.loss.reduction = reduction;
      Rng random(3, 0, 0);
      std::vector<double> predictions = draws(c.predictions, kRows, kOutputs, random);
      const std::vector<double> targets =
          draws(c.targets, kRows, takes_class_ids(c.loss.kind) ? 1 : kOutputs, random);
      const std::vector<double> weights = draws(Domain::positive, kRows, 1, random);
      const LossBatch<double> batch{predictions, targets, kRows, kOutputs, weights};
      std::vector<double> gradient(predictions.size());
      const double value = loss_and_gradient<double>(c.loss, batch, gradient);
      EXPECT_NEAR(value, loss_value(c.loss, batch), 1e-12) << c.name;
      for (std::size_t i = 0; i < predictions.size(); ++i) {
        const double kept = predictions[i];
        predictions[i] = kept + kStep;
        const double above = loss_value(c.loss, batch);
        predictions[i] = kept - kStep;
        const double below = loss_value(c.loss, batch);
        predictions[i] = kept;
        EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-6)
            << c.name << ", element " << i;
      }
    }
  }
}

// The rows' losses, weighted, add up to the reduced one.
TEST(Loss, RowsAddUpToTheWhole) {
  for (const Case& c : cases()) {
    Rng random(5, 0, 0);
    const std::vector<double> predictions = draws(c.predictions, 5, 3, random);
    const std::vector<double> targets =
        draws(c.targets, 5, takes_class_ids(c.loss.kind) ? 1 : 3, random);
    const std::vector<double> weights = {0.5, 0.0, 2.0, 1.0, 1.5};
    const LossBatch<double> batch{predictions, targets, 5, 3, weights};
    std::vector<double> rows(5);
    row_losses<double>(c.loss, batch, rows);
    EXPECT_EQ(rows[1], 0.0);
    EXPECT_NEAR((rows[0] + rows[1] + rows[2] + rows[3] + rows[4]) / 5, loss_value(c.loss, batch),
                1e-12)
        << c.name;
  }
}

TEST(Loss, LogitsFarOutNeitherOverflowNorLoseTheGradient) {
  const std::vector<float> predictions = {1000.0F, -1000.0F, 0.0F};
  const std::vector<float> wrong = {0.0F, 0.0F, 1.0F};
  std::vector<float> gradient(3);
  Loss loss{.kind = LossKind::categorical_crossentropy, .from_logits = true};
  const LossBatch<float> row{predictions, wrong, 1, 3};
  EXPECT_EQ(loss_and_gradient<float>(loss, row, gradient), 1000.0);
  EXPECT_EQ(gradient, (std::vector<float>{1.0F, 0.0F, -1.0F}));
  loss.kind = LossKind::binary_crossentropy;
  EXPECT_NEAR(loss_and_gradient<float>(loss, row, gradient), (1000.0 + std::log(2.0)) / 3, 1e-4);
  EXPECT_FLOAT_EQ(gradient[0], 1.0F / 3.0F);
  for (const LossKind kind :
       {LossKind::binary_focal_crossentropy, LossKind::categorical_focal_crossentropy}) {
    loss.kind = kind;
    EXPECT_TRUE(std::isfinite(loss_and_gradient<float>(loss, row, gradient))) << name_of(kind);
    for (const float slope : gradient) EXPECT_TRUE(std::isfinite(slope)) << name_of(kind);
  }
}

TEST(Loss, AnEmptyBatchHasNoLoss) {
  for (const Case& c : cases()) {
    const LossBatch<float> empty{{}, {}, 0, 3};
    EXPECT_EQ(loss_value(c.loss, empty), 0.0) << c.name;
  }
}

TEST(Loss, ClassIdsMustBeThoseOfClasses) {
  const Loss loss{.kind = LossKind::sparse_categorical_crossentropy};
  const std::vector<float> predictions(6, 0.5F);
  for (const float id : {-1.0F, 3.0F, 0.5F, std::nanf("")}) {
    const std::vector<float> targets = {1.0F, id};
    EXPECT_THROW(check_targets(loss, LossBatch<float>{predictions, targets, 2, 3}), Error) << id;
  }
  const std::vector<float> targets = {0.0F, 2.0F};
  EXPECT_NO_THROW(check_targets(loss, LossBatch<float>{predictions, targets, 2, 3}));
}

TEST(Loss, NamesAreReadBack) {
  EXPECT_EQ(parse_loss("mse"), LossKind::mean_squared_error);
  for (const Case& c : cases()) EXPECT_EQ(parse_loss(name_of(c.loss.kind)), c.loss.kind);
  EXPECT_THROW(parse_loss("mean"), Error);
}

TEST(Loss, OptionsOutOfRangeAreNamed) {
  for (const Loss& loss : {Loss{.label_smoothing = 1.0F}, Loss{.delta = 0.0F}, Loss{.gamma = -1.0F},
                           Loss{.alpha = std::nanf("")}}) {
    EXPECT_THROW(check_loss(loss), Error);
  }
  EXPECT_NO_THROW(check_loss({}));
}

}  // namespace
}  // namespace kindred::nn
