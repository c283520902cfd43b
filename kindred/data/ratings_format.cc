#include "kindred/data/ratings_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/column_names.h"
#include "kindred/data/dialect_recognition.h"
#include "kindred/data/header_recognition.h"
#include "kindred/data/item_list_recognition.h"
#include "kindred/data/value_column.h"

namespace kindred::data {
namespace {

enum Role { user, item, rating, timestamp };
constexpr std::array<const char*, 4> kRoleNames = {"user", "item", "rating", "timestamp"};

Role role_of(ColumnRole role) { return static_cast<Role>(role); }

bool is_known_column(std::string_view normalized) { return known_column(normalized).has_value(); }

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

std::vector<std::string_view> cells_of(const Sample& sample, bool header, std::size_t column) {
  std::vector<std::string_view> cells;
  for (std::size_t i = header ? 1 : 0; i < sample.records.size(); ++i) {
    if (column < sample.records[i].size()) cells.emplace_back(sample.records[i][column]);
  }
  return cells;
}

// Whether most of a column's sampled values are whole numbers of eight digits or more, or
// dates: times, not ratings.
bool holds_times(const Sample& sample, bool header, std::size_t column) {
  const auto cells = cells_of(sample, header, column);
  const TimeFacts facts = recognize_times(cells);
  std::size_t times = facts.date_count;
  for (const std::string_view cell : cells) {
    std::int64_t number = 0;
    const char* const end = cell.data() + cell.size();
    const auto [stop, error] = std::from_chars(cell.data(), end, number);
    const bool whole = error == std::errc() && (stop == end || *stop == '.');
    if (whole && (number >= 10'000'000 || number <= -10'000'000)) ++times;
  }
  return 2 * times > cells.size();
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

// Columns whose names say what they are, unless an option has said it already. A name that may
// describe ("title") yields to one that does not ("movieId").
void take_known_columns(RatingsFormat& format, const std::array<bool, 4>& open,
                        const std::string& file) {
  for (const bool yields : {false, true}) {
    const RatingsFormat before = format;
    for (std::size_t column = 0; column < format.names.size(); ++column) {
      const auto known = known_column(normalized_name(format.names[column]));
      if (!known || known->yields != yields || is_taken(format, column)) continue;
      const Role role = role_of(known->role);
      if (!open[role] || role == rating) continue;  // Values: value_column.h.
      RatingsFormat earlier = before;
      if (yields && column_of(earlier, role) != kNoColumn) continue;
      std::size_t& taken = column_of(format, role);
      if (taken == kNoColumn) {
        taken = column;
      } else if (role == user || role == item || format.names[taken] == format.names[column]) {
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("{}: both column {} ('{}') and column {} ('{}') may be the {}; "
                        "choose with --{}-column",
                        file, taken + 1, printable(format.names[taken]), column + 1,
                        printable(format.names[column]), kRoleNames[role], kRoleNames[role]));
      }
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

std::size_t free_count(const RatingsFormat& format) {
  std::size_t count = 0;
  for (std::size_t column = 0; column < format.field_count; ++column) {
    count += is_taken(format, column) ? 0U : 1U;
  }
  return count;
}

[[noreturn]] void throw_unclear_columns(const RatingsFormat& format, const std::string& file) {
  std::vector<std::string> names;
  for (const std::string& name : format.names) names.push_back("'" + printable(name, 24) + "'");
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("{}: {} columns{}, and which are the user and the item is not clear; "
                  "say it with --user-column and --item-column (a {}position from 1){}",
                  file, format.field_count,
                  names.empty() ? "" : fmt::format(" ({})", fmt::join(names, ", ")),
                  format.header ? "name or a " : "",
                  format.header ? "" : "; or is each line a user and the items? (--item-lists)"));
}

// "1,2,3,5" may be a rating of 3 at the time 5, or one of 3,5.
void refuse_split_decimals(const RatingsFormat& format, const Sample& sample,
                           const std::string& file) {
  if (format.header || format.dialect.separator != "," || format.field_count != 4 ||
      format.rating_column != 2 || format.timestamp_column != 3) {
    return;
  }
  const auto short_number = [](std::string_view cell) {
    return !cell.empty() && cell.size() <= 2 &&
           cell.find_first_not_of("0123456789") == std::string_view::npos;
  };
  std::size_t rows = 0;
  for (const auto& record : sample.records) {
    if (record.size() != 4) continue;
    if (!short_number(record[2]) || !short_number(record[3])) return;
    ++rows;
  }
  if (rows < 3) return;
  throw unclear(file, "fourth column",
                {{"times, though small ones", "--timestamp-column 4"},
                 {"the decimals of the third, as in 3,5, which are written with a point here",
                  "--timestamp-column - to leave them out"}});
}

void note_columns(RatingsFormat& format, const std::array<bool, 4>& open, const Sample& sample,
                  const std::string& file) {
  constexpr std::array<std::string_view, 6> kPlainNames = {"user",   "userid", "item",
                                                           "itemid", "rating", "timestamp"};
  for (const Role role : {user, item, rating, timestamp}) {
    const std::size_t column = column_of(format, role);
    if (column == kNoColumn || !open[role]) continue;
    const std::string flag = fmt::format("--{}-column", kRoleNames[role]);
    if (format.header) {
      const std::string name = normalized_name(format.names[column]);
      if (std::ranges::find(kPlainNames, name) != kPlainNames.end()) continue;
      const bool known = is_known_column(name) || meaning_of_name(name).has_value();
      format.guesses.push_back({file, kRoleNames[role],
                                fmt::format("'{}'", printable(format.names[column])),
                                known ? "columns of this name hold it" : "by position", flag});
    } else {
      const bool as_time = role == timestamp && holds_times(sample, false, column);
      format.guesses.push_back({file, kRoleNames[role], fmt::format("column {}", column + 1),
                                as_time ? "it holds times" : "by position", flag});
    }
  }
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
  }
  if (!(pair_known && format.header)) {
    if (!pair_known && format.field_count > 4) throw_unclear_columns(format, file);
    // Names that nobody knows tell nothing, and a guess by position would be one too many.
    const std::size_t wanted =
        (format.user_column == kNoColumn ? 1U : 0U) + (format.item_column == kNoColumn ? 1U : 0U);
    if (format.header && format.field_count > 2 && free_count(format) > wanted) {
      throw_unclear_columns(format, file);
    }
    take_columns_in_order(format, open, sample);
  }
  refuse_split_decimals(format, sample, file);
  note_columns(format, open, sample, file);
}

// The order of day and month, and how many digits of a second are kept.
void choose_times(RatingsFormat& format, const RatingsOptions& options, const Sample& sample,
                  const std::string& file) {
  if (!options.time_format.empty()) format.times = time_reading(options.time_format);
  if (format.timestamp_column == kNoColumn) return;
  const auto cells = cells_of(sample, format.header, format.timestamp_column);
  const TimeFacts facts = recognize_times(cells);
  format.times.fraction_digits = std::max(facts.fraction_digits, options.time_digits_min);
  if (!options.time_format.empty()) {
    if (options.time_format.find("%f") != std::string::npos) format.times.fraction_digits = 9;
    return;
  }
  if (!facts.has_open_dates) return;
  const std::string place =
      fmt::format("{}: {}", file, describe_column(format, format.timestamp_column));
  static constexpr std::array<const char*, 3> kWords = {"ymd", "dmy", "mdy"};
  if (!facts.contradiction.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: '{}' and '{}' cannot be dates of one order of day and month; say "
                            "it with --time-format, or read no times with --timestamp-column -",
                            place, printable(facts.decisive), printable(facts.contradiction)));
  }
  const bool by_dots =
      facts.dots && std::ranges::find(facts.orders, DateOrder::day_first) != facts.orders.end();
  if (facts.orders.size() > 1 && !by_dots) {
    std::vector<Reading> readings;
    for (const DateOrder order : facts.orders) {
      readings.push_back(
          {fmt::format("{} ('{}')", describe(order), printable(facts.example)),
           fmt::format("--time-format {}", kWords[static_cast<std::size_t>(order)])});
    }
    throw unclear(place, "order of day and month", readings);
  }
  format.times.order = by_dots ? DateOrder::day_first : facts.orders.front();
  format.guesses.push_back({file, "dates", describe(format.times.order),
                            facts.orders.size() == 1
                                ? fmt::format("'{}' can be no other", printable(facts.decisive))
                                : "dates with points are written so",
                            "--time-format"});
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

std::string separator_name(const std::string& separator) {
  if (separator == ",") return "comma-separated";
  if (separator == "\t") return "tab-separated";
  if (separator == " ") return "space-separated";
  return fmt::format("'{}'-separated", printable(separator));
}

// Where hardly two lines have as many fields, they are no rows of columns.
void refuse_uneven_lines(const Sample& sample, const RatingsOptions& options,
                         const std::string& file) {
  if (options.separator || options.header || sample.even_share >= 0.5) return;
  if (sample.records.size() < 5 || sample.field_count < 2) return;
  const auto [shortest, longest] = std::ranges::minmax(
      sample.records, {}, [](const std::vector<std::string>& record) { return record.size(); });
  throw unclear(
      file, "kind of lines",
      {{fmt::format("a user and the items each, of {} to {} {}-separated cells", shortest.size(),
                    longest.size(), separator_word(sample.dialect.separator)),
        "--item-lists"},
       {"rows of columns, most of them broken", "--separator"}});
}

}  // namespace

RatingsFormat recognize_ratings_format(std::string_view head, bool head_is_all,
                                       const RatingsOptions& options, const std::string& file) {
  if (head.empty()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: the file is empty", file));
  }
  check_line_ends(head, file);
  if (auto lists = recognize_item_lists(head, head_is_all, options, file)) return *lists;
  Sample sample = take_sample(head, head_is_all,
                              {.separator = options.separator, .quotes = options.quotes}, file);
  if (sample.records.empty()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: there are no rows, only blank lines", file));
  }
  refuse_uneven_lines(sample, options, file);
  RatingsFormat format;
  format.dialect = sample.dialect;
  format.guesses = std::move(sample.guesses);
  format.field_count = sample.records.front().size();
  if (options.header) {
    format.header = *options.header;
  } else {
    const HeaderAnswer answer =
        recognize_header({.sample = sample,
                          .is_known = &is_known_column,
                          .named = {options.user_column, options.item_column, options.rating_column,
                                    options.timestamp_column},
                          .file = file,
                          .flag = "--header",
                          .id_columns = format.field_count >= 2 ? std::vector<std::size_t>{0, 1}
                                                                : std::vector<std::size_t>()});
    format.header = answer.header;
    format.guesses.push_back({file, "header", answer.header ? "line 1" : "none", answer.evidence,
                              answer.header ? "--no-header" : "--header"});
  }
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
  choose_times(format, options, sample, file);
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
