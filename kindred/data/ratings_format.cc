#include "kindred/data/ratings_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/dialect_recognition.h"
#include "kindred/data/number_text.h"

namespace kindred::data {
namespace {

enum Role { user, item, rating, timestamp };
constexpr std::array<const char*, 4> kRoleNames = {"user", "item", "rating", "timestamp"};

struct KnownName {
  const char* normalized;
  Role role;
};

// Names from the public rating data sets and from people's own exports.
constexpr KnownName kKnownNames[] = {
    {"user", user},           {"userid", user},        {"uid", user},
    {"users", user},          {"customer", user},      {"customerid", user},
    {"member", user},         {"memberid", user},      {"reviewerid", user},
    {"visitorid", user},      {"person", user},        {"personid", user},
    {"account", user},        {"accountid", user},     {"listener", user},
    {"item", item},           {"itemid", item},        {"iid", item},
    {"items", item},          {"movie", item},         {"movieid", item},
    {"film", item},           {"filmid", item},        {"product", item},
    {"productid", item},      {"asin", item},          {"book", item},
    {"bookid", item},         {"isbn", item},          {"artist", item},
    {"artistid", item},       {"song", item},          {"songid", item},
    {"track", item},          {"trackid", item},       {"business", item},
    {"businessid", item},     {"anime", item},         {"animeid", item},
    {"jokeid", item},         {"article", item},       {"articleid", item},
    {"timestamp", timestamp}, {"time", timestamp},     {"unixtime", timestamp},
    {"date", timestamp},      {"datetime", timestamp}, {"unixreviewtime", timestamp},
    {"createdat", timestamp}, {"ratedat", timestamp},  {"ts", timestamp},
};

const KnownName* find_known(std::string_view normalized) {
  for (const KnownName& name : kKnownNames) {
    if (normalized == name.normalized) return &name;
  }
  return nullptr;
}

bool is_known_column(std::string_view normalized) {
  return find_known(normalized) != nullptr || meaning_of_name(normalized).has_value();
}

std::size_t& column_of(RatingsFormat& format, Role role) {
  switch (role) {
    case user:
      return format.user_column;
    case item:
      return format.item_column;
    case rating:
      return format.rating_column;
    case timestamp:
      break;
  }
  return format.timestamp_column;
}

// Whether most of a column's sampled values are whole numbers of eight digits or more, or
// dates: times, not ratings.
bool holds_times(const Sample& sample, bool header, std::size_t column) {
  std::size_t rows = 0;
  std::size_t times = 0;
  for (std::size_t i = header ? 1 : 0; i < sample.records.size(); ++i) {
    if (column >= sample.records[i].size()) continue;
    const std::string& field = sample.records[i][column];
    std::int64_t time = 0;
    ++rows;
    const bool has_point = field.find('.') != std::string::npos;
    if (!has_point && parse_timestamp(field, time) == NumberFault::none &&
        (time >= 10'000'000 || time <= -10'000'000)) {
      ++times;
    }
  }
  return 2 * times > rows;
}

bool all_integers(const Sample& sample) {
  for (const auto& record : sample.records) {
    for (const std::string& field : record) {
      const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
      if (!std::all_of(field.begin(), field.end(), is_digit)) return false;
    }
  }
  return true;
}

// Ratings rows have at most a handful of fields and the same number of them; lists of a
// few people's items hardly ever do.
bool looks_like_item_lists(const Sample& sample) {
  return sample.records.size() >= 3 && sample.even_share < 0.5 && all_integers(sample);
}

void take_named_columns(RatingsFormat& format, const RatingsOptions& options,
                        const std::string& file) {
  const std::array<const std::string*, 4> wishes = {&options.user_column, &options.item_column,
                                                    &options.rating_column,
                                                    &options.timestamp_column};
  for (const Role role : {user, item, rating, timestamp}) {
    const std::string& wish = *wishes[role];
    if (wish.empty() || wish == "-") continue;
    const std::string flag = fmt::format("--{}-column", kRoleNames[role]);
    column_of(format, role) =
        find_column({.text = wish, .flag = flag, .file = file}, format.names, format.field_count);
  }
}

bool is_taken(const RatingsFormat& format, std::size_t column) {
  return column == format.user_column || column == format.item_column ||
         column == format.rating_column || column == format.timestamp_column;
}

// Columns whose names say what they are, unless an option has said it already.
void take_known_columns(RatingsFormat& format, const std::array<bool, 4>& open,
                        const std::string& file) {
  for (std::size_t column = 0; column < format.names.size(); ++column) {
    const KnownName* known = find_known(normalized_name(format.names[column]));
    if (known == nullptr || !open[known->role] || is_taken(format, column)) continue;
    std::size_t& taken = column_of(format, known->role);
    if (taken == kNoColumn) {
      taken = column;
    } else if (known->role == user || known->role == item ||
               format.names[taken] == format.names[column]) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: both column {} ('{}') and column {} ('{}') may be the {}; "
                              "choose with --{}-column",
                              file, taken + 1, printable(format.names[taken]), column + 1,
                              printable(format.names[column]), kRoleNames[known->role],
                              kRoleNames[known->role]));
    }
  }
}

std::size_t next_free(const RatingsFormat& format) {
  std::size_t column = 0;
  while (column < format.field_count && is_taken(format, column)) ++column;
  return column < format.field_count ? column : kNoColumn;
}

// Columns by position: user, item, rating, timestamp. What they hold is not asked, so that
// a column that cannot be read is an error and never left out silently.
void take_columns_in_order(RatingsFormat& format, const std::array<bool, 4>& open,
                           const Sample& sample) {
  for (const Role role : {user, item}) {
    if (column_of(format, role) == kNoColumn) column_of(format, role) = next_free(format);
  }
  const std::size_t third = next_free(format);
  if (third == kNoColumn) return;
  const bool is_last = format.field_count <= 3;
  if (is_last && open[timestamp] && holds_times(sample, format.header, third)) {
    format.timestamp_column = third;
  } else if (open[rating]) {
    format.rating_column = third;
  }
  const std::size_t fourth = next_free(format);
  if (fourth != kNoColumn && open[timestamp] && format.timestamp_column == kNoColumn) {
    format.timestamp_column = fourth;
  }
}

// What the sampled values of a column are, the header apart.
struct Sampled {
  std::size_t rows = 0;
  std::size_t numbers = 0;
  std::size_t words = 0;  // "true", "no", "like", ...
  bool signs = true;      // Whether all numbers are -1, 0 or 1.
};

Sampled sampled_values(const Sample& sample, bool header, std::size_t column) {
  Sampled found;
  for (std::size_t i = header ? 1 : 0; i < sample.records.size(); ++i) {
    if (column >= sample.records[i].size() || sample.records[i][column].empty()) continue;
    const std::string& field = sample.records[i][column];
    float value = 0.0F;
    ++found.rows;
    if (parse_number(field, value) == NumberFault::none) {
      ++found.numbers;
      found.signs = found.signs && (value == -1.0F || value == 0.0F || value == 1.0F);
    } else if (value_of_word(field)) {
      ++found.words;
    }
  }
  return found;
}

bool may_be_values(const Sample& sample, const RatingsFormat& format, std::size_t column) {
  const Sampled found = sampled_values(sample, format.header, column);
  return found.rows > 0 && 2 * (found.numbers + found.words) > found.rows &&
         !holds_times(sample, format.header, column);
}

std::string quoted_names(const RatingsFormat& format, const std::vector<std::size_t>& columns) {
  std::vector<std::string> names;
  for (const std::size_t column : columns) {
    names.push_back(fmt::format("'{}'", printable(format.names[column])));
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

// The column whose name says that it holds values. Ratings come before yes and no, these
// before counts; two that count, or two that say yes or no, are a question.
void take_value_column(RatingsFormat& format, const Sample& sample, const std::string& file) {
  constexpr std::array kOrder = {ValueMeaning::rating, ValueMeaning::flag, ValueMeaning::count,
                                 ValueMeaning::unknown};
  for (const ValueMeaning wanted : kOrder) {
    std::vector<std::size_t> found;
    for (std::size_t column = 0; column < format.names.size(); ++column) {
      if (is_taken(format, column)) continue;
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

// Numbers that say something else: the number of a row, what an item costs, who somebody is.
bool is_no_value(std::string_view normalized) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"",        "unnamed0",      "index",   "idx",       "id",      "row",
       "rowid",   "rownumber",     "year",    "age",       "price",   "unitprice",
       "cost",    "zip",           "zipcode", "sessionid", "orderid", "invoiceno",
       "invoice", "transactionid", "eventid", "month",     "day",     "hour"});
  return std::ranges::find(kNames, normalized) != kNames.end();
}

// A single further column of numbers may well be what was liked: that is asked, not guessed.
void ask_about_values(const RatingsFormat& format, const Sample& sample, const std::string& file) {
  if (format.field_count > 4) return;
  std::vector<std::size_t> found;
  for (std::size_t column = 0; column < format.names.size(); ++column) {
    if (is_taken(format, column) || is_no_value(normalized_name(format.names[column]))) continue;
    if (may_be_values(sample, format, column)) found.push_back(column);
  }
  if (found.size() != 1) return;
  const std::string name = printable(format.names[found.front()]);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: does column '{}' say how much somebody liked an item? Use it with "
                          "--rating-column '{}', or leave it out with --rating-column -",
                          file, name, name));
}

void choose_columns(RatingsFormat& format, const RatingsOptions& options, const Sample& sample,
                    const std::string& file) {
  take_named_columns(format, options, file);
  const std::array<bool, 4> open = {
      format.user_column == kNoColumn, format.item_column == kNoColumn,
      format.rating_column == kNoColumn && options.rating_column != "-",
      format.timestamp_column == kNoColumn && options.timestamp_column != "-"};
  take_known_columns(format, open, file);
  const bool pair_known = format.user_column != kNoColumn && format.item_column != kNoColumn;
  if (open[rating]) take_value_column(format, sample, file);
  if (pair_known && format.header) {
    if (open[rating] && format.rating_column == kNoColumn) ask_about_values(format, sample, file);
    return;
  }
  if (!pair_known && format.field_count > 4) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: {} columns, and which are the user and the item is not clear; "
                            "say it with --user-column and --item-column (a {}position from 1)",
                            file, format.field_count, format.header ? "name or a " : ""));
  }
  take_columns_in_order(format, open, sample);
}

void check_columns(const RatingsFormat& format, const std::string& file) {
  const std::array<std::size_t, 4> columns = {format.user_column, format.item_column,
                                              format.rating_column, format.timestamp_column};
  for (const Role role : {user, item}) {
    if (columns[role] == kNoColumn) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: a row needs a user and an item, but the first line has only "
                              "{} column{}; is the separator right?",
                              file, format.field_count, format.field_count == 1 ? "" : "s"));
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (columns[i] == kNoColumn || columns[i] != columns[j]) continue;
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: column {} cannot be both {} and {}", file, columns[i] + 1,
                              kRoleNames[j], kRoleNames[i]));
    }
  }
}

// What the rating column means, and whether words such as "yes" may stand in it: only where
// its numbers are those of yes and no too.
void describe_values(RatingsFormat& format, const Sample& sample) {
  if (format.rating_column == kNoColumn) return;
  if (format.header) {
    const auto meaning = meaning_of_name(normalized_name(format.names[format.rating_column]));
    format.meaning = meaning.value_or(ValueMeaning::unknown);
  }
  format.value_words = sampled_values(sample, format.header, format.rating_column).signs;
}

std::string separator_name(const std::string& separator) {
  if (separator == ",") return "comma-separated";
  if (separator == "\t") return "tab-separated";
  if (separator == " ") return "space-separated";
  return fmt::format("'{}'-separated", printable(separator));
}

}  // namespace

RatingsFormat recognize_ratings_format(std::string_view head, bool head_is_all,
                                       const RatingsOptions& options, const std::string& file) {
  if (head.empty()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: the file is empty", file));
  }
  check_line_ends(head, file);
  const Sample sample = take_sample(head, head_is_all, options.separator);
  if (sample.records.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: there are no rows, only blank lines", file));
  }
  RatingsFormat format;
  format.dialect = sample.dialect;
  format.item_lists =
      options.item_lists || (!options.header && options.user_column.empty() &&
                             options.item_column.empty() && looks_like_item_lists(sample));
  if (format.item_lists) return format;

  format.header = options.header.value_or(looks_like_header(sample, &is_known_column));
  format.field_count = sample.records.front().size();
  if (format.header) {
    format.names = sample.records.front();
    for (std::string& name : format.names) {
      name.erase(0, name.find_first_not_of(" \t"));
      name.erase(name.find_last_not_of(" \t") + 1);
    }
    format.header_bytes = sample.header_bytes;
    format.header_lines = sample.header_lines;
  }
  choose_columns(format, options, sample, file);
  check_columns(format, file);
  describe_values(format, sample);
  return format;
}

std::string describe(const RatingsFormat& format) {
  std::string text = separator_name(format.dialect.separator);
  if (format.item_lists) return text + " lists: each line a user and the items";
  text += format.header ? " with a header; " : " without a header; ";
  std::vector<std::string> parts;
  const std::array<std::size_t, 4> columns = {format.user_column, format.item_column,
                                              format.rating_column, format.timestamp_column};
  for (const Role role : {user, item, rating, timestamp}) {
    if (columns[role] == kNoColumn) continue;
    const std::string where = format.header
                                  ? fmt::format("'{}'", printable(format.names[columns[role]]))
                                  : fmt::format("column {}", columns[role] + 1);
    parts.push_back(fmt::format("{} = {}", kRoleNames[role], where));
  }
  text += fmt::format("{}", fmt::join(parts, ", "));
  std::vector<std::string> others;
  for (std::size_t column = 0; column < format.names.size(); ++column) {
    if (is_taken(format, column)) continue;
    others.push_back(fmt::format("'{}'", printable(format.names[column])));
  }
  if (!others.empty()) text += fmt::format("; left out: {}", fmt::join(others, ", "));
  return text;
}

std::string describe_column(const RatingsFormat& format, std::size_t column) {
  if (format.header) return fmt::format("column '{}'", printable(format.names[column]));
  const std::array<std::size_t, 4> columns = {format.user_column, format.item_column,
                                              format.rating_column, format.timestamp_column};
  const auto role = std::find(columns.begin(), columns.end(), column) - columns.begin();
  return fmt::format("column {} ({})", column + 1, kRoleNames[static_cast<std::size_t>(role)]);
}

}  // namespace kindred::data
