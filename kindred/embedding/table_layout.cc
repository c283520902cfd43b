#include "kindred/embedding/table_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <set>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/unique_names.h"
#include "kindred/embedding/table_header.h"
#include "kindred/embedding/table_labels.h"
#include "kindred/embedding/table_sample.h"

namespace kindred::embedding {
namespace {

constexpr std::size_t kLookBytes = std::size_t{1} << 20U;

[[noreturn]] void refuse_table(const std::string& place, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, fmt::format("{}: {}", place, problem));
}

// A single column whose cells hold what separates fields elsewhere is several.
bool has_separators(const TableSample& sample) {
  return std::ranges::any_of(sample.rows, [](const std::vector<std::string>& row) {
    return !row.empty() && row.front().find_first_of("\t,;|") != std::string::npos;
  });
}

// Whether all records are of one width, but for a header without a name for the first column.
bool fits(const TableSample& sample) {
  if (!sample.sound || sample.rows.empty() || sample.misfits(1) > 0) return false;
  const std::size_t first = sample.rows.front().size();
  if (first != sample.column_count && first + 1 != sample.column_count) return false;
  if (sample.column_count == 1 && has_separators(sample)) return false;
  return sample.number_columns(sample.size() > 1 ? 1 : 0) > 0;
}

// Takes off records that begin with '#' and do not look like those that follow.
std::size_t drop_comments(TableSample& sample) {
  std::size_t count = 0;
  while (sample.sound && count + 1 < sample.size() && sample.rows[count].front().starts_with('#') &&
         sample.rows[count].size() != sample.column_count) {
    ++count;
  }
  const auto front = static_cast<std::ptrdiff_t>(count);
  sample.rows.erase(sample.rows.begin(), sample.rows.begin() + front);
  sample.kinds.erase(sample.kinds.begin(), sample.kinds.begin() + front);
  sample.lines.erase(sample.lines.begin(), sample.lines.begin() + front);
  return count;
}

struct Candidate {
  TableSample sample;
  std::size_t comments = 0;
};

std::vector<Candidate> candidates(std::string_view text, const ImportOptions& options,
                                  std::size_t bytes_max) {
  std::vector<Candidate> list;
  const bool has_quotes = text.substr(0, bytes_max).find('"') != std::string_view::npos;
  for (const char* separator : {"\t", ";", ",", "|", " "}) {
    if (!options.separator.empty() && options.separator != separator) continue;
    if (options.words_with_spaces && std::string_view(separator) != " ") continue;
    const bool may_quote = has_quotes && std::string_view(separator) != " ";
    for (const bool quotes : {true, false}) {
      if (quotes && !may_quote) continue;
      Candidate candidate{take_sample(text, {separator, quotes}, bytes_max)};
      if (options.words_with_spaces) {
        candidate.sample =
            take_sample(text, {separator, quotes}, bytes_max, candidate.sample.column_count);
      }
      candidate.comments = drop_comments(candidate.sample);
      list.push_back(std::move(candidate));
    }
  }
  return list;
}

// How much of the text a reading that does not fit explains, to say what is wrong with the
// likeliest one.
double share_that_fits(const TableSample& sample) {
  if (sample.rows.empty() || sample.column_count == 0) return 0.0;
  const auto rows = static_cast<double>(sample.size());
  const double fitting = (rows - static_cast<double>(sample.misfits(0))) / rows;
  const double numbers =
      static_cast<double>(sample.number_columns(0)) / static_cast<double>(sample.column_count);
  return fitting * numbers + (sample.column_count > 1 ? 0.01 : 0.0);
}

[[noreturn]] void refuse_misfit(const TableSample& sample, const std::string& name) {
  if (!sample.sound) {
    refuse_table(name, "a quote is not where a field begins or ends, or is never closed");
  }
  for (std::size_t row = 1; row < sample.size(); ++row) {
    if (sample.rows[row].size() == sample.rows[0].size()) continue;
    const bool spaces = sample.dialect.separator == " " && sample.fields_max == 0;
    refuse_table(fmt::format("{}:{}", name, sample.lines[row]),
                 fmt::format("{} fields, where the first line has {}{}", sample.rows[row].size(),
                             sample.rows[0].size(),
                             spaces ? "; if words hold spaces, say --words-with-spaces" : ""));
  }
  const std::vector<std::string>& first = sample.rows.back();
  refuse_table(fmt::format("{}:{}", name, sample.lines.back()),
               fmt::format("'{}' is not a number, and no column is of numbers: is this a table of "
                           "coordinates?",
                           printable(first.back())));
}

// "1,5;2,5" split at commas: cells that still hold a separator and digits, and nothing else.
bool looks_like_two_numbers(std::string_view cell) {
  return cell.find_first_of(",; \t|") != std::string_view::npos &&
         cell.find_first_of("0123456789") != std::string_view::npos &&
         cell.find_first_not_of("0123456789+-.eE,; \t|") == std::string_view::npos;
}

void refuse_decimal_commas(const TableSample& sample, const std::string& name) {
  const std::size_t first = sample.size() > 1 ? 1 : 0;
  for (std::size_t column = 0; column < sample.column_count; ++column) {
    std::size_t found = 0;
    std::size_t last = 0;
    for (std::size_t row = first; row < sample.size(); ++row) {
      if (!looks_like_two_numbers(sample.rows[row][column])) continue;
      ++found;
      last = row;
    }
    if (2 * found <= sample.size() - first) continue;
    refuse_table(fmt::format("{}:{}", name, sample.lines[last]),
                 fmt::format("'{}' is not a number: numbers are written with a point, 1.5, and one "
                             "separator stands between fields",
                             printable(sample.rows[last][column])));
  }
  // Whole numbers between commas of which some begin with a zero are halves of "1,05".
  if (sample.dialect.separator != ",") return;
  bool zero = false;
  for (std::size_t row = sample.misfits(0); row < sample.size(); ++row) {
    for (std::size_t column = 0; column < sample.column_count; ++column) {
      if (sample.kinds[row][column] == CellKind::decimal) return;
      const std::string& cell = sample.rows[row][column];
      zero = zero || (column > 0 && sample.kinds[row][column] == CellKind::whole &&
                      cell.size() > 1 && cell[0] == '0');
    }
  }
  if (!zero) return;
  throw unclear(name, "comma",
                {{"a separator of whole numbers, some of which begin with a zero", "--separator ,"},
                 {"a decimal comma, which is not read", "numbers written with a point"}});
}

TableSample choose_sample(std::string_view text, const std::string& name,
                          const ImportOptions& options, std::size_t bytes_max,
                          TableLayout& layout) {
  std::vector<Candidate> all = candidates(text, options, bytes_max);
  const Candidate* best = nullptr;
  const Candidate* likeliest = nullptr;
  for (const Candidate& candidate : all) {
    if (likeliest == nullptr ||
        share_that_fits(candidate.sample) > share_that_fits(likeliest->sample)) {
      likeliest = &candidate;
    }
    if (!fits(candidate.sample)) continue;
    const auto numbers = [](const Candidate& one) {
      return one.sample.number_columns(one.sample.size() > 1 ? 1 : 0);
    };
    if (best == nullptr || numbers(candidate) > numbers(*best)) best = &candidate;
  }
  if (likeliest == nullptr || likeliest->sample.rows.empty()) {
    refuse_table(name, "there are no rows");
  }
  if (best == nullptr) refuse_misfit(likeliest->sample, name);
  if (options.separator.empty()) refuse_decimal_commas(best->sample, name);
  layout.comment_count = best->comments;
  if (best->comments > 0) {
    layout.guesses.push_back({name, "comments", fmt::format("{} lines", best->comments),
                              "they begin with # and are not like the lines below", "none"});
  }
  return best->sample;
}

// R writes words between spaces in quotes, which mean nothing there: all cells of a column have
// them or none.
bool has_quoted_words(const TableSample& sample, const TableLayout& layout) {
  if (sample.dialect.separator != " " || layout.labels.empty()) return false;
  const auto is_quoted = [](std::string_view cell) {
    return cell.size() >= 2 && cell.starts_with('"') && cell.ends_with('"');
  };
  const std::size_t first = layout.has_header ? 1 : 0;
  for (const std::size_t column : layout.labels) {
    for (std::size_t row = first; row < sample.size(); ++row) {
      if (!is_quoted(sample.rows[row][column])) return false;
    }
  }
  return true;
}

void unquote(std::string& cell) {
  if (cell.size() >= 2 && cell.starts_with('"') && cell.ends_with('"')) {
    cell = cell.substr(1, cell.size() - 2);
  }
}

}  // namespace

TableLayout recognise_table(std::string_view text, const std::string& name,
                            const ImportOptions& options, bool look_at_all) {
  TableLayout layout;
  const std::size_t bytes_max = look_at_all ? text.size() : kLookBytes;
  const TableSample sample = choose_sample(text, name, options, bytes_max, layout);
  layout.dialect = sample.dialect;
  layout.fields_max = sample.fields_max;
  layout.column_count = sample.column_count;
  layout.whole = sample.whole;
  find_header(sample, name, options, layout);
  find_labels(sample, name, options, layout);
  layout.strips_quotes = has_quoted_words(sample, layout);
  if (layout.strips_quotes) {
    for (std::string& column : layout.names) unquote(column);
  }
  if (layout.labels.size() == layout.column_count) {
    refuse_table(name, "all columns are labels; coordinates are numbers");
  }
  return layout;
}

}  // namespace kindred::embedding
