#include "kindred/data/header_recognition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "kindred/base/guess.h"
#include "kindred/base/printable.h"
#include "kindred/data/number_text.h"
#include "kindred/data/time_text.h"

namespace kindred::data {
namespace {

// What sort of value a cell holds, for telling a name from what it names.
enum class CellSort { empty, value, code, word };

bool has_digit(std::string_view text) {
  return std::ranges::any_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

bool reads_as_time(std::string_view text) {
  for (const DateOrder order :
       {DateOrder::year_first, DateOrder::day_first, DateOrder::month_first}) {
    if (parse_time(text, {.order = order}).fault == NumberFault::none) return true;
  }
  return false;
}

// A number, or what somebody wrote for one that is not finite.
CellSort sort_of(std::string_view cell) {
  if (cell.find_first_not_of(" \t") == std::string_view::npos) return CellSort::empty;
  double value = 0.0;
  const NumberFault fault = parse_number(cell, value);
  if (fault == NumberFault::none || fault == NumberFault::not_finite || reads_as_time(cell)) {
    return CellSort::value;
  }
  return has_digit(cell) ? CellSort::code : CellSort::word;
}

// The rows below the first that have as many fields.
class Below {
 public:
  explicit Below(const Sample& sample) : sample_(sample) {
    for (std::size_t i = 1; i < sample.records.size(); ++i) {
      if (sample.records[i].size() == sample.records.front().size()) rows_.push_back(i);
    }
  }

  std::size_t row_count() const noexcept { return rows_.size(); }
  const std::string& first(std::size_t column) const { return sample_.records.front()[column]; }
  std::size_t column_count() const noexcept { return sample_.records.front().size(); }

  std::size_t count_sort(std::size_t column, CellSort sort) const {
    std::size_t count = 0;
    for (const std::size_t row : rows_) {
      count += sort_of(sample_.records[row][column]) == sort ? 1U : 0U;
    }
    return count;
  }
  // How often a value of the column occurs below.
  std::map<std::string_view, std::size_t> values(std::size_t column) const {
    std::map<std::string_view, std::size_t> counts;
    for (const std::size_t row : rows_) ++counts[sample_.records[row][column]];
    return counts;
  }
  bool recurs(std::size_t column) const {
    return std::ranges::any_of(
        rows_, [&](std::size_t row) { return sample_.records[row][column] == first(column); });
  }
  // Rows whose cells in these columns all occur in no other row.
  std::size_t count_unique(const std::vector<std::size_t>& columns) const {
    std::vector<std::map<std::string_view, std::size_t>> counts;
    for (const std::size_t column : columns) counts.push_back(values(column));
    std::size_t unique = 0;
    for (const std::size_t row : rows_) {
      bool all = true;
      for (std::size_t i = 0; i < columns.size() && all; ++i) {
        all = counts[i].at(sample_.records[row][columns[i]]) == 1;
      }
      unique += all ? 1U : 0U;
    }
    return unique;
  }

 private:
  const Sample& sample_;
  std::vector<std::size_t> rows_;
};

std::string shown(std::string_view text) { return "'" + printable(text, 30) + "'"; }

// A flag speaks of a column by a name that stands in the first record.
std::optional<HeaderAnswer> by_flag(const HeaderQuestion& question, const Below& below) {
  for (const std::string& name : question.named) {
    for (std::size_t column = 0; column < below.column_count(); ++column) {
      if (name.empty() || sort_of(name) == CellSort::value) continue;
      std::string_view cell = below.first(column);
      while (cell.starts_with(' ')) cell.remove_prefix(1);
      while (cell.ends_with(' ')) cell.remove_suffix(1);
      const bool same = std::ranges::equal(cell, name, [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
      });
      if (same) return HeaderAnswer{true, fmt::format("line 1 has the column {}", shown(name))};
    }
  }
  return std::nullopt;
}

// The cells of a column tell what line 1 is where they are all of a sort that it is not.
std::optional<HeaderAnswer> by_sort(const Below& below) {
  for (std::size_t column = 0; column < below.column_count(); ++column) {
    const CellSort first = sort_of(below.first(column));
    if (first == CellSort::empty || first == CellSort::value) continue;
    const std::size_t values = below.count_sort(column, CellSort::value);
    const std::size_t codes = below.count_sort(column, CellSort::code);
    const std::size_t words = below.count_sort(column, CellSort::word);
    // A bad number further down must not turn the header into a row.
    if (values > 0 && values >= 9 * (codes + words)) {
      return HeaderAnswer{
          true, fmt::format("{} stands above numbers or times", shown(below.first(column)))};
    }
    if (first == CellSort::word && codes >= 3 && codes >= 19 * (words + values) &&
        !below.recurs(column)) {
      return HeaderAnswer{
          true, fmt::format("{} has no digit, and all below it have", shown(below.first(column)))};
    }
    // Few words, each of them often: line 1 would have one of them, but for one time in fifty.
    const auto counts = below.values(column);
    const bool recur = !counts.empty() && std::ranges::all_of(counts, [](const auto& entry) {
      return entry.second >= 5;
    });
    if (recur && below.row_count() >= 50 && 10 * counts.size() <= below.row_count() &&
        !below.recurs(column)) {
      return HeaderAnswer{true, fmt::format("{} occurs nowhere below, where {} words recur",
                                            shown(below.first(column)), counts.size())};
    }
  }
  return std::nullopt;
}

}  // namespace

HeaderAnswer recognize_header(const HeaderQuestion& question) {
  if (question.sample.records.empty()) return {};
  const Below below(question.sample);
  if (const auto answer = by_flag(question, below)) return *answer;
  std::size_t known = 0;
  std::string known_name;
  std::size_t value_count = 0;
  bool known_recurs = false;
  for (std::size_t column = 0; column < below.column_count(); ++column) {
    if (sort_of(below.first(column)) == CellSort::value) ++value_count;
    if (!question.is_known(normalized_name(below.first(column)))) continue;
    ++known;
    known_name = below.first(column);
    known_recurs = known_recurs || below.recurs(column);
  }
  if (known >= 2 && !known_recurs) {
    return {true,
            fmt::format("line 1 has {} names of columns, such as {}", known, shown(known_name))};
  }
  // A name is not a number: a row with one bad cell is a bad row, and no header.
  if (value_count > 0) return {false, "line 1 holds a number"};
  if (known == 1 && !known_recurs) {
    return {true,
            fmt::format("{} is a name of columns and occurs nowhere below", shown(known_name))};
  }
  if (const auto answer = by_sort(below)) return *answer;
  if (question.is_id && !question.id_columns.empty()) {
    const std::size_t column = question.id_columns.front();
    std::size_t ids = 0;
    for (const auto& [value, count] : below.values(column)) ids += question.is_id(value) ? 1U : 0U;
    if (question.is_id(below.first(column))) return {false, "line 1 begins with a known id"};
    if (ids >= 3 && 2 * ids >= below.row_count()) {
      throw unclear(question.file, "header",
                    {{fmt::format("line 1 names the columns ({} is no id of the ratings, as {} of "
                                  "{} below are)",
                                  shown(below.first(column)), ids, below.row_count()),
                      question.flag},
                     {"line 1 is a row like the others", "--no" + question.flag.substr(1)}});
    }
    return {false, "nothing in line 1 looks like a name of a column"};
  }
  for (const std::size_t column : question.id_columns) {
    if (below.recurs(column)) {
      return {false, fmt::format("{} of line 1 occurs again", shown(below.first(column)))};
    }
  }
  const std::size_t unique = below.count_unique(question.id_columns);
  if (!question.id_columns.empty() && below.row_count() >= 4 && 20 * unique < below.row_count()) {
    throw unclear(
        question.file, "header",
        {{fmt::format("line 1 names the columns (its ids occur nowhere else, as those of {} of "
                      "{} other lines)",
                      unique, below.row_count()),
          question.flag},
         {"line 1 is a row like the others", "--no" + question.flag.substr(1)}});
  }
  return {false, "nothing in line 1 looks like a name of a column"};
}

}  // namespace kindred::data
