#include "kindred/training/score_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/data/csv_writer.h"

namespace kindred::training {

std::vector<std::string> score_names(std::span<const ScoreRow> rows) {
  std::vector<std::string> names;
  for (const ScoreRow& row : rows) {
    for (const auto& [name, value] : row.scores) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::string csv_log(std::span<const ScoreRow> rows) {
  std::vector<std::string> names = score_names(rows);
  std::ranges::sort(names);
  std::string text = "epoch";
  for (const std::string& name : names) text += "," + data::csv_field(name);
  text += '\n';
  for (const ScoreRow& row : rows) {
    text += fmt::format("{}", row.epoch);
    for (const std::string& name : names) {
      const auto found =
          std::ranges::find(row.scores, name, &std::pair<std::string, double>::first);
      text += found == row.scores.end() ? ",NA" : fmt::format(",{}", found->second);
    }
    text += '\n';
  }
  return text;
}

}  // namespace kindred::training
