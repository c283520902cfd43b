#include "kindred/data/value_column.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/number_text.h"
#include "kindred/data/value_scale.h"

namespace kindred::data {
namespace {

// What the sampled values of a column are, the header apart.
struct SampledValues {
  std::size_t rows = 0;
  std::size_t numbers = 0;
  std::size_t words = 0;  // "true", "no", "like", ...
  std::size_t huge = 0;   // Numbers that are times or ids.
  bool signs = true;      // Whether all numbers are -1, 0 or 1.
};

SampledValues sampled_values(const Sample& sample, bool header, std::size_t column) {
  SampledValues found;
  for (std::size_t i = header ? 1 : 0; i < sample.records.size(); ++i) {
    if (column >= sample.records[i].size() || sample.records[i][column].empty()) continue;
    const std::string& field = sample.records[i][column];
    float value = 0.0F;
    ++found.rows;
    if (parse_number(field, value) == NumberFault::none) {
      ++found.numbers;
      found.huge += std::abs(value) >= 1e7F ? 1U : 0U;
      found.signs = found.signs && (value == -1.0F || value == 0.0F || value == 1.0F);
    } else if (value_of_word(field)) {
      ++found.words;
    }
  }
  return found;
}

bool has_a_role(const RatingsFormat& format, std::size_t column) {
  return column == format.user_column || column == format.item_column ||
         column == format.rating_column || column == format.timestamp_column;
}

bool may_be_values(const Sample& sample, const RatingsFormat& format, std::size_t column) {
  const SampledValues found = sampled_values(sample, format.header, column);
  return 2 * (found.numbers + found.words - found.huge) > found.rows;
}

std::string quoted_names(const RatingsFormat& format, const std::vector<std::size_t>& columns) {
  std::vector<std::string> names;
  for (const std::size_t column : columns) {
    names.push_back(fmt::format("'{}'", printable(format.names[column])));
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

// Numbers that say something else: the number of a row, what an item costs, who somebody is.
bool is_no_value(std::string_view normalized) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"",        "unnamed0",      "index",   "idx",       "id",      "row",
       "rowid",   "rownumber",     "year",    "age",       "price",   "unitprice",
       "cost",    "zip",           "zipcode", "sessionid", "orderid", "invoiceno",
       "invoice", "transactionid", "eventid", "month",     "day",     "hour"});
  return std::ranges::find(kNames, normalized) != kNames.end();
}

}  // namespace

void take_value_column(RatingsFormat& format, const Sample& sample, const std::string& file) {
  constexpr std::array kOrder = {ValueMeaning::rating, ValueMeaning::flag, ValueMeaning::count,
                                 ValueMeaning::unknown};
  for (const ValueMeaning wanted : kOrder) {
    std::vector<std::size_t> found;
    for (std::size_t column = 0; column < format.names.size(); ++column) {
      if (has_a_role(format, column)) continue;
      if (meaning_of_name(normalized_name(format.names[column])) != wanted) continue;
      const bool named = wanted == ValueMeaning::rating || wanted == ValueMeaning::unknown;
      if (named || may_be_values(sample, format, column)) found.push_back(column);
    }
    if (found.empty()) continue;
    const bool ask = wanted == ValueMeaning::flag || wanted == ValueMeaning::count ||
                     (found.size() > 1 && format.names[found[0]] == format.names[found[1]]);
    if (found.size() > 1 && ask) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: the columns {} may each say how much somebody liked an item; "
                              "choose with --rating-column, or - for none of them",
                              file, quoted_names(format, found)));
    }
    format.rating_column = found.front();
    return;
  }
}

void ask_about_values(const RatingsFormat& format, const Sample& sample, const std::string& file) {
  if (format.field_count > 4) return;
  std::vector<std::size_t> found;
  for (std::size_t column = 0; column < format.names.size(); ++column) {
    if (has_a_role(format, column) || is_no_value(normalized_name(format.names[column]))) continue;
    if (may_be_values(sample, format, column)) found.push_back(column);
  }
  if (found.size() != 1) return;
  const std::string name = printable(format.names[found.front()]);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: does column '{}' say how much somebody liked an item? Use it with "
                          "--rating-column '{}', or leave it out with --rating-column -",
                          file, name, name));
}

void describe_values(RatingsFormat& format, const Sample& sample) {
  if (format.rating_column == kNoColumn) return;
  if (format.header) {
    const auto meaning = meaning_of_name(normalized_name(format.names[format.rating_column]));
    format.meaning = meaning.value_or(ValueMeaning::unknown);
  }
  format.value_words = sampled_values(sample, format.header, format.rating_column).signs;
}

}  // namespace kindred::data
