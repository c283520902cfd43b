#include "kindred/embedding/table_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <set>
#include <string_view>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/embedding/table_header.h"

namespace kindred::embedding {
namespace {

constexpr std::size_t kRowsToJudge = 4;
constexpr const char* kLabelFlag = "--label-columns";

struct ColumnFacts {
  std::size_t whole = 0;
  std::size_t decimal = 0;
  std::size_t missing = 0;
  std::size_t text = 0;
  std::size_t distinct = 0;
  std::size_t first_text = 0;  // A row.
  bool is_count = false;       // Whole numbers none of which is negative.

  std::size_t numbers() const noexcept { return whole + decimal; }
};

class LabelSearch {
 public:
  LabelSearch(const TableSample& sample, const std::string& name, TableLayout& layout)
      : sample_(sample), name_(name), layout_(layout), first_(layout.has_header ? 1 : 0) {
    row_count_ = sample.size() - first_;
    for (std::size_t column = 0; column < sample.column_count; ++column) {
      facts_.push_back(facts_of(column));
    }
  }

  void by_cells() {
    const std::size_t last = sample_.column_count - 1;
    for (std::size_t column = 0; column <= last; ++column) {
      if (is_text_column(column) || is_named_label(column)) layout_.labels.push_back(column);
    }
    for (const std::size_t column : {std::size_t{0}, last}) {
      if (!is_unclear(column)) continue;
      const bool differ = facts_[column].distinct == row_count_;
      unclear_column(column, differ ? "ids: whole numbers that are all different"
                                    : fmt::format("classes: whole numbers of {} kinds",
                                                  facts_[column].distinct));
    }
  }

  void by_names(std::string_view wanted) {
    if (wanted == "none") return;
    std::set<std::size_t> chosen;
    while (!wanted.empty()) {
      const std::size_t end = std::min(wanted.find(','), wanted.size());
      chosen.insert(column_called(wanted.substr(0, end)));
      wanted.remove_prefix(std::min(end + 1, wanted.size()));
    }
    layout_.labels.assign(chosen.begin(), chosen.end());
  }

 private:
  ColumnFacts facts_of(std::size_t column) const {
    ColumnFacts facts;
    std::set<std::string_view> distinct;
    facts.is_count = true;
    for (std::size_t row = first_; row < sample_.size(); ++row) {
      const std::string& cell = sample_.rows[row][column];
      distinct.insert(cell);
      switch (sample_.kinds[row][column]) {
        case CellKind::whole:
          ++facts.whole;
          facts.is_count = facts.is_count && !cell.starts_with('-');
          break;
        case CellKind::decimal:
          ++facts.decimal;
          break;
        case CellKind::missing:
          ++facts.missing;
          break;
        case CellKind::text:
          if (facts.text++ == 0) facts.first_text = row;
          break;
      }
    }
    facts.distinct = distinct.size();
    facts.is_count = facts.is_count && facts.whole == row_count_;
    return facts;
  }

  std::string title(std::size_t column) const {
    if (layout_.has_header && !layout_.names[column].empty()) {
      return fmt::format("column '{}'", printable(layout_.names[column]));
    }
    return fmt::format("column {}", column + 1);
  }

  // What is words more than numbers. A few words among numbers are ids like "17a" in the first
  // column, where all differ, and a mistake elsewhere.
  bool is_text_column(std::size_t column) {
    const ColumnFacts& facts = facts_[column];
    if (facts.text == 0) return false;
    if (facts.text > facts.numbers() || facts.text + facts.missing > row_count_ / 2) {
      const bool named = layout_.has_header && is_label_name(layout_.names[column]);
      if (column > 0 && !named) {
        guess(column, fmt::format("'{}' is not a number",
                                  printable(sample_.rows[facts.first_text][column])));
      }
      return true;
    }
    if (layout_.has_header && is_label_name(layout_.names[column])) return true;
    const std::string place = fmt::format("{}:{}", name_, sample_.lines[facts.first_text]);
    const std::string cell = printable(sample_.rows[facts.first_text][column]);
    const bool are_ids =
        column == 0 && facts.decimal == 0 && facts.missing == 0 && facts.distinct == row_count_;
    if (are_ids && facts.text >= 2 && 5 * facts.text >= row_count_) {
      guess(column, fmt::format("'{}' is not a number, and all cells differ", cell));
      return true;
    }
    if (column == 0 && sample_.column_count > 1) {
      throw unclear(
          place, fmt::format("cell '{}' of the first column", cell),
          {{fmt::format("a label, as the {} numbers of the column are then", facts.numbers()),
            fmt::format("{} 1", kLabelFlag)},
           {"a coordinate that is not a number",
            fmt::format("{} none and a mended line", kLabelFlag)}});
    }
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: '{}' is not a number", place, cell));
  }

  bool is_named_label(std::size_t column) {
    if (!layout_.has_header || facts_[column].text > 0 || sample_.column_count < 2) return false;
    const std::string& name = layout_.names[column];
    if (name.empty() ? column == 0 : is_label_name(name)) {
      guess(column, name.empty() ? "its name is empty, as that of an index"
                                 : fmt::format("'{}' names labels", printable(name)));
      return true;
    }
    if (column != 0 && column + 1 != sample_.column_count) return false;
    if (!stands_alone(column)) return false;
    guess(column,
          fmt::format("the names of all other columns count, '{}' does not", printable(name)));
    return true;
  }

  // Whether all other columns that are not labels are called alike but for a number, and this
  // one is not. Requires: there is a header.
  bool stands_alone(std::size_t column) const {
    std::set<std::string> stems;
    std::set<std::string> others;
    for (std::size_t other = 0; other < sample_.column_count; ++other) {
      const std::string& name = layout_.names[other];
      const std::size_t end = name.find_last_not_of("0123456789") + 1;
      const std::string stem = name.substr(0, end);
      if (other == column) {
        others.insert(stem);
      } else if (facts_[other].text == 0 && !is_label_name(name)) {
        if (end == name.size()) return false;  // No number behind it.
        stems.insert(stem);
      }
    }
    const bool counts =
        layout_.names[column].find_last_not_of("0123456789") + 1 < layout_.names[column].size();
    return stems.size() == 1 && !(counts && *others.begin() == *stems.begin()) && !counts;
  }

  // Every column but this one and the labels is of decimals, and there are two of them at least.
  bool is_among_decimals(std::size_t column) const {
    std::size_t coordinates = 0;
    for (std::size_t other = 0; other < sample_.column_count; ++other) {
      if (other == column || is_label(other)) continue;
      // Of few rows none may have a whole number there by chance.
      const std::size_t least = row_count_ < kRowsToJudge ? row_count_ : (row_count_ + 1) / 2;
      if (facts_[other].decimal < least) return false;
      ++coordinates;
    }
    return coordinates >= 2;
  }

  bool is_label(std::size_t column) const {
    return std::ranges::find(layout_.labels, column) != layout_.labels.end();
  }

  // Whole numbers beside decimals, or numbers that count the rows: labels as likely as not.
  bool is_unclear(std::size_t column) const {
    const ColumnFacts& facts = facts_[column];
    if (is_label(column) || !facts.is_count) return false;
    return is_among_decimals(column) || (column == 0 && counts_rows(column));
  }

  // n, n + s, n + 2 s, ... in a table of two more coordinates at least.
  bool counts_rows(std::size_t column) const {
    if (row_count_ < kRowsToJudge || sample_.column_count < layout_.labels.size() + 3) return false;
    std::int64_t before = 0;
    std::int64_t step = 0;
    for (std::size_t row = first_; row < sample_.size(); ++row) {
      std::int64_t value = 0;
      const std::string& cell = sample_.rows[row][column];
      if (std::from_chars(cell.data(), cell.data() + cell.size(), value).ec != std::errc()) {
        return false;
      }
      if (row == first_ + 1) step = value - before;
      if (row > first_ && (step <= 0 || value - before != step)) return false;
      before = value;
    }
    return true;
  }

  void unclear_column(std::size_t column, const std::string& as_labels) const {
    throw unclear(name_, fmt::format("{}", title(column)),
                  {{as_labels, fmt::format("{} {}", kLabelFlag, column + 1)},
                   {"a coordinate like the others", fmt::format("{} none", kLabelFlag)}});
  }

  void guess(std::size_t column, std::string evidence) {
    layout_.guesses.push_back(
        {name_, title(column), "labels, no coordinate", std::move(evidence), kLabelFlag});
  }

  std::size_t column_called(std::string_view wanted) const {
    for (std::size_t column = 0; column < layout_.names.size(); ++column) {
      if (layout_.names[column] == wanted) return column;
    }
    std::size_t number = 0;
    const auto [end, problem] =
        std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
    if (problem == std::errc() && end == wanted.data() + wanted.size() && number >= 1 &&
        number <= sample_.column_count) {
      return number - 1;
    }
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: {} '{}' is neither the name of a column nor a number from 1 to {}",
                            name_, kLabelFlag, printable(wanted), sample_.column_count));
  }

  const TableSample& sample_;
  const std::string& name_;
  TableLayout& layout_;
  const std::size_t first_;
  std::size_t row_count_ = 0;
  std::vector<ColumnFacts> facts_;
};

}  // namespace

void find_labels(const TableSample& sample, const std::string& name, const ImportOptions& options,
                 TableLayout& layout) {
  LabelSearch search(sample, name, layout);
  if (options.label_columns.empty()) {
    search.by_cells();
  } else {
    search.by_names(options.label_columns);
  }
}

}  // namespace kindred::embedding
