#include "kindred/data/dialect_recognition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/number_text.h"

namespace kindred::data {
namespace {

constexpr std::size_t kSampleCount = 200;
constexpr std::array<const char*, 6> kSeparators = {"::", "\t", ",", ";", "|", " "};

bool is_number(std::string_view text) {
  double value = 0.0;
  return parse_number(text, value) == NumberFault::none;
}

// The records of `head` as one dialect reads them.
Sample sample_with(const Dialect& dialect, std::string_view head, bool head_is_all) {
  Sample sample;
  sample.dialect = dialect;
  FieldSplitter splitter(dialect);
  std::size_t bytes = 0;
  std::size_t lines = 0;
  std::map<std::size_t, std::size_t> count_of_field_count;
  while (bytes < head.size() && sample.records.size() < kSampleCount) {
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
    if (splitter.split(line)) {
      for (std::size_t i = 0; i < splitter.field_count(); ++i) fields.emplace_back(splitter[i]);
    }
    ++count_of_field_count[fields.size()];
    sample.records.push_back(std::move(fields));
  }
  std::size_t commonest = 0;
  for (const auto& [field_count, count] : count_of_field_count) {
    if (field_count >= 2) commonest = std::max(commonest, count);
  }
  sample.even = count_of_field_count.size() == 1;
  sample.even_share = sample.records.empty() ? 0.0
                                             : static_cast<double>(commonest) /
                                                   static_cast<double>(sample.records.size());
  return sample;
}

std::size_t widest(const Sample& sample) {
  std::size_t fields = 0;
  for (const auto& record : sample.records) fields = std::max(fields, record.size());
  return fields;
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& byte : out) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return out;
}

std::string list_columns(const std::vector<std::string>& names, std::size_t column_count) {
  if (names.empty()) {
    return fmt::format("there is no header; the columns are 1 to {}", column_count);
  }
  std::vector<std::string> shown;
  for (const std::string& name : names) shown.push_back(printable(name));
  return fmt::format("the columns are: {}", fmt::join(shown, ", "));
}

// A number, or what somebody wrote for one that is not finite.
bool is_value(const std::string& field) {
  double value = 0.0;
  const NumberFault fault = parse_number(field, value);
  return fault == NumberFault::none || fault == NumberFault::not_finite;
}

}  // namespace

bool is_blank(std::string_view record) noexcept {
  return record.find_first_not_of(' ') == std::string_view::npos;
}

void check_line_ends(std::string_view head, const std::string& file) {
  if (head.find('\n') != std::string_view::npos || head.find('\r') == std::string_view::npos) {
    return;
  }
  throw Error(ErrorCode::unsupported,
              fmt::format("{}: lines end in a carriage return alone; convert the file first: "
                          "tr '\\r' '\\n'",
                          file));
}

void check_separator(const std::string& separator) {
  const auto is_possible = [](char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) == 0 && byte != '"' && byte != '.' &&
           byte != '-' && byte != '\n' && byte != '\r' && byte != '\0';
  };
  if (!separator.empty() && separator.size() <= 8 &&
      std::all_of(separator.begin(), separator.end(), is_possible)) {
    return;
  }
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("'{}' cannot separate columns; use , ; | :: tab or space", printable(separator)));
}

Sample take_sample(std::string_view head, bool head_is_all,
                   const std::optional<std::string>& separator) {
  if (separator) {
    check_separator(*separator);
    return sample_with(dialect_for(*separator), head, head_is_all);
  }
  Sample best;
  bool found = false;
  for (const char* candidate : kSeparators) {
    Sample sample = sample_with(dialect_for(candidate), head, head_is_all);
    const bool better = !found || sample.even_share > best.even_share ||
                        (sample.even_share == best.even_share && widest(sample) > widest(best));
    if (better) best = std::move(sample);
    found = true;
  }
  return best;
}

bool looks_like_header(const Sample& sample, bool (*known)(std::string_view normalized)) {
  if (sample.records.empty()) return false;
  const std::vector<std::string>& first = sample.records.front();
  std::size_t known_count = 0;
  for (const std::string& field : first) {
    if (known(normalized_name(field))) ++known_count;
  }
  if (known_count >= 2) return true;
  // A name is not a number: a row with one bad cell is a bad row, and no header.
  if (std::any_of(first.begin(), first.end(), is_value)) return false;
  for (std::size_t column = 0; column < first.size(); ++column) {
    if (first[column].empty() || is_number(first[column])) continue;
    std::size_t number_count = 0;
    std::size_t text_count = 0;
    for (std::size_t i = 1; i < sample.records.size(); ++i) {
      const std::vector<std::string>& record = sample.records[i];
      if (record.size() != first.size() || record[column].empty()) continue;
      ++(is_number(record[column]) ? number_count : text_count);
    }
    // A bad number further down must not turn the header into a row.
    if (number_count > 0 && number_count >= 9 * text_count) return true;
  }
  return false;
}

std::string normalized_name(std::string_view name) {
  std::string out;
  for (const char byte : lower_ascii(name)) {
    if (std::isalnum(static_cast<unsigned char>(byte)) != 0) out += byte;
  }
  return out;
}

std::size_t find_column(const ColumnWish& wish, const std::vector<std::string>& names,
                        std::size_t column_count) {
  const auto matches = [&](auto&& same) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (same(names[i])) found.push_back(i);
    }
    return found;
  };
  std::vector<std::size_t> found = matches([&](const auto& name) { return name == wish.text; });
  if (found.empty()) {
    found = matches([&](const auto& name) { return lower_ascii(name) == lower_ascii(wish.text); });
  }
  if (found.size() > 1) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{}: {} columns are called '{}'; choose one by its position: {} {}", wish.file,
                    found.size(), printable(wish.text), wish.flag, found.front() + 1));
  }
  if (found.size() == 1) return found.front();
  std::size_t position = 0;
  const char* const end = wish.text.data() + wish.text.size();
  const auto [stop, error] = std::from_chars(wish.text.data(), end, position);
  if (stop == end && error == std::errc() && position >= 1 && position <= column_count) {
    return position - 1;
  }
  throw Error(ErrorCode::not_found,
              fmt::format("{}: {} names column '{}'; {}", wish.file, wish.flag,
                          printable(wish.text), list_columns(names, column_count)));
}

}  // namespace kindred::data
