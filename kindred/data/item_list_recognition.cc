#include "kindred/data/item_list_recognition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "kindred/base/error.h"
#include "kindred/data/dialect_recognition.h"

namespace kindred::data {
namespace {

// The more deliberate ones first: names hold spaces and commas.
constexpr std::array<const char*, 6> kListSeparators = {"\t", "::", ";", "|", ",", " "};

bool is_whole_number(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) { return byte >= '0' && byte <= '9'; });
}

// Cells without those that are empty at the end, as spreadsheets pad short lines.
std::size_t length_of(const std::vector<std::string>& record) {
  std::size_t length = record.size();
  while (length > 0 && record[length - 1].find_first_not_of(' ') == std::string::npos) --length;
  return length;
}

struct ListFacts {
  std::set<std::size_t> lengths;
  std::size_t parted = 0;  // Records with more than one cell.
  bool whole_numbers = true;
  bool spaced = true;  // A space after every separator.
};

ListFacts facts_of(const Sample& sample) {
  ListFacts facts;
  for (const auto& record : sample.records) {
    const std::size_t length = length_of(record);
    facts.lengths.insert(length);
    if (record.size() > 1) ++facts.parted;
    for (std::size_t i = 0; i < length; ++i) {
      facts.whole_numbers = facts.whole_numbers && is_whole_number(record[i]);
      if (i > 0) facts.spaced = facts.spaced && record[i].starts_with(' ');
    }
  }
  facts.spaced = facts.spaced && facts.parted > 0;
  return facts;
}

Dialect list_dialect(const std::string& separator, const RatingsOptions& options) {
  Dialect dialect = dialect_for(separator);
  if (options.quotes) dialect.quotes = *options.quotes && separator.size() == 1 && separator != " ";
  return dialect;
}

// The lists that were asked for: all that is open is the separator.
RatingsFormat asked_lists(std::string_view head, bool head_is_all, const RatingsOptions& options,
                          const std::string& file) {
  RatingsFormat format;
  format.item_lists = true;
  if (options.separator) {
    check_separator(*options.separator);
    format.dialect = list_dialect(*options.separator, options);
    return format;
  }
  for (const char* separator : kListSeparators) {
    format.dialect = list_dialect(separator, options);
    const Sample sample = sample_of(format.dialect, head, head_is_all);
    const ListFacts facts = facts_of(sample);
    if (separator != std::string_view(" ") && 2 * facts.parted < sample.records.size()) continue;
    if (separator == std::string_view(" ") && facts.parted == 0) break;
    format.dialect.padded = facts.spaced && separator != std::string_view(" ");
    format.guesses.push_back(
        {file, "separator", separator_word(separator),
         fmt::format("{} of {} lines have it", facts.parted, sample.records.size()),
         "--separator"});
    return format;
  }
  return format;
}

}  // namespace

std::optional<RatingsFormat> recognize_item_lists(std::string_view head, bool head_is_all,
                                                  const RatingsOptions& options,
                                                  const std::string& file) {
  if (options.item_lists) return asked_lists(head, head_is_all, options, file);
  if (options.header || !options.user_column.empty() || !options.item_column.empty()) return {};
  if (options.separator) check_separator(*options.separator);
  double even_share = 0.0;
  for (const char* separator : kListSeparators) {
    if (options.separator && *options.separator != separator) continue;
    const Dialect dialect = list_dialect(separator, options);
    const Sample sample = sample_of(dialect, head, head_is_all);
    even_share = std::max(even_share, sample.even_share);
    const ListFacts facts = facts_of(sample);
    if (sample.records.size() < 3 || 2 * facts.parted < sample.records.size()) continue;
    if (!facts.whole_numbers || facts.lengths.size() < 2) continue;
    const bool is_wide = *facts.lengths.rbegin() > 4;
    const bool is_uneven = sample.even_share < 0.5;
    if (!is_uneven && !(is_wide && sample.even_share < 1.0 && sample.field_count > 4)) {
      // Most lines are as long as ratings are: a few of another length may be mistakes.
      if (sample.even_share >= 0.9 || facts.lengths.size() < 3) continue;
      throw unclear(file, "kind of lines",
                    {{fmt::format("a user and the items, {} to {} numbers each",
                                  *facts.lengths.begin(), *facts.lengths.rbegin()),
                      "--item-lists"},
                     {"columns, some lines being wrong", "--no-header --on-bad skip"}});
    }
    RatingsFormat format;
    format.item_lists = true;
    format.dialect = dialect;
    format.guesses.push_back(
        {file, "lines", "a user and the items each",
         fmt::format("{} to {} whole numbers a line, {}-separated", *facts.lengths.begin(),
                     *facts.lengths.rbegin(), separator_word(separator)),
         "--separator, or --user-column and --item-column for columns"});
    return format;
  }
  return {};
}

}  // namespace kindred::data
