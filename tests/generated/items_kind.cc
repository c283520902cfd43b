// Items files: ids, titles and what else is known, in any style, with or without a header, for
// the ids of a vocabulary some of which the file does not name.

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/printable.h"
#include "kindred/data/attributes.h"
#include "tests/generated/kind.h"
#include "tests/generated/text_file.h"
#include "tests/generated/words.h"

namespace kindred::generated {
namespace {

struct ItemsTruth {
  Style style;
  bool header = false;
  std::vector<std::string> ids;
  std::vector<std::string> titles;  // One an id.
  std::vector<std::string> kinds;   // One an id, or none at all.
};

ItemsTruth draw_items(Rng& rng) {
  ItemsTruth truth;
  truth.style = draw_style(rng);
  while (truth.style.separator == " ") truth.style = draw_style(rng);
  truth.header = chance(rng, 0.6);
  const std::vector<IdManner> manners = {IdManner::small_number, IdManner::large_number,
                                         IdManner::leading_zero, IdManner::code, IdManner::word};
  const auto count = static_cast<std::size_t>(between(rng, 4, 40));
  truth.ids = draw_ids(rng, pick(rng, manners), count);
  std::vector<IdManner> of_titles = {IdManner::title, IdManner::two_words, IdManner::unicode,
                                     IdManner::word};
  if (truth.style.separator != "," || truth.style.quoting != Quoting::none) {
    of_titles.push_back(IdManner::last_first);
  }
  if (truth.style.quoting != Quoting::none) of_titles.push_back(IdManner::quoted_title);
  truth.titles = draw_ids(rng, pick(rng, of_titles), truth.ids.size());
  truth.ids.resize(std::min(truth.ids.size(), truth.titles.size()));
  truth.titles.resize(truth.ids.size());
  const std::vector<std::string> kinds = {"food", "light", "tool"};
  if (chance(rng, 0.7)) {
    for (std::size_t i = 0; i < truth.ids.size(); ++i) truth.kinds.push_back(pick(rng, kinds));
  }
  return truth;
}

std::string render(Rng& rng, const ItemsTruth& truth) {
  std::vector<Row> rows;
  if (truth.header) {
    rows.push_back({draw_name(rng, NameOf::item),
                    pick(rng, std::vector<std::string>{"title", "name", "Title", "description"})});
    if (!truth.kinds.empty()) {
      rows.front().push_back(
          pick(rng, std::vector<std::string>{"category", "genre", "department", "Genres"}));
    }
  }
  for (std::size_t i = 0; i < truth.ids.size(); ++i) {
    rows.push_back({truth.ids[i], truth.titles[i]});
    if (!truth.kinds.empty()) rows.back().push_back(truth.kinds[i]);
  }
  return render(rows, truth.style);
}

// "" where the table says of every label what the truth says.
std::string difference(const ItemsTruth& truth, const data::Vocabulary& labels,
                       const data::Attributes& read) {
  const std::size_t wanted = truth.kinds.empty() ? 1 : 2;
  if (read.table.columns().size() != wanted) {
    return fmt::format("{} columns where there are {}", read.table.columns().size(), wanted);
  }
  for (std::size_t column = 0; column < wanted; ++column) {
    const auto& cells = column == 0 ? truth.titles : truth.kinds;
    const auto* texts = std::get_if<data::TextColumn>(&read.table.columns()[column].values);
    if (texts == nullptr) return "a column of text is one of numbers";
    for (std::size_t i = 0; i < truth.ids.size(); ++i) {
      const auto row = labels.find(truth.ids[i]);
      if (row && (*texts)[*row] != cells[i]) {
        return fmt::format("'{}' where '{}' stands", printable((*texts)[*row]),
                           printable(cells[i]));
      }
    }
  }
  std::size_t unknown = 0;
  for (const std::string& id : truth.ids) unknown += labels.find(id) ? 0U : 1U;
  if (read.unmatched_row_count != unknown) {
    return fmt::format("{} rows name nothing where {} do", read.unmatched_row_count, unknown);
  }
  return "";
}

}  // namespace

std::string try_items(Rng& rng, Bench& bench, std::string& truth) {
  const ItemsTruth items = draw_items(rng);
  data::Vocabulary labels;
  for (const std::string& id : items.ids) {
    if (labels.size() == 0 || chance(rng, 0.9)) labels.insert(id);
  }
  labels.insert("rated but not listed");
  const auto file = bench.write("items.txt", render(rng, items));
  truth = fmt::format("{}, {}, {} rows", items.style.describe(),
                      items.header ? "header" : "no header", items.ids.size());
  return difference(items, labels, data::read_attributes(file, {}, labels));
}

}  // namespace kindred::generated
