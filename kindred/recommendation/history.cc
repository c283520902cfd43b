#include "kindred/recommendation/history.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/recommendation/text_file.h"
#include "kindred/recommendation/text_fold.h"

namespace kindred::recommendation {
namespace {

struct Rating {
  float value = 0.0F;
  std::size_t bytes = 0;  // Of the number's text.
};

// A number at the start of `text`, in plain decimal notation. One that is too large for a
// float comes back as infinite.
std::optional<Rating> leading_number(std::string_view text) {
  const bool plus = text.starts_with('+');
  if (plus) text.remove_prefix(1);
  const std::size_t digit = text.starts_with('-') ? 1 : 0;
  const bool starts =
      digit < text.size() && (text[digit] == '.' || (text[digit] >= '0' && text[digit] <= '9'));
  Rating rating;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), rating.value);
  if (!starts || failure == std::errc::invalid_argument) return std::nullopt;
  if (failure == std::errc::result_out_of_range) rating.value = HUGE_VALF;
  rating.bytes = static_cast<std::size_t>(end - text.data()) + (plus ? 1 : 0);
  return rating;
}

// The number that is the whole of `text`.
std::optional<float> whole_number(std::string_view text) {
  text = trim(text);
  const auto rating = leading_number(text);
  if (!rating || rating->bytes != text.size()) return std::nullopt;
  return rating->value;
}

HistoryEntry checked(std::string_view item, std::optional<float> rating, std::string where) {
  const std::string prefix = where.empty() ? "the history: " : where + ": ";
  if (trim(item).empty()) {
    throw Error(ErrorCode::invalid_argument, prefix + "a rating has no title before it");
  }
  if (rating && !std::isfinite(*rating)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}the rating of '{}' is too large to be one", prefix, trim(item)));
  }
  return {std::string(trim(item)), rating, std::move(where)};
}

// The entries of a stretch without semicolons.
void parse_stretch(std::string_view text, std::vector<HistoryEntry>& entries) {
  std::size_t begin = 0;
  for (std::size_t equals = text.find('='); equals != std::string_view::npos;
       equals = text.find('=', equals + 1)) {
    std::string_view rest = text.substr(equals + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const auto rating = leading_number(rest);
    if (!rating) continue;
    rest = trim(rest.substr(rating->bytes));
    if (!rest.empty() && rest.front() != ',') continue;
    entries.push_back(checked(text.substr(begin, equals - begin), rating->value, ""));
    if (rest.empty()) return;
    begin = text.find(',', equals) + 1;
  }
  const std::string_view last = trim(text.substr(begin));
  if (!last.empty()) entries.push_back(checked(last, std::nullopt, ""));
}

// A field in quotes at the start of `line`: its text, and the bytes it takes; none where the
// quotes do not close.
std::optional<std::pair<std::string, std::size_t>> closed_field(std::string_view line) {
  std::string field;
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] != '"') {
      field += line[at];
    } else if (at + 1 < line.size() && line[at + 1] == '"') {
      field += '"';
      ++at;
    } else {
      return std::pair(field, at + 1);
    }
  }
  return std::nullopt;
}

std::pair<std::string, std::size_t> quoted_field(std::string_view line, const std::string& where) {
  if (auto field = closed_field(line)) return *std::move(field);
  throw Error(ErrorCode::invalid_argument, where + ": a quote is opened and never closed");
}

HistoryEntry parse_line(const std::string& line, const std::string& where) {
  if (line.front() == '"') {
    const auto [title, bytes] = quoted_field(line, where);
    const std::string_view rest = trim(std::string_view(line).substr(bytes));
    if (rest.empty() || rest == ",") return checked(title, std::nullopt, where);
    const auto rating = rest.front() == ',' ? whole_number(rest.substr(1)) : std::nullopt;
    if (!rating) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: '{}' after the title is not a rating", where, rest));
    }
    return checked(title, rating, where);
  }
  const std::size_t comma = line.rfind(',');
  if (comma == std::string::npos) return checked(line, std::nullopt, where);
  const std::string_view tail = std::string_view(line).substr(comma + 1);
  if (trim(tail).empty()) return checked(line.substr(0, comma), std::nullopt, where);
  const auto rating = whole_number(tail);
  // Without a number after it the comma is part of the title.
  return rating ? checked(line.substr(0, comma), rating, where)
                : checked(line, std::nullopt, where);
}

struct QuotedEntry {
  HistoryEntry entry;
  std::size_t bytes = 0;  // Up to the separator that follows, or the end.
};

// An entry of a history that begins with an item in quotes, which may hold what separates
// entries; none where the quotes are part of a title: "Heroes" Symphony.
std::optional<QuotedEntry> quoted_entry(std::string_view text) {
  if (!text.starts_with('"') || text.find('"', 1) == std::string_view::npos) return std::nullopt;
  const auto field = closed_field(text);
  if (!field) return std::nullopt;  // Quotes that do not close belong to the title.
  std::size_t end = field->second;
  const auto pass_blanks = [&] { end = std::min(text.find_first_not_of(' ', end), text.size()); };
  pass_blanks();
  std::optional<float> rating;
  if (end < text.size() && text[end] == '=') {
    ++end;
    pass_blanks();
    const auto number = leading_number(text.substr(end));
    if (!number) return std::nullopt;
    rating = number->value;
    end += number->bytes;
    pass_blanks();
  }
  if (end < text.size() && text[end] != ',' && text[end] != ';') return std::nullopt;
  return QuotedEntry{checked(field->first, rating, ""), end};
}

// Where a stretch without quoted items ends: at a semicolon, or before a comma and an item in
// quotes.
std::size_t stretch_end(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == ';') return at;
    if (text[at] != ',') continue;
    const std::size_t next = text.find_first_not_of(' ', at + 1);
    if (next != std::string_view::npos && quoted_entry(text.substr(next))) return at;
  }
  return text.size();
}

bool is_header(std::string_view line) {
  const std::size_t comma = line.rfind(',');
  if (comma == std::string_view::npos) return false;
  const std::string last = fold(line.substr(comma + 1));
  constexpr std::array<std::string_view, 4> kNames = {"rating", "stars", "score", "value"};
  for (const std::string_view name : kNames) {
    if (last == name) return true;
  }
  return false;
}

}  // namespace

std::vector<HistoryEntry> parse_history(std::string_view text) {
  std::vector<HistoryEntry> entries;
  while (!text.empty()) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (const auto quoted = quoted_entry(text)) {
      entries.push_back(quoted->entry);
      text.remove_prefix(std::min(quoted->bytes + 1, text.size()));
      continue;
    }
    const std::size_t end = stretch_end(text);
    parse_stretch(text.substr(0, end), entries);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (entries.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "the history is empty; write it like \"Shrek (2001)=5,Memento (2000)=4\"");
  }
  return entries;
}

std::vector<HistoryEntry> read_history(const std::filesystem::path& path) {
  std::vector<HistoryEntry> entries;
  bool first = true;
  for (const TextLine& line : read_lines(path)) {
    const bool header = std::exchange(first, false) && is_header(line.text);
    if (header) continue;
    entries.push_back(parse_line(line.text, fmt::format("{}:{}", path.string(), line.number)));
  }
  if (entries.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{}: holds no history; write lines of id-or-title,rating", path.string()));
  }
  return entries;
}

}  // namespace kindred::recommendation
