#include "kindred/embedding/table_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"

namespace kindred::embedding {
namespace {

constexpr const char* kHeaderFlag = "--no-header";

// The first record over the columns that are numbers in all others.
struct FirstRecord {
  std::vector<std::size_t> over;  // Those columns.
  std::size_t words = 0;
  std::size_t numbers = 0;
  std::size_t empty = 0;
  std::size_t missing = 0;         // NA, nan.
  bool counts_from_0 = true;       // Its numbers are 0, 1, 2, ....
  bool counts_from_1 = true;       // 1, 2, 3, ....
  std::string first_word;          // Of its words.
  std::size_t rows_of_wholes = 0;  // Of the others: rows of whole numbers alone.
  std::size_t whole_cells = 0;

  bool counts() const noexcept { return numbers >= 1 && (counts_from_0 || counts_from_1); }
};

bool is_number_column(const TableSample& sample, std::size_t column) {
  return sample.count_kind(column, CellKind::text, 1) == 0 && sample.count_numbers(column, 1) > 0;
}

void look_at_others(const TableSample& sample, FirstRecord& first) {
  for (std::size_t row = 1; row < sample.size(); ++row) {
    bool all = true;
    for (const std::size_t column : first.over) {
      // What stands under an empty name is an index, and whole anyway.
      if (sample.rows[0][column].empty()) continue;
      const bool whole = sample.kinds[row][column] == CellKind::whole;
      if (whole) ++first.whole_cells;
      all = all && whole;
    }
    if (all) ++first.rows_of_wholes;
  }
}

FirstRecord look_at_first(const TableSample& sample) {
  FirstRecord first;
  for (std::size_t column = 0; column < sample.column_count; ++column) {
    if (!is_number_column(sample, column)) continue;
    first.over.push_back(column);
    const std::string& cell = sample.rows[0][column];
    switch (sample.kinds[0][column]) {
      case CellKind::text:
        if (first.words++ == 0) first.first_word = cell;
        break;
      case CellKind::missing:
        ++(cell.empty() ? first.empty : first.missing);
        break;
      case CellKind::whole:
      case CellKind::decimal:
        first.counts_from_0 = first.counts_from_0 && cell == std::to_string(first.numbers);
        first.counts_from_1 = first.counts_from_1 && cell == std::to_string(first.numbers + 1);
        ++first.numbers;
        break;
    }
  }
  if (first.counts()) look_at_others(sample, first);
  return first;
}

// The words of the first record over columns that are no numbers: a label, or the name of labels.
bool names_labels(const TableSample& sample, const FirstRecord& first) {
  for (std::size_t column = 0; column < sample.column_count; ++column) {
    if (std::ranges::find(first.over, column) != first.over.end()) continue;
    const std::string& cell = sample.rows[0][column];
    if (!cell.empty() && is_label_name(cell)) return true;
  }
  return first.empty == 1 && sample.rows[0][0].empty();
}

[[noreturn]] void refuse_unclear_header(const std::string& name, const TableSample& sample,
                                        const std::string& as_header, const std::string& as_row) {
  throw unclear(fmt::format("{}:{}", name, sample.lines[0]), "first line",
                {{as_header, "--header"}, {as_row, kHeaderFlag}});
}

// 0 1 2 above 3 4 5: numbers that count all cells, not the columns.
bool goes_on_below(const TableSample& sample, const FirstRecord& first) {
  std::size_t next = first.numbers + (first.counts_from_0 ? 0 : 1);
  return std::ranges::all_of(first.over, [&](std::size_t column) {
    return sample.rows[1][column] == std::to_string(next++);
  });
}

// A first record whose numbers count its columns.
bool counted_header(const TableSample& sample, const std::string& name, const FirstRecord& first,
                    TableLayout& layout) {
  const auto guess = [&](std::string evidence) {
    layout.guesses.push_back({name, "header", "the first line", std::move(evidence), kHeaderFlag});
    return true;
  };
  const std::string counted = first.counts_from_0 ? "0, 1, 2, ..." : "1, 2, 3, ...";
  if (names_labels(sample, first)) {
    return guess(fmt::format("it counts the columns, {}, behind the name of the labels", counted));
  }
  if (first.numbers < 2) {
    if (!first.counts_from_0 || first.whole_cells > 0) return false;
    refuse_unclear_header(name, sample, "the name 0 of the only column",
                          "a point, the only one of a whole number");
  }
  // A word like those below, and numbers that happen to be 1, 2.
  const bool has_words = first.over.size() < sample.column_count;
  if (has_words && !first.counts_from_0 && (first.numbers < 4 || first.whole_cells > 0)) {
    return false;
  }
  const bool spaces = sample.dialect.separator == " ";
  if (first.rows_of_wholes > 0) {
    if (goes_on_below(sample, first) || (spaces && first.numbers < 3)) return false;
    if (!first.counts_from_0 && first.numbers < 4) return false;
  } else if (first.whole_cells == 0 ? first.counts_from_0 || first.numbers >= 4
                                    : first.numbers >= 4) {
    return guess(
        fmt::format("it counts the columns, {}, and the lines below are not of whole "
                    "numbers",
                    counted));
  }
  refuse_unclear_header(
      name, sample, fmt::format("names that count the columns, {}", counted),
      fmt::format("a point of whole numbers, as {} other lines are", first.rows_of_wholes));
}

bool is_header(const TableSample& sample, const std::string& name, TableLayout& layout) {
  if (sample.size() < 2) return false;
  const FirstRecord first = look_at_first(sample);
  const std::string place = fmt::format("{}:{}", name, sample.lines[0]);
  if (first.words == 0) {
    return first.missing == 0 && first.counts() && counted_header(sample, name, first, layout);
  }
  const bool leading_gap = first.empty == 0 || (first.empty == 1 && sample.rows[0][0].empty());
  if (first.numbers == 0 && first.missing == 0 && leading_gap) {
    if (first.over.size() == 1 || first.words == 1) {
      layout.guesses.push_back(
          {name, "header", "the first line",
           fmt::format("'{}' stands where numbers stand below", printable(first.first_word)),
           kHeaderFlag});
    }
    return true;
  }
  if (first.counts() && first.missing == 0 && leading_gap) return true;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: '{}' is not a number, as in the lines below, and beside it stand "
                          "numbers: mend it, or say --header if the line names the columns",
                          place, printable(first.first_word)));
}

// R leaves out the name of the first column.
bool is_short_header(const TableSample& sample, const std::string& name) {
  if (sample.rows[0].size() == sample.column_count || sample.size() < 2) return false;
  bool counts = true;
  bool words = true;
  for (std::size_t i = 0; i < sample.rows[0].size(); ++i) {
    const CellKind kind = sample.kinds[0][i];
    words = words && kind == CellKind::text;
    counts = counts && (sample.rows[0][i] == std::to_string(i));
  }
  if (words || (counts && sample.rows[0].size() > 1)) return true;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}:{}: {} fields, where the first line has {}{}", name, sample.lines[1],
                          sample.column_count, sample.rows[0].size(),
                          sample.dialect.separator == " " && sample.fields_max == 0
                              ? "; if words hold spaces, say --words-with-spaces"
                              : ""));
}

void take_names(const TableSample& sample, TableLayout& layout) {
  layout.names = sample.rows[0];
  if (layout.header_is_short) layout.names.insert(layout.names.begin(), "");
  std::string& first = layout.names.front();
  if (first.starts_with('#')) {  // numpy's comment before the names.
    const std::size_t begin = first.find_first_not_of("# ");
    first = begin == std::string::npos ? "" : first.substr(begin);
  }
  for (std::string& column : layout.names) {
    const std::size_t begin = column.find_first_not_of(" \t");
    const std::size_t end = column.find_last_not_of(" \t");
    column = begin == std::string::npos ? "" : column.substr(begin, end - begin + 1);
  }
}

}  // namespace

bool is_label_name(std::string_view name) {
  static constexpr std::array<std::string_view, 30> kNames = {
      "",     "#",     "id",      "ids",    "index",  "unnamed: 0", "row",   "rowid",
      "key",  "label", "labels",  "class",  "target", "category",   "group", "cluster",
      "word", "words", "token",   "tokens", "name",   "names",      "title", "digit",
      "item", "user",  "species", "entity", "term",   "variety"};
  std::string lower;
  for (const char c : name) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (lower.size() >= 2 && lower.starts_with('"') && lower.ends_with('"')) {
    lower = lower.substr(1, lower.size() - 2);
  }
  return std::ranges::find(kNames, lower) != kNames.end() || lower.ends_with("_id") ||
         lower == "itemid" || lower == "userid" || lower == "movieid" || lower == "item id";
}

void find_header(const TableSample& sample, const std::string& name, const ImportOptions& options,
                 TableLayout& layout) {
  if (options.header == false) {
    if (sample.rows[0].size() != sample.column_count) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}:{}: {} fields, where the other lines have {}", name,
                              sample.lines[0], sample.rows[0].size(), sample.column_count));
    }
    return;
  }
  layout.header_is_short = is_short_header(sample, name);
  layout.has_header =
      options.header == true || layout.header_is_short || is_header(sample, name, layout);
  if (!layout.has_header) return;
  if (sample.size() < 2) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: there are no rows below the header", name));
  }
  take_names(sample, layout);
}

}  // namespace kindred::embedding
