#include "kindred/model/training_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/progress.h"
#include "kindred/nn/history.h"

namespace kindred::model {
namespace {

constexpr std::size_t kJudgedMax = 20'000;  // Of training rows, where none were set aside.
constexpr double kBeyondMeasure = 1e6;      // Times the squared error of the guess.
constexpr std::size_t kFewRowsMin = 50;     // Of fewer rows, each one may decide.
constexpr double kProbabilityMin = 1e-7;    // As the loss clips it.

double mean_target(std::span<const float> values) {
  double sum = 0.0;
  for (const float value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

double squared(double value) { return value * value; }

[[noreturn]] void fail_training(const std::string& what) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("training diverged: {}; a smaller learning rate may help", what));
}

void require_finite_predictions(const Matrix& predicted) {
  const auto values = predicted.values();
  const auto bad = std::ranges::find_if_not(values, [](float x) { return std::isfinite(x); });
  if (bad != values.end()) fail_training(fmt::format("the network predicts {}", *bad));
}

void warn_of_guess(const TableFitOptions& options, const std::string& reached,
                   const std::string& guessed) {
  options.warn(
      fmt::format("the network predicts no better than a blind guess: {}, {}; what is in "
                  "the columns may say nothing of the label, or training needs other "
                  "settings",
                  reached, guessed));
}

// The largest errors first.
void warn_of_few_rows(const LabelCoding& label, std::span<const float> truth,
                      const Matrix& predicted, const TableFitOptions& options) {
  const std::size_t count = truth.size();
  if (count < kFewRowsMin) return;
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto error = [&](std::size_t row) {
    return squared(static_cast<double>(predicted.row(row)[0]) - static_cast<double>(truth[row]));
  };
  std::ranges::stable_sort(order, std::greater<>(), error);
  double all = 0.0;
  for (std::size_t row = 0; row < count; ++row) all += error(row);
  const std::size_t few = std::max<std::size_t>(2, count / 1000);
  double theirs = 0.0;
  for (std::size_t i = 0; i < few; ++i) theirs += error(order[i]);
  if (!(theirs > 0.5 * all)) return;
  options.warn(fmt::format(
      "{} of {} rows make up {:.0f} % of the squared error: a '{}' of {} is predicted as {}. Are "
      "they slips? They decide which epoch is kept",
      few, format_count(count), 100.0 * theirs / all, printable(label.name), truth[order[0]],
      predicted.row(order[0])[0]));
}

void judge_numbers(const TableModel& model, std::span<const float> known,
                   std::span<const float> truth, const Matrix& predicted,
                   const TableFitOptions& options) {
  const double mean = mean_target(known);
  double reached = 0.0;
  double guessed = 0.0;
  for (std::size_t row = 0; row < truth.size(); ++row) {
    const auto value = static_cast<double>(truth[row]);
    reached += squared(static_cast<double>(predicted.row(row)[0]) - value);
    guessed += squared(mean - value);
  }
  const auto root = [&](double sum) { return std::sqrt(sum / static_cast<double>(truth.size())); };
  if (guessed > 0.0 && reached > kBeyondMeasure * guessed) {
    fail_training(fmt::format("its rmse is {:.4g}, that of always saying the mean {:.4g}",
                              root(reached), root(guessed)));
  }
  if (!options.warn) return;
  if (reached >= guessed && truth.size() > 1) {
    warn_of_guess(options, fmt::format("its rmse is {:.4g}", root(reached)),
                  fmt::format("always saying the mean {:.4g} has {:.4g}", mean, root(guessed)));
  }
  warn_of_few_rows(model.label, truth, predicted, options);
}

void judge_classes(const TableModel& model, std::span<const float> known,
                   std::span<const float> truth, const Matrix& predicted,
                   const TableFitOptions& options) {
  if (!options.warn) return;
  // Each class once more than it is there: none is impossible.
  std::vector<double> shares(model.label.classes.size(), 1.0);
  for (const float target : known) shares[static_cast<std::size_t>(target)] += 1.0;
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  double reached = 0.0;
  double guessed = 0.0;
  for (std::size_t row = 0; row < truth.size(); ++row) {
    const auto target = static_cast<std::size_t>(truth[row]);
    const auto values = predicted.row(row);
    double chance = static_cast<double>(values[values.size() == 1 ? 0 : target]);
    if (values.size() == 1 && target == 0) chance = 1.0 - chance;
    reached -= std::log(std::max(chance, kProbabilityMin));
    guessed -= std::log(shares[target] / total);
  }
  if (reached < guessed || truth.size() < 2) return;
  const auto count = static_cast<double>(truth.size());
  warn_of_guess(options, fmt::format("its cross-entropy is {:.4g}", reached / count),
                fmt::format("knowing only how frequent each class is has {:.4g}", guessed / count));
}

void warn_of_first_epoch(const TableModel& model, const TableFitOptions& options) {
  const std::size_t epochs = model.history.epochs.size();
  if (!options.warn || options.patience == 0 || epochs < 2) return;
  if (kept_epoch(model, options) != 1) return;
  const double first = nn::find_score(model.history.epochs.front().scores, "val_loss").value_or(0);
  const double last = nn::find_score(model.history.epochs.back().scores, "val_loss").value_or(0);
  options.warn(
      fmt::format("the first of {} epochs is kept: the validation loss only rose after it, "
                  "from {:.4g} to {:.4g}; a smaller learning rate, or rows set aside by "
                  "another --seed, may tell why",
                  epochs, first, last));
}

}  // namespace

void judge_training(TableModel& model, const data::Batch& train, const data::Batch& judged,
                    const TableFitOptions& options, ThreadPool& pool) {
  const bool has_own = &train != &judged;
  const std::size_t count = has_own ? judged.row_count : std::min(kJudgedMax, train.row_count);
  const data::Batch rows = has_own ? data::Batch() : data::slice(train, 0, count);
  const data::Batch& used = has_own ? judged : rows;
  const Matrix predicted = model.network.predict(used, {}, pool);
  require_finite_predictions(predicted);
  const std::span<const float> known = train.label->floats();
  const std::span<const float> truth = used.label->floats();
  if (model.label.objective == Objective::regression) {
    judge_numbers(model, known, truth, predicted, options);
  } else {
    judge_classes(model, known, truth, predicted, options);
  }
  if (has_own) warn_of_first_epoch(model, options);
}

}  // namespace kindred::model
