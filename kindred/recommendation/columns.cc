#include "kindred/recommendation/columns.h"

#include <array>
#include <utility>

#include "kindred/data/attributes.h"
#include "kindred/recommendation/text_fold.h"

namespace kindred::recommendation {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kEverydayNames = {{
    {"age", "audience_age"},
    {"tickets", "popularity"},
    {"audience_age", "age"},
    {"popularity", "tickets"},
}};

std::string singular(std::string_view name) {
  std::string folded = fold(name);
  if (folded.size() > 1 && folded.back() == 's') folded.pop_back();
  return folded;
}

}  // namespace

const data::Column& column_named(const data::Table& table, std::string_view name) {
  if (const data::Column* column = table.find(name)) return *column;
  for (const data::Column& column : table.columns()) {
    if (singular(column.name) == singular(name)) return column;
  }
  for (const auto& [everyday, stored] : kEverydayNames) {
    const data::Column* column = name == everyday ? table.find(stored) : nullptr;
    if (column != nullptr) return *column;
  }
  return table.at(name);
}

std::string title_of(const embedding::Embeddings& things, std::size_t row) {
  if (const data::Column* column = data::find_title(things.metadata)) {
    const std::string& title = column->text()[row];
    if (!title.empty()) return title;
  }
  return std::string(things.labels.label(row));
}

}  // namespace kindred::recommendation
