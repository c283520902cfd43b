// Scores of a training, epoch by epoch, and as a CSV file.
//
// A plain value that whatever trains can give: names with values, those of the validation
// rows with "val_" in front. An epoch need not have every score.
//
// Thread safety: pure functions.

#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kindred::training {

struct ScoreRow {
  int epoch = 0;  // 1 after the first.
  std::vector<std::pair<std::string, double>> scores;

  bool operator==(const ScoreRow&) const = default;
};

// The names of all scores, each once, in the order in which they first appear.
std::vector<std::string> score_names(std::span<const ScoreRow> rows);

// A header "epoch" and the names in alphabetical order, then a line for each epoch. A score
// that an epoch has not is NA; numbers have the fewest digits that read back the same.
std::string csv_log(std::span<const ScoreRow> rows);

}  // namespace kindred::training
