#include "kindred/nn/epoch_logs.h"

#include <algorithm>
#include <cmath>

#include "kindred/base/atomic_file.h"
#include "kindred/training/curve_chart.h"
#include "kindred/training/event_file.h"

namespace kindred::nn {
namespace {

constexpr std::string_view kValidationPrefix = "val_";

class TensorboardLog final : public Callback {
 public:
  explicit TensorboardLog(const std::filesystem::path& folder)
      : folder_(folder), train_(folder / "train") {}

  void on_epoch_end(TrainingView& view) override {
    const EpochLog& log = view.history.epochs.back();
    Scores train = {{"epoch_learning_rate", log.learning_rate}};
    Scores validation;
    for (const auto& [name, value] : log.scores) {
      if (name.starts_with(kValidationPrefix)) {
        validation.emplace_back("epoch_" + name.substr(kValidationPrefix.size()), value);
      } else {
        train.emplace_back("epoch_" + name, value);
      }
    }
    train_.add(log.epoch, train);
    if (validation.empty()) return;
    if (!validation_) validation_.emplace(folder_ / "validation");
    validation_->add(log.epoch, validation);
  }
  bool may_have_stopped() const override { return false; }

 private:
  std::filesystem::path folder_;
  training::EventFile train_;
  std::optional<training::EventFile> validation_;  // Once there is something for it.
};

}  // namespace

std::vector<training::ScoreRow> score_rows(const History& history) {
  std::vector<training::ScoreRow> rows;
  for (const EpochLog& log : history.epochs) rows.push_back({log.epoch, log.scores});
  return rows;
}

std::optional<int> best_epoch(const History& history, const std::string& monitor) {
  const bool larger = is_larger_better(Better::automatic, monitor);
  std::optional<int> best;
  double best_value = 0.0;
  for (const EpochLog& log : history.epochs) {
    const std::optional<double> value = find_score(log.scores, monitor);
    if (!value || std::isnan(*value)) continue;
    if (best && (larger ? *value <= best_value : *value >= best_value)) continue;
    best = log.epoch;
    best_value = *value;
  }
  return best;
}

std::shared_ptr<Callback> csv_log(const std::filesystem::path& path) {
  require_writable(path);
  return on_epoch_end(
      [path](TrainingView& view) {
        write_file_atomically(path, training::csv_log(score_rows(view.history)));
      },
      FunctionKind::only_looks);
}

std::shared_ptr<Callback> curve_log(const std::filesystem::path& path, const std::string& title) {
  require_writable(path);
  return on_epoch_end(
      [path, title](TrainingView& view) {
        training::write_curve_chart(
            score_rows(view.history),
            {.title = title, .best_epoch = best_epoch(view.history, "val_loss")}, path);
      },
      FunctionKind::only_looks);
}

std::shared_ptr<Callback> tensorboard_log(const std::filesystem::path& folder) {
  return std::make_shared<TensorboardLog>(folder);
}

}  // namespace kindred::nn
