#include "kindred/data/dialect_reading.h"

#include <algorithm>
#include <map>

#include "kindred/data/number_text.h"
#include "kindred/data/time_text.h"

namespace kindred::data {
namespace {

bool is_plain_number(std::string_view text) {
  double value = 0.0;
  return parse_number(text, value) == NumberFault::none;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

// Digits in groups of three with `group` between them, and a fraction behind `point`.
bool is_grouped_number(std::string_view text, char group, char point) {
  std::size_t at = digits_at(text, 0);
  if (at == 0) return false;
  const bool may_be_grouped = at <= 3;
  while (may_be_grouped && at < text.size() && text[at] == group && digits_at(text, at + 1) == 3) {
    at += 4;
  }
  if (at < text.size() && text[at] == point) at += 1 + digits_at(text, at + 1);
  return at == text.size() && is_digit(text.back());
}

// "3,5", "1.234,50", "1,000": one number, not "0,0.134,0.269", which are three.
bool is_number_with_comma(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return is_grouped_number(text, ',', '.') || is_grouped_number(text, '.', ',');
}

bool is_time_text(std::string_view text) {
  for (const DateOrder order :
       {DateOrder::year_first, DateOrder::day_first, DateOrder::month_first}) {
    if (parse_time(text, {.order = order}).fault == NumberFault::none) return true;
  }
  return false;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text = without_padding(text);
    if (text.empty()) return words;
    const std::size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// A comma is at home in a number, in a time, and behind a word.
bool comma_is_explained(std::string_view cell) {
  if (is_number_with_comma(without_padding(cell)) || is_time_text(cell)) return true;
  for (std::size_t at = cell.find(','); at != std::string_view::npos; at = cell.find(',', at + 1)) {
    if (at == 0 || at + 1 == cell.size() || cell[at + 1] != ' ' || cell[at - 1] == ' ') {
      return false;
    }
  }
  return true;
}

// Spaces are at home between words, unless they part columns of their own: as many words in
// every cell, one of which is always a number, and none always the same: "State 1" and
// "State 2" are names.
bool spaces_are_columns(const DialectReading& reading, std::size_t column) {
  std::vector<bool> numbers;
  std::vector<bool> constant;
  std::vector<std::string> first;
  std::size_t seen = 0;
  for (std::size_t i = 0; i < reading.record_count(); ++i) {
    if (!reading.is_even(i) || reading.quoted[i][column]) continue;
    const std::string_view cell = reading.sample.records[i][column];
    if (i == 0 && reading.record_count() > 2) continue;  // It may be a header.
    if (is_time_text(cell)) return false;
    const auto words = words_of(cell);
    if (words.size() < 2) return false;
    if (seen++ == 0) {
      numbers.assign(words.size(), true);
      constant.assign(words.size(), true);
      first.assign(words.begin(), words.end());
    }
    if (words.size() != numbers.size()) return false;
    for (std::size_t word = 0; word < words.size(); ++word) {
      if (!is_plain_number(words[word])) numbers[word] = false;
      if (words[word] != first[word]) constant[word] = false;
    }
  }
  for (std::size_t word = 0; seen >= 3 && word < numbers.size(); ++word) {
    if (constant[word] && !numbers[word]) return false;
  }
  return seen > 0 && std::ranges::find(numbers, true) != numbers.end();
}

// Whether the cell holds the separator in a place that nothing explains.
bool is_unexplained(std::string_view cell, const std::string& other, bool spaces_count) {
  if (other == " ") return spaces_count && words_of(cell).size() > 1;
  if (cell.find(other) == std::string_view::npos) return false;
  // Of the other separators a cell holds some now and then; that all lines hold as many of
  // them, as they do where this is asked, is no accident.
  return other != "," || !comma_is_explained(cell);
}

}  // namespace

DialectReading read_dialect(const Dialect& dialect, std::string_view head, bool head_is_all) {
  DialectReading reading;
  Sample& sample = reading.sample;
  sample.dialect = dialect;
  FieldSplitter splitter(dialect);
  std::size_t bytes = 0;
  std::size_t lines = 0;
  std::map<std::size_t, std::size_t> count_of_field_count;
  while (bytes < head.size() && sample.records.size() < kSampleRecords) {
    std::size_t length = find_record_end(head.substr(bytes), dialect);
    if (length == std::string_view::npos) {
      // A record that is cut off says little, unless there is no other.
      if (!head_is_all && !sample.records.empty()) break;
      length = head.size() - bytes;
    }
    const std::string_view record = head.substr(bytes, length);
    bytes += length;
    lines += static_cast<std::size_t>(std::count(record.begin(), record.end(), '\n'));
    const std::string_view line = without_line_end(record);
    if (is_blank(line)) continue;
    if (sample.records.empty()) {
      sample.header_bytes = bytes;
      sample.header_lines = lines;
    }
    std::vector<std::string> fields;
    std::vector<bool> quoted;
    const bool is_split = splitter.split(line);
    for (std::size_t i = 0; is_split && i < splitter.field_count(); ++i) {
      fields.emplace_back(splitter[i]);
      quoted.push_back(splitter.was_quoted(i));
    }
    if (!is_split || splitter.has_literal_quotes()) ++reading.misquoted;
    if (is_split && splitter.has_literal_quotes()) ++reading.literal_quotes;
    if (fields.size() == 1) ++reading.one_field;
    ++count_of_field_count[fields.size()];
    sample.records.push_back(std::move(fields));
    reading.quoted.push_back(std::move(quoted));
  }
  std::size_t commonest = 0;
  for (const auto& [field_count, count] : count_of_field_count) {
    if (field_count < 2 || count <= commonest) continue;
    commonest = count;
    sample.field_count = field_count;
  }
  sample.even = count_of_field_count.size() == 1;
  sample.even_share = sample.records.empty() ? 0.0
                                             : static_cast<double>(commonest) /
                                                   static_cast<double>(sample.records.size());
  return reading;
}

std::size_t unexplained(const DialectReading& reading, const std::string& other) {
  std::vector<bool> spaces_count(reading.sample.field_count, false);
  if (other == " ") {
    for (std::size_t column = 0; column < spaces_count.size(); ++column) {
      spaces_count[column] = spaces_are_columns(reading, column);
    }
  }
  std::size_t records = 0;
  for (std::size_t i = 0; i < reading.record_count(); ++i) {
    if (!reading.is_even(i)) continue;
    const auto& fields = reading.sample.records[i];
    for (std::size_t column = 0; column < fields.size(); ++column) {
      if (reading.quoted[i][column]) continue;
      if (is_unexplained(fields[column], other, spaces_count[column])) {
        ++records;
        break;
      }
    }
  }
  return records;
}

std::size_t typed_columns(const DialectReading& reading) {
  std::size_t typed = 0;
  for (std::size_t column = 0; column < reading.sample.field_count; ++column) {
    std::size_t values = 0;
    std::size_t others = 0;
    for (std::size_t i = reading.record_count() > 1 ? 1 : 0; i < reading.record_count(); ++i) {
      if (!reading.is_even(i)) continue;
      const std::string& cell = reading.sample.records[i][column];
      if (cell.empty()) continue;
      ++(is_plain_number(cell) || is_number_with_comma(without_padding(cell)) || is_time_text(cell)
             ? values
             : others);
    }
    if (values > 0 && values >= 19 * others) ++typed;
  }
  return typed;
}

bool is_padded(const DialectReading& reading) {
  std::size_t records = 0;
  for (std::size_t i = 0; i < reading.record_count(); ++i) {
    if (!reading.is_even(i)) continue;
    const auto& fields = reading.sample.records[i];
    const auto& quoted = reading.quoted[i];
    for (std::size_t column = 1; column < fields.size(); ++column) {
      const bool before = !quoted[column - 1] && fields[column - 1].ends_with(' ');
      const bool after = !quoted[column] && fields[column].starts_with(' ');
      if (!before && !after) return false;
    }
    ++records;
  }
  return records >= 2;
}

}  // namespace kindred::data
