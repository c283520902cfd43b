// What training looked like: one line an epoch, a column for each loss and metric.
//
// A plain value.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kindred/base/json.h"

namespace kindred::nn {

// Names and values in the order in which they are shown: "loss", the metrics, then the
// same of the validation rows with "val_" in front.
using Scores = std::vector<std::pair<std::string, double>>;

// The value, or nothing.
std::optional<double> find_score(const Scores& scores, std::string_view name) noexcept;

struct EpochLog {
  int epoch = 0;  // 1 after the first.
  Scores scores;
  double learning_rate = 0.0;  // Of the last step.
  double seconds = 0.0;
  std::size_t row_count = 0;  // Rows that were trained on.

  bool operator==(const EpochLog&) const = default;
};

struct History {
  std::vector<EpochLog> epochs;

  // The values of one column, in the order of the epochs that have it.
  std::vector<double> values(std::string_view name) const;
  bool operator==(const History&) const = default;
};

// With seconds or without: equal trainings give equal models, whose files leave them out.
Json to_json(const History& history, bool with_seconds);
// Throws Error(corrupt) for anything that to_json() does not write, and as check_history() does.
History history_from_json(const Json& json);

// Throws Error(corrupt) naming the entry unless epochs count up one by one, from 1 or later, and
// rates and seconds are numbers from 0 on.
void check_history(const History& history);

}  // namespace kindred::nn
