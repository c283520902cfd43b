#include "kindred/serving/map_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_set>
#include <utility>

#include "kindred/data/attributes.h"
#include "kindred/data/vocabulary.h"
#include "kindred/embedding/import.h"

namespace kindred::serving {
namespace {

constexpr std::size_t kColorValuesMax = 30;
constexpr std::size_t kTextGroupsMax = 250;

struct ColumnFacts {
  std::size_t distinct = 0;
  std::size_t missing = 0;
  bool whole = true;  // Of numbers: all are integers.
};

ColumnFacts facts_of(const data::Column& column) {
  ColumnFacts facts;
  if (column.is_text()) {
    std::unordered_set<std::string_view> seen;
    for (const std::string& text : column.text()) {
      if (text.empty()) {
        ++facts.missing;
      } else {
        seen.insert(text);
      }
    }
    facts.distinct = seen.size();
    return facts;
  }
  std::unordered_set<double> seen;
  for (const double number : column.numbers()) {
    if (std::isnan(number)) {
      ++facts.missing;
      continue;
    }
    if (number != std::floor(number)) facts.whole = false;
    seen.insert(number);
  }
  facts.distinct = seen.size();
  return facts;
}

bool may_color(const data::Column& column) {
  const ColumnFacts facts = facts_of(column);
  return facts.distinct >= 2 && facts.distinct <= kColorValuesMax &&
         (column.is_text() || facts.whole);
}

std::string choose_color(const data::Table& table) {
  for (const char* name : {"label", "class", "cluster"}) {
    if (table.find(name) != nullptr) return name;
  }
  const auto found = std::ranges::find_if(table.columns(), may_color);
  return found == table.columns().end() ? "" : found->name;
}

bool are_row_numbers(const data::Vocabulary& labels) {
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels.label(row) != std::to_string(row)) return false;
  }
  return true;
}

Json describe(const data::PointImages& images) {
  Json json;
  if (images.empty()) return json;
  json.set("width", std::uint64_t{images.width});
  json.set("height", std::uint64_t{images.height});
  json.set("channels", std::uint64_t{images.channels});
  json.set("columns", std::uint64_t{images.columns()});
  json.set("per_sheet", std::uint64_t{images.per_sheet()});
  json.set("sheets", std::uint64_t{images.sheet_count()});
  return json;
}

template <typename T>
void append_raw(std::string& bytes, std::span<const T> values) {
  const std::size_t before = bytes.size();
  bytes.resize(before + values.size_bytes());
  if (!values.empty()) std::memcpy(bytes.data() + before, values.data(), values.size_bytes());
}

std::string text_bytes(const data::TextColumn& texts) {
  data::Vocabulary distinct;
  std::vector<std::uint32_t> codes;
  codes.reserve(texts.size());
  for (const std::string& text : texts) {
    codes.push_back(text.empty() ? ~std::uint32_t{0} : distinct.insert(text));
  }
  Json names = Json(Json::Array());
  for (std::size_t i = 0; i < distinct.size(); ++i) names.push(distinct.label(i));
  const std::string json = names.dump();
  const std::uint32_t length = static_cast<std::uint32_t>(json.size());
  std::string bytes;
  append_raw(bytes, std::span(&length, 1));
  bytes += json;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  append_raw(bytes, std::span<const std::uint32_t>(codes));
  return bytes;
}

}  // namespace

Json describe(const data::Column& column) {
  const ColumnFacts facts = facts_of(column);
  Json json;
  json.set("name", column.name);
  json.set("kind", column.is_text() ? "text" : "number");
  json.set("distinct", std::uint64_t{facts.distinct});
  json.set("missing", std::uint64_t{facts.missing});
  json.set("whole", !column.is_text() && facts.whole);
  return json;
}

bool is_categorical(const data::Column& column) {
  const ColumnFacts facts = facts_of(column);
  const bool few = facts.distinct <= (column.is_text() ? kTextGroupsMax : kColorValuesMax);
  return facts.distinct >= 2 && few && (column.is_text() || facts.whole);
}

void prepare(MapData& map) {
  embedding::validate(map.things, "the map");
  data::Table& table = map.things.metadata;
  if (table.find(kIdColumn) == nullptr && !are_row_numbers(map.things.labels)) {
    data::TextColumn ids;
    for (std::size_t row = 0; row < map.size(); ++row)
      ids.emplace_back(map.things.labels.label(row));
    table.add({kIdColumn, std::move(ids)});
  }
  if (map.color_column.empty()) map.color_column = choose_color(table);
}

Json describe(const MapData& map, const data::Table& table) {
  Json columns = Json(Json::Array());
  for (const data::Column& column : table.columns()) columns.push(describe(column));
  const data::Column* title = data::find_title(table);
  if (title == nullptr) title = table.find("word");
  if (title == nullptr) title = table.find(kIdColumn);
  Json json;
  json.set("name", map.name);
  json.set("about", map.about);
  json.set("count", std::uint64_t{map.size()});
  json.set("dimensions", std::uint64_t{map.things.dimensions()});
  json.set("metric", search::name_of(map.metric));
  json.set("color", map.color_column);
  json.set("title", title == nullptr ? std::string() : title->name);
  json.set("columns", std::move(columns));
  json.set("images", describe(map.images));
  return json;
}

std::string column_bytes(const data::Column& column) {
  if (column.is_text()) return text_bytes(column.text());
  std::string bytes;
  append_raw(bytes, std::span<const double>(column.numbers()));
  return bytes;
}

std::string float_bytes(std::span<const float> values) {
  std::string bytes;
  append_raw(bytes, values);
  return bytes;
}

}  // namespace kindred::serving
