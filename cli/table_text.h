// What table models have to say of themselves on the command line.

#pragma once

#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/model/table_model.h"

namespace kindred::cli {

// One line a column: its name, what the network sees of it, how many inputs that are.
std::vector<std::string> column_lines(const model::TableModel& model);

// "9 columns -> dense 64 relu -> dense 32 relu -> 1: median_house_value".
std::string network_line(const model::TableModel& model);

// One line a parameter: its name and shape.
std::vector<std::string> parameter_lines(const model::TableModel& model);

// A header and one line an epoch.
std::vector<std::string> history_lines(const nn::History& history);

// {"loss": {"value": 0.31}, ...}.
Json scores_json(const nn::Scores& scores);

// "2 classes: '<=50K', '>50K'", or "a number around 206,856 +- 115,396".
std::string label_text(const model::LabelCoding& label);

}  // namespace kindred::cli
