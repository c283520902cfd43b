#include "kindred/evaluation/prediction_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/evaluation/confusion_matrix.h"

namespace kindred::evaluation {
namespace {

using Values = std::vector<float>;

double value_of(const PredictionMetric& metric, const Values& targets, const Values& predictions,
                std::size_t outputs = 1, std::size_t target_width = 1, const Values& weights = {}) {
  MetricAccumulator sums(metric);
  sums.add({predictions, targets, predictions.size() / outputs, outputs, target_width, weights});
  return sums.value();
}

double value_of(std::string_view name, const Values& targets, const Values& predictions,
                std::size_t outputs = 1, std::size_t target_width = 1, const Values& weights = {}) {
  return value_of(parse_prediction_metric(name), targets, predictions, outputs, target_width,
                  weights);
}

TEST(PredictionMetrics, Errors) {
  const Values y = {1, 9, 2};
  const Values p = {4, 8, 12};
  EXPECT_DOUBLE_EQ(value_of("mse", y, p), 110.0 / 3);
  EXPECT_DOUBLE_EQ(value_of("rmse", y, p), std::sqrt(110.0 / 3));
  EXPECT_DOUBLE_EQ(value_of("mae", y, p), 14.0 / 3);
  EXPECT_NEAR(value_of("mape", y, p), 100.0 * (3.0 + 1.0 / 9 + 5.0) / 3, 1e-9);
  const double msle = (std::pow(std::log(5.0 / 2), 2) + std::pow(std::log(9.0 / 10), 2) +
                       std::pow(std::log(13.0 / 3), 2)) /
                      3;
  EXPECT_NEAR(value_of("msle", y, p), msle, 1e-12);
  EXPECT_DOUBLE_EQ(value_of("mse", y, p, 1, 1, {1.0F, 2.0F, 0.0F}), 11.0 / 3);
  EXPECT_DOUBLE_EQ(value_of("exact_accuracy", {1, 2, 3, 4}, {0, 2, 3, 4}), 0.75);
}

TEST(PredictionMetrics, R2OfTargetsFarFromZeroLosesNothing) {
  Values y = {1, 2, 3, 4};
  Values p = {1, 2, 3, 5};
  EXPECT_DOUBLE_EQ(value_of("r2", y, p), 0.8);
  for (float& value : y) value += 1e6F;
  for (float& value : p) value += 1e6F;
  EXPECT_DOUBLE_EQ(value_of("r2", y, p), 0.8);
  EXPECT_EQ(value_of("r2", {2, 2}, {2, 3}), 0.0);  // Constant.
  EXPECT_DOUBLE_EQ(value_of({.kind = PredictionMetricKind::r2_score, .regressors = 1}, {1, 2, 3, 4},
                            {1, 2, 3, 5}),
                   1.0 - 0.2 * 3 / 2);
}

TEST(PredictionMetrics, AccuracyFollowsTheShapes) {
  EXPECT_DOUBLE_EQ(value_of("accuracy", {1, 1, 0, 0}, {0.98F, 1, 0, 0.6F}), 0.75);
  EXPECT_DOUBLE_EQ(value_of("accuracy", {2, 0}, {0.1F, 0.2F, 0.7F, 0.3F, 0.4F, 0.3F}, 3), 0.5);
  EXPECT_DOUBLE_EQ(
      value_of("accuracy", {0, 0, 1, 1, 0, 0}, {0.1F, 0.2F, 0.7F, 0.3F, 0.4F, 0.3F}, 3, 3), 0.5);
  EXPECT_DOUBLE_EQ(value_of("top_2_accuracy", {2, 0}, {0.1F, 0.2F, 0.7F, 0.3F, 0.4F, 0.2F}, 3), 1);
  EXPECT_DOUBLE_EQ(value_of("top_1_accuracy", {2, 0}, {0.1F, 0.2F, 0.7F, 0.3F, 0.4F, 0.2F}, 3), .5);
}

// On logits the threshold of 0.5 is 0, and not 0.5.
TEST(PredictionMetrics, ThresholdsSpeakOfProbabilities) {
  const PredictionMetric metric{.kind = PredictionMetricKind::accuracy, .from_logits = true};
  EXPECT_EQ(value_of(metric, {1, 1, 0}, {0.2F, 3.0F, -0.1F}), 1.0);
  const PredictionMetric precision{.kind = PredictionMetricKind::precision, .from_logits = true};
  EXPECT_EQ(value_of(precision, {1, 0, 0}, {0.2F, 0.3F, -0.1F}), 0.5);
}

TEST(PredictionMetrics, PrecisionRecallAndTheirMean) {
  const Values y = {1, 1, 1, 0, 0, 0};
  const Values p = {0.9F, 0.8F, 0.2F, 0.7F, 0.1F, 0.5F};  // 0.5 is not above the threshold.
  EXPECT_DOUBLE_EQ(value_of("precision", y, p), 2.0 / 3);
  EXPECT_DOUBLE_EQ(value_of("recall", y, p), 2.0 / 3);
  EXPECT_DOUBLE_EQ(value_of("f1", y, p), 2.0 / 3);
  EXPECT_EQ(value_of("precision", y, Values(6, 0.0F)), 0.0);
}

// Pairs counted one by one.
double auc_by_pairs(const Values& y, const Values& p, const Values& w) {
  double won = 0.0;
  double all = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = 0; j < y.size(); ++j) {
      if (y[i] != 1.0F || y[j] != 0.0F) continue;
      const double weight = static_cast<double>(w[i]) * w[j];
      all += weight;
      won += weight * (p[i] > p[j] ? 1.0 : p[i] == p[j] ? 0.5 : 0.0);
    }
  }
  return won / all;
}

// The precision at each positive, with all that tie with it.
double average_precision_by_definition(const Values& y, const Values& p, const Values& w) {
  double sum = 0.0;
  double positives = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] != 1.0F) continue;
    double hits = 0.0;
    double above = 0.0;
    for (std::size_t j = 0; j < y.size(); ++j) {
      if (p[j] < p[i]) continue;
      above += w[j];
      hits += y[j] * w[j];
    }
    sum += w[i] * hits / above;
    positives += w[i];
  }
  return sum / positives;
}

TEST(PredictionMetrics, ExactAreasAreTheirDefinitions) {
  for (const std::size_t count : {2U, 3U, 50U, 301U}) {
    Rng random(count);
    Values y(count);
    Values p(count);
    Values w(count);
    for (std::size_t i = 0; i < count; ++i) {
      y[i] = i == 0 ? 1.0F : i == 1 ? 0.0F : static_cast<float>(random.below(2));
      p[i] = (static_cast<float>(random.below(20)) + 2.0F * y[i]) / 32.0F;  // Many ties.
      w[i] = static_cast<float>(random.below(4)) / 2.0F + (i < 2 ? 1.0F : 0.0F);
    }
    EXPECT_NEAR(value_of("auc", y, p, 1, 1, w), auc_by_pairs(y, p, w), 1e-12);
    EXPECT_NEAR(value_of("auc_pr", y, p, 1, 1, w), average_precision_by_definition(y, p, w), 1e-12);
    // 200 thresholds tell predictions 1/32 apart from each other.
    EXPECT_NEAR(value_of("auc_by_thresholds", y, p, 1, 1, w), auc_by_pairs(y, p, w), 1e-6);
  }
}

TEST(PredictionMetrics, AreasWithoutBothClassesAreNoNumbers) {
  EXPECT_TRUE(std::isnan(value_of("auc", {1, 1}, {0.5F, 0.6F})));
  EXPECT_TRUE(std::isnan(value_of("auc", {1, 0}, {0.5F, std::nanf("")})));
  EXPECT_TRUE(std::isnan(value_of("auc_pr", {0, 0}, {0.5F, 0.6F})));
  for (const char* const name : {"mse", "auc", "r2", "precision", "auc_by_thresholds"}) {
    EXPECT_TRUE(std::isnan(MetricAccumulator(parse_prediction_metric(name)).value())) << name;
  }
}

TEST(PredictionMetrics, LogLoss) {
  EXPECT_NEAR(value_of("log_loss", {1, 0}, {0.8F, 0.4F}), -(std::log(0.8) + std::log(0.6)) / 2,
              1e-7);
  EXPECT_NEAR(value_of("categorical_crossentropy", {0, 1, 0}, {0.2F, 0.4F, 0.2F}, 3, 3),
              -std::log(0.5), 1e-7);
  EXPECT_NEAR(value_of("sparse_categorical_crossentropy", {1}, {0.2F, 0.4F, 0.2F}, 3),
              -std::log(0.5), 1e-7);
  PredictionMetric logits{.kind = PredictionMetricKind::sparse_categorical_crossentropy,
                          .from_logits = true};
  EXPECT_NEAR(value_of(logits, {1}, {1000.0F, 0.0F, 0.0F}, 3), 1000.0, 1e-9);
  logits.kind = PredictionMetricKind::binary_crossentropy;
  EXPECT_NEAR(value_of(logits, {1}, {-1000.0F}), 1000.0, 1e-9);
}

TEST(PredictionMetrics, BatchesAddUpToTheWhole) {
  Rng random(4);
  Values y(100);
  Values p(100);
  Values w(100);
  for (std::size_t i = 0; i < 100; ++i) {
    y[i] = static_cast<float>(random.below(2));
    p[i] = static_cast<float>(random.uniform());
    w[i] = static_cast<float>(random.uniform());
  }
  for (const char* const name :
       {"mse", "rmse", "mae", "mape", "msle", "r2", "accuracy", "precision", "recall", "f1", "auc",
        "auc_pr", "auc_by_thresholds", "auc_pr_by_thresholds", "log_loss"}) {
    MetricAccumulator sums(parse_prediction_metric(name));
    const double whole = value_of(name, y, p, 1, 1, w);
    for (int epoch = 0; epoch < 2; ++epoch) {
      for (std::size_t begin = 0; begin < 100; begin += 30) {
        const std::size_t rows = std::min<std::size_t>(30, 100 - begin);
        const auto part = [&](const Values& all) { return std::span(all).subspan(begin, rows); };
        sums.add({part(p), part(y), rows, 1, 1, part(w)});
      }
      EXPECT_NEAR(sums.value(), whole, 1e-9) << name;
      sums.reset();
    }
  }
}

TEST(PredictionMetrics, ShapesThatDoNotSuitAreRefused) {
  EXPECT_THROW(value_of("mse", {1}, {1, 2}, 2), Error);
  EXPECT_THROW(value_of("sparse_categorical_accuracy", {3}, {1, 2, 3}, 3), Error);
  EXPECT_THROW(value_of("sparse_categorical_accuracy", {0.5F}, {1, 2, 3}, 3), Error);
  MetricAccumulator sums(parse_prediction_metric("accuracy"));
  const Values three(3, 0.0F);
  sums.add({three, three, 3, 1, 1});
  EXPECT_THROW(sums.add({three, three, 1, 3, 3}), Error);
}

TEST(PredictionMetrics, NamesAreReadBack) {
  for (const char* const known :
       {"mean_squared_error", "root_mean_squared_error", "r2_score", "auc", "auc_pr", "f1_score",
        "top_3_accuracy", "sparse_categorical_accuracy", "binary_crossentropy"}) {
    EXPECT_EQ(name(parse_prediction_metric(known)), known);
  }
  EXPECT_TRUE(larger_is_better(parse_prediction_metric("auc")));
  EXPECT_FALSE(larger_is_better(parse_prediction_metric("rmse")));
  EXPECT_THROW(parse_prediction_metric("top__accuracy"), Error);
  EXPECT_THROW(parse_prediction_metric("ndcg@10"), Error);
  EXPECT_THROW(MetricAccumulator({.thresholds = 1}), Error);
  EXPECT_THROW(MetricAccumulator({.threshold = 2.0F}), Error);
}

TEST(ConfusionMatrix, CountsAndWhatFollows) {
  ConfusionMatrix matrix(3);
  EXPECT_TRUE(std::isnan(matrix.accuracy()));
  matrix.add_scores(Values{0, 1, 1, 2},
                    Values{0.9F, 0, 0, /**/ 0.1F, 0.8F, 0, /**/ 0.6F, 0.3F, 0, /**/ 0.7F, 0, 0}, 3);
  EXPECT_EQ(matrix.count(1, 0), 1.0);
  EXPECT_EQ(matrix.count(2, 0), 1.0);
  EXPECT_DOUBLE_EQ(matrix.accuracy(), 0.5);
  EXPECT_DOUBLE_EQ(matrix.precision(0), 1.0 / 3);
  EXPECT_DOUBLE_EQ(matrix.recall(1), 0.5);
  EXPECT_EQ(matrix.precision(2), 0.0);
  EXPECT_DOUBLE_EQ(matrix.f1_score(0), 0.5);
  EXPECT_DOUBLE_EQ(matrix.macro_f1_score(), (0.5 + 2.0 / 3 + 0.0) / 3);
  ConfusionMatrix binary(2);
  binary.add_scores(Values{0, 1}, Values{0.6F, 0.4F}, 1);
  EXPECT_EQ(binary.count(0, 1), 1.0);
  EXPECT_EQ(binary.count(1, 0), 1.0);
  EXPECT_THROW(binary.add_scores(Values{2}, Values{0.4F}, 1), Error);
}

}  // namespace
}  // namespace kindred::evaluation
