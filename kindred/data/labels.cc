#include "kindred/data/labels.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "kindred/data/exact_text.h"
#include "kindred/data/number_text.h"

namespace kindred::data {

Labels labels_of(const Table& table, const Column& column) {
  std::vector<std::string> texts(column.size());
  std::map<std::string, std::uint32_t> classes;
  bool all_numbers = true;
  std::map<std::string, double> values;
  for (std::size_t row = 0; row < texts.size(); ++row) {
    // 1.0 and 1 are one class where they are numbers, and all their digits count.
    if (column.is_text()) {
      texts[row] = table.cell(column, row);
    } else if (const double number = column.numbers()[row]; !std::isnan(number)) {
      texts[row] = exact_number(number);
    }
    if (texts[row].empty() || !classes.emplace(texts[row], 0).second) continue;
    double value = 0.0;
    const bool is_number = parse_number(texts[row], value) == NumberFault::none;
    all_numbers = all_numbers && is_number;
    if (is_number) values[texts[row]] = value;
  }
  Labels labels;
  for (const auto& [name, unused] : classes) labels.names.push_back(name);
  if (all_numbers) {
    std::ranges::stable_sort(labels.names, [&](const std::string& a, const std::string& b) {
      return values.at(a) < values.at(b);
    });
  }
  for (std::size_t i = 0; i < labels.names.size(); ++i) {
    classes[labels.names[i]] = static_cast<std::uint32_t>(i);
  }
  labels.of_row.reserve(texts.size());
  for (const std::string& text : texts) {
    labels.of_row.push_back(text.empty() ? kNoLabel : classes.at(text));
  }
  return labels;
}

}  // namespace kindred::data
