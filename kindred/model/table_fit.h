// From the rows of a table to a trained model of it.
//
//   1. what the label means is learned, rows without one are left out
//   2. some rows are set aside for validation, chosen by the seed
//   3. columns learn from the rows that are left (features/adapt.h)
//   4. the network trains on them, and keeps the parameters of its best epoch
//   5. what it reaches is compared with a blind guess: the mean, or how frequent classes are
//
// A training that went wrong does not end well: what is not finite, labels that never vary,
// weights that are negative or all 0 are errors; a network that is no better than a blind guess,
// a first epoch that stayed the best one and a validation that a few rows decide are warnings.
//
// Equal rows, recipes and options give equal models for any number of threads, resumed or
// not. Memory: the rows, encoded once more (nn/encoded_rows.h).
//
// Thread safety: one thread at a time; work is spread over the pool.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/batch.h"
#include "kindred/model/table_model.h"

namespace kindred::model {

struct TableFitOptions {
  std::optional<Objective> objective = {};     // Without one it is guessed from the label.
  std::vector<std::size_t> hidden = {64, 32};  // Units of the relu layers; may be empty.
  double dropout = 0.0;                        // Behind each of them.
  nn::OptimizerOptions optimizer = nn::Adam{};
  int epochs = 100;
  std::size_t batch_size = 128;
  double validation_split = 0.2;  // 0: nothing is set aside, and every epoch is trained.
  int patience = 10;              // Epochs without a better validation loss; 0: all epochs.
  std::uint64_t seed = 1;

  // As in nn::FitOptions; callbacks come after early stopping.
  std::vector<std::shared_ptr<nn::Callback>> callbacks = {};
  std::filesystem::path checkpoint = {};
  bool resumes = false;
  std::FILE* progress = nullptr;
  ProgressStyle progress_style = ProgressStyle::silent;
  const std::atomic<bool>* cancelled = nullptr;
  // What people should know: a constant column, rows without a label.
  std::function<void(const std::string&)> warn = {};
  // Called once the network is there and before it trains, to show it.
  std::function<void(const TableModel& model, std::size_t train_rows, std::size_t validation_rows)>
      begin = {};
};

// The epoch whose parameters were kept; the last one where nothing was set aside or nothing stops
// early. Requires: there is an epoch.
int kept_epoch(const TableModel& model, const TableFitOptions& options);

// `rows` are read as reading_options(recipe, true) says: label and weight apart from features.
// Throws Error(invalid_argument) for options out of range, labels and columns that do not
// suit, no rows, and training that diverges; Error(cancelled) where `cancelled` was set before
// the last epoch was done: the checkpoint, if any, then holds what was.
TableModel fit_table(data::Batch rows, features::TableRecipe recipe, const TableFitOptions& options,
                     ThreadPool& pool);

}  // namespace kindred::model
