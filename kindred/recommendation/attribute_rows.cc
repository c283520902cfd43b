#include "kindred/recommendation/attribute_rows.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "kindred/data/dataset.h"
#include "kindred/features/propose.h"

namespace kindred::recommendation {
namespace {

constexpr char kListSeparator = '|';
constexpr std::size_t kRowsPerBatch = 4096;

bool is_list(const data::TextColumn& texts) {
  return std::ranges::any_of(
      texts, [](const std::string& text) { return text.find(kListSeparator) != text.npos; });
}

data::Tensor lists_of(const data::TextColumn& texts) {
  data::TextList words;
  std::vector<std::size_t> offsets = {0};
  for (const std::string_view text : texts) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(kListSeparator, begin), text.size());
      if (end > begin) words.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    offsets.push_back(words.size());
  }
  return data::ragged(std::move(words), std::move(offsets));
}

data::Tensor texts_of(const data::TextColumn& texts) {
  data::TextList list;
  for (const std::string& text : texts) list.push_back(text);
  return data::column(std::move(list));
}

// Every value is a whole number, or missing; doubles hold these exactly up to here.
bool is_whole(const data::NumberColumn& numbers) {
  constexpr double kExactMax = 9007199254740992.0;
  return std::ranges::all_of(numbers, [](double value) {
    return std::isnan(value) || (value == std::floor(value) && std::abs(value) <= kExactMax);
  });
}

bool has_missing(const data::NumberColumn& numbers) {
  return std::ranges::any_of(numbers, [](double value) { return std::isnan(value); });
}

// A missing whole number is an empty list, as in tables that are read from files.
data::Tensor whole_numbers(const data::NumberColumn& numbers) {
  std::vector<std::int64_t> values;
  std::vector<std::size_t> offsets = {0};
  for (const double value : numbers) {
    if (!std::isnan(value)) values.push_back(static_cast<std::int64_t>(value));
    offsets.push_back(values.size());
  }
  if (!has_missing(numbers)) return data::column(std::move(values));
  return data::ragged(std::move(values), std::move(offsets));
}

data::Tensor tensor_of(const data::Column& column) {
  if (column.is_text()) {
    return is_list(column.text()) ? lists_of(column.text()) : texts_of(column.text());
  }
  if (is_whole(column.numbers())) return whole_numbers(column.numbers());
  return data::column(column.numbers());
}

data::CsvType type_of(const data::Column& column) {
  if (column.is_text()) return data::CsvType::text;
  return is_whole(column.numbers()) ? data::CsvType::int64 : data::CsvType::float64;
}

}  // namespace

data::Batch attribute_rows(const data::Table& table) {
  data::Batch rows;
  rows.row_count = table.row_count();
  for (const data::Column& column : table.columns()) rows.add(column.name, tensor_of(column));
  return rows;
}

std::vector<features::Column> attribute_columns(const data::Table& table,
                                                std::span<const std::string> left_out) {
  data::CsvSchema schema;
  data::Batch rows;
  for (const data::Column& column : table.columns()) {
    if (std::ranges::find(left_out, column.name) != left_out.end()) continue;
    data::CsvColumn& facts = schema.columns.emplace_back();
    facts.name = column.name;
    facts.type = type_of(column);
    facts.keeps_missing = true;
    rows.add(column.name, tensor_of(column));
  }
  if (schema.columns.empty()) return {};
  const features::TableFacts facts =
      features::gather_facts(schema, data::Dataset::from_batch(rows).batch(kRowsPerBatch));
  return features::propose(facts, {}).recipe().columns;
}

}  // namespace kindred::recommendation
