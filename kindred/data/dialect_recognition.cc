#include "kindred/data/dialect_recognition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/data/dialect_reading.h"

namespace kindred::data {
namespace {

// In this order they are named; no order decides.
constexpr std::array<const char*, 6> kSeparators = {"::", "\t", ";", "|", ",", " "};

// Of readings less even than this, next to the best, nothing is weighed.
constexpr double kEvenEnough = 0.9;

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

// Whether a field of the head begins with a quote that does not end it.
bool breaks_quotes(std::string_view head, char separator) {
  for (std::size_t at = head.find('"'); at != std::string_view::npos; at = head.find('"', at + 1)) {
    if (at > 0 && head[at - 1] != separator && head[at - 1] != '\n') continue;
    do {
      at = head.find('"', at + 1);
      if (at == std::string_view::npos) return false;  // It may end behind the head.
      if (at + 1 < head.size() && head[at + 1] == '"') {
        ++at;
        continue;
      }
      break;
    } while (true);
    const char after = at + 1 < head.size() ? head[at + 1] : '\n';
    if (after != separator && after != '\n' && after != '\r') return true;
  }
  return false;
}

// Whether the quotes of a reading do what quotes are for: hold a separator or a line end, or
// stand around all cells of a column.
bool quotes_work(const DialectReading& quoted) {
  std::vector<std::size_t> by_column(quoted.sample.field_count, 0);
  std::size_t rows = 0;
  for (std::size_t i = 0; i < quoted.record_count(); ++i) {
    if (!quoted.is_even(i)) continue;
    ++rows;
    for (std::size_t column = 0; column < by_column.size(); ++column) {
      if (!quoted.quoted[i][column]) continue;
      ++by_column[column];
      const std::string& cell = quoted.sample.records[i][column];
      if (cell.find_first_of(quoted.sample.dialect.separator + "\n\"") != std::string::npos) {
        return true;
      }
    }
  }
  // A header may stand without quotes above cells that have them.
  return std::ranges::any_of(by_column,
                             [&](std::size_t count) { return count >= 2 && count + 1 >= rows; });
}

Guess guess_of(const std::string& file, const char* about, std::string taken, std::string evidence,
               const char* flag) {
  return {file, about, std::move(taken), std::move(evidence), flag};
}

// Tries the readings of a text and weighs them.
class DialectJudge {
 public:
  DialectJudge(std::string_view head, bool head_is_all, const DialectOptions& options,
               const std::string& file)
      : head_(head), head_is_all_(head_is_all), options_(options), file_(file) {}

  Sample run();

 private:
  DialectReading best_with(const std::string& separator) const;
  DialectReading read(const Dialect& dialect) const {
    return read_dialect(dialect, head_, head_is_all_);
  }
  void note_quotes(DialectReading& reading, const char* taken, const char* evidence) const;
  int compare(const DialectReading& a, const DialectReading& b) const;
  std::string evidence_for(const DialectReading& reading) const;
  Sample one_column();
  [[noreturn]] void refuse(const DialectReading& a, const DialectReading& b) const;
  void check_backslashes(const DialectReading& best) const;

  std::string_view head_;
  bool head_is_all_;
  const DialectOptions& options_;
  const std::string& file_;
};

void DialectJudge::note_quotes(DialectReading& reading, const char* taken,
                               const char* evidence) const {
  if (options_.quotes) return;
  reading.sample.guesses.push_back(
      guess_of(file_, "quotes", taken, evidence, "--quote none or --quote double"));
}

// The best reading with this separator: with quotes or without, with padding or without.
DialectReading DialectJudge::best_with(const std::string& separator) const {
  Dialect dialect = dialect_for(separator);
  if (options_.quotes)
    dialect.quotes = *options_.quotes && separator.size() == 1 && separator != " ";
  DialectReading reading = read(dialect);
  const bool may_choose = !options_.quotes && separator.size() == 1 && separator != " ";
  if (may_choose && separator == "\t" && breaks_quotes(head_, '\t')) {
    dialect.quotes = false;
    reading = read(dialect);
    note_quotes(reading, "text like any other",
                "a field begins with a quote that does not end it, as in a nickname");
  } else if (may_choose && !dialect.quotes && head_.find('"') != std::string_view::npos) {
    Dialect with = dialect;
    with.quotes = true;
    DialectReading quoted = read(with);
    if (quoted.misquoted == 0 && quoted.sample.even_share >= reading.sample.even_share &&
        quotes_work(quoted)) {
      reading = std::move(quoted);
      dialect = with;
      note_quotes(reading, "around fields", "they stand where quotes are needed");
    }
  }
  if (options_.separator || separator == " ") return reading;
  if (dialect.quotes && reading.misquoted > 0) {
    Dialect padded = dialect;
    padded.padded = true;
    DialectReading other = read(padded);
    if (other.misquoted == 0 && other.sample.even_share >= reading.sample.even_share) {
      return other;
    }
    Dialect literal = dialect;
    literal.quotes = false;
    DialectReading plain = read(literal);
    if (may_choose && reading.misquoted >= 3 && 4 * reading.misquoted >= reading.record_count() &&
        plain.sample.even_share >= 0.95 && head_.find("\\\"") == std::string_view::npos) {
      note_quotes(plain, "text like any other", "they stand inside fields");
      return plain;
    }
  }
  if (options_.spaces_count || !is_padded(reading)) return reading;
  dialect.padded = true;
  return read(dialect);
}

// Above 0 where `a` is the better reading, below where `b` is, 0 where nobody can tell.
int DialectJudge::compare(const DialectReading& a, const DialectReading& b) const {
  const auto fault = [](const DialectReading& one, const DialectReading& other) {
    // "State 1" and "Room 12" are texts where the first line does not part alike too.
    if (other.sample.dialect.separator == " " && !other.is_even(0)) return 0.0;
    const std::size_t count = unexplained(one, other.sample.dialect.separator);
    // One line in fifty may be odd for reasons of its own.
    return 50 * count > one.record_count() ? static_cast<double>(count) : 0.0;
  };
  const double fault_a = fault(a, b);
  const double fault_b = fault(b, a);
  if ((fault_a == 0.0) != (fault_b == 0.0)) return fault_a == 0.0 ? 1 : -1;
  // Spaces are explained by nearly everything, and explain nothing but themselves.
  const bool spaces_a = a.sample.dialect.separator == " ";
  const bool spaces_b = b.sample.dialect.separator == " ";
  if (fault_a == 0.0 && spaces_a != spaces_b) return spaces_a ? -1 : 1;
  // A first line that is like the others speaks for a reading: it may be a header.
  const bool first_a = a.is_even(0);
  const bool first_b = b.is_even(0);
  if (first_a != first_b) return first_a ? 1 : -1;
  const std::size_t typed_a = typed_columns(a);
  const std::size_t typed_b = typed_columns(b);
  if ((typed_a == 0) != (typed_b == 0)) return typed_a > 0 ? 1 : -1;
  // Tabs and double colons are typed to separate and hardly ever to mean themselves.
  const auto deliberate = [](const DialectReading& one) {
    return one.sample.dialect.separator == "\t" || one.sample.dialect.separator == "::";
  };
  if (deliberate(a) != deliberate(b)) return deliberate(a) ? 1 : -1;
  // How many borders each leaves unexplained, in a line.
  const std::size_t borders_a = a.sample.field_count - 1;
  const std::size_t borders_b = b.sample.field_count - 1;
  if (borders_a >= 2 * borders_b && typed_a >= typed_b) return 1;
  if (borders_b >= 2 * borders_a && typed_b >= typed_a) return -1;
  return 0;
}

std::string DialectJudge::evidence_for(const DialectReading& reading) const {
  std::size_t even = 0;
  for (std::size_t i = 0; i < reading.record_count(); ++i) even += reading.is_even(i) ? 1U : 0U;
  const std::size_t count = reading.record_count();
  if (even == count) {
    return count == 1 ? fmt::format("the line has {} fields", reading.sample.field_count)
                      : fmt::format("{} lines have {} fields each",
                                    head_is_all_ && count < kSampleRecords
                                        ? fmt::format("all {}", count)
                                        : fmt::format("the first {}", count),
                                    reading.sample.field_count);
  }
  return fmt::format("{} of {} lines have {} fields", even, count, reading.sample.field_count);
}

void DialectJudge::refuse(const DialectReading& a, const DialectReading& b) const {
  const auto show = [](const DialectReading& reading) {
    const auto& fields = reading.sample.records.front();
    std::string cells;
    for (std::size_t i = 0; i < fields.size() && i < 4; ++i) {
      cells += fmt::format("{}'{}'", i == 0 ? "" : " ", printable(fields[i], 24));
    }
    const std::string word = separator_word(reading.sample.dialect.separator);
    return Reading{fmt::format("{}: {} fields, line 1 is {}{}", word, fields.size(), cells,
                               fields.size() > 4 ? " ..." : ""),
                   "--separator " + word};
  };
  throw unclear(file_, "separator", {show(a), show(b)});
}

// Programs that write \" inside quotes are many; Kindred reads what RFC 4180 says.
void DialectJudge::check_backslashes(const DialectReading& best) const {
  if (options_.quotes || 10 * best.misquoted < best.record_count() || best.misquoted == 0) return;
  const std::size_t at = head_.find("\\\"");
  if (at == std::string_view::npos) return;
  const auto line =
      1 + std::count(head_.begin(), head_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  throw Error(ErrorCode::unsupported,
              fmt::format("{}:{}: quotes inside fields are written \\\" here; Kindred reads the "
                          "doubled quotes of RFC 4180 (\"\"): convert the file first, e.g. "
                          "sed 's/\\\\\"/\"\"/g', or read quotes as text with --quote none",
                          file_, line));
}

Sample DialectJudge::one_column() {
  Dialect dialect = dialect_for(",");
  if (options_.quotes) dialect.quotes = *options_.quotes;
  Sample sample = read(dialect).sample;
  sample.guesses.push_back(guess_of(file_, "separator", "none",
                                    "no separator parts the lines alike, so the file has one "
                                    "column",
                                    "--separator"));
  return sample;
}

Sample DialectJudge::run() {
  if (options_.separator) {
    check_separator(*options_.separator);
    DialectReading reading = best_with(*options_.separator);
    check_backslashes(reading);
    return std::move(reading.sample);
  }
  std::vector<DialectReading> readings;
  for (const char* separator : kSeparators) readings.push_back(best_with(separator));
  const auto best_share = std::ranges::max_element(readings, {}, [](const DialectReading& reading) {
                            return reading.sample.even_share;
                          })->sample.even_share;
  const DialectReading& commas = readings[4];
  check_backslashes(commas);
  if (options_.may_be_one_column && commas.one_field == commas.record_count() &&
      (best_share < kEvenEnough || commas.record_count() == 1)) {
    return one_column();
  }
  std::erase_if(readings, [&](const DialectReading& reading) {
    return reading.sample.even_share < kEvenEnough * best_share ||
           (best_share > 0.0 && reading.sample.field_count < 2);
  });
  if (best_share == 0.0) return std::move(readings[4].sample);
  std::size_t winner = 0;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    if (compare(readings[i], readings[winner]) > 0) winner = i;
  }
  for (std::size_t i = 0; i < readings.size(); ++i) {
    if (i != winner && compare(readings[winner], readings[i]) <= 0) {
      refuse(readings[winner], readings[i]);
    }
  }
  DialectReading& best = readings[winner];
  if (options_.may_be_one_column && best.sample.dialect.separator == " " &&
      typed_columns(best) == 0) {
    throw unclear(file_, "separator",
                  {{"one column of words", "--separator ,"},
                   {fmt::format("space: {}", evidence_for(best)), "--separator space"}});
  }
  std::string evidence = evidence_for(best);
  if (best.sample.dialect.padded) evidence += ", with spaces around that are no part of them";
  best.sample.guesses.insert(
      best.sample.guesses.begin(),
      guess_of(file_, "separator", separator_word(best.sample.dialect.separator),
               std::move(evidence), "--separator"));
  return std::move(best.sample);
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

Sample sample_of(const Dialect& dialect, std::string_view head, bool head_is_all) {
  return std::move(read_dialect(dialect, head, head_is_all).sample);
}

Sample take_sample(std::string_view head, bool head_is_all, const DialectOptions& options,
                   const std::string& file) {
  return DialectJudge(head, head_is_all, options, file).run();
}

std::string separator_word(const std::string& separator) {
  if (separator == ",") return "comma";
  if (separator == ";") return "semicolon";
  if (separator == "|") return "pipe";
  if (separator == "\t") return "tab";
  if (separator == " ") return "space";
  return fmt::format("'{}'", printable(separator));
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
