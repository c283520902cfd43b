#include "tests/tables/table_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "kindred/base/rng.h"

namespace kindred::test {
namespace {

using data::CsvType;
using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 16> kMissingNumbers = {
    "",    "",    "",    "NA", "N/A", "NULL", "null", "None",
    "nan", "NaN", "\\N", "-",  "?",   "n/a",  "<NA>", " "};
constexpr std::array<std::string_view, 1> kMissingEmpty = {""};
constexpr std::array<std::string_view, 6> kMissingAmongNames = {"", "\\N", "NaN", "?", "-", "<NA>"};
constexpr std::array<std::string_view, 5> kMissingAmongTruths = {"", "NA", "None", "null", "?"};
constexpr std::array<std::string_view, 4> kMissingAmongDates = {"", "NULL", "-", "NaT"};

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : rng_(seed) {}

  MadeTable make() {
    MadeTable table;
    static constexpr std::array<const char*, 3> kSeparators = {",", ";", "\t"};
    table.separator = kSeparators[rng_.below(kSeparators.size())];
    table.row_count = 5 + rng_.below(40);
    const std::size_t column_count = 2 + rng_.below(7);
    std::vector<std::vector<std::string>> written;
    for (std::size_t i = 0; i < column_count; ++i) {
      table.columns.push_back(make_column(i, table.row_count, written.emplace_back()));
    }
    write(table, written);
    return table;
  }

 private:
  struct Kind {
    const char* name;
    CsvType type;
    std::string (Maker::*cell)(std::size_t row);
    Words missing;
  };

  std::string digits(std::size_t count) {
    std::string text(1, static_cast<char>('1' + rng_.below(9)));
    while (text.size() < count) text += static_cast<char>('0' + rng_.below(10));
    return text;
  }
  std::string sign() { return rng_.below(4) == 0 ? "-" : ""; }
  std::string pick(Words words) { return std::string(words[rng_.below(words.size())]); }

  std::string small(std::size_t) { return sign() + digits(1 + rng_.below(9)); }
  // The first is too long for 32 bits, and so is the column.
  std::string wide(std::size_t row) { return sign() + digits(row == 0 ? 17 : 1 + rng_.below(18)); }
  std::string huge(std::size_t row) { return digits(row == 0 ? 22 : 20 + rng_.below(5)) + "1"; }
  std::string decimal(std::size_t row) {
    return sign() + digits(1 + rng_.below(3)) + "." + (row == 0 ? "5" : digits(1 + rng_.below(3)));
  }
  std::string precise(std::size_t row) {
    return digits(4) + "." + (row == 0 ? "123456789" : digits(1 + rng_.below(10)));
  }
  std::string scientific(std::size_t row) {
    return row == 0 ? "2.5e-3" : sign() + digits(1) + "." + digits(2) + "e" + sign() + digits(1);
  }
  std::string as_float(std::size_t) { return digits(10) + ".0"; }
  std::string zip(std::size_t row) { return row == 0 ? "02139" : digits(5); }
  std::string truth(std::size_t row) {
    return row == 0 ? "True" : rng_.below(2) == 0 ? "True" : "False";
  }
  std::string country(std::size_t row) {
    static constexpr std::array<std::string_view, 6> kCodes = {"DE", "NA", "FR", "US", "NO", "NL"};
    return row == 0 ? "DE" : pick(kCodes);
  }
  std::string level(std::size_t row) {
    static constexpr std::array<std::string_view, 4> kLevels = {"Low", "High", "None", "Middle"};
    return row == 0 ? "Low" : pick(kLevels);
  }
  std::string name(std::size_t row) {
    static constexpr std::array<std::string_view, 8> kNames = {
        "Rome", "Oslo", "Bonn", "Zürich", "Łódź", "São Paulo", "北京", "D'Arcy"};
    return row == 0 ? "Rome" : pick(kNames);
  }
  std::string sentence(std::size_t row) {
    static constexpr std::array<std::string_view, 6> kSentences = {
        "one, two; three", "say \"hello\"", "two\nlines",
        "a \"b, c\" d",    "tab\there",     "plain words"};
    return row == 0 ? "plain words" : pick(kSentences);
  }
  std::string date(std::size_t) {
    return fmt::format("20{:02}-{:02}-{:02}", rng_.below(30), 1 + rng_.below(12),
                       1 + rng_.below(28));
  }
  std::string constant(std::size_t) { return "7"; }
  std::string mostly_zero(std::size_t) { return rng_.below(10) == 0 ? digits(5) : "0"; }

  MadeColumn make_column(std::size_t place, std::size_t rows, std::vector<std::string>& written) {
    static const std::array<Kind, 16> kKinds = {{
        {"small", CsvType::int32, &Maker::small, kMissingNumbers},
        {"wide", CsvType::int64, &Maker::wide, kMissingNumbers},
        {"huge", CsvType::text, &Maker::huge, kMissingNumbers},
        {"decimal", CsvType::float32, &Maker::decimal, kMissingNumbers},
        {"precise", CsvType::float64, &Maker::precise, kMissingNumbers},
        {"scientific", CsvType::float32, &Maker::scientific, kMissingNumbers},
        {"as_float", CsvType::float64, &Maker::as_float, kMissingNumbers},
        {"zip", CsvType::text, &Maker::zip, kMissingAmongNames},
        {"truth", CsvType::text, &Maker::truth, kMissingAmongTruths},
        {"country", CsvType::text, &Maker::country, kMissingEmpty},
        {"level", CsvType::text, &Maker::level, kMissingEmpty},
        {"name", CsvType::text, &Maker::name, kMissingAmongNames},
        {"sentence", CsvType::text, &Maker::sentence, kMissingEmpty},
        {"date", CsvType::text, &Maker::date, kMissingAmongDates},
        {"constant", CsvType::int32, &Maker::constant, kMissingNumbers},
        {"mostly zero", CsvType::int32, &Maker::mostly_zero, kMissingNumbers},
    }};
    const Kind& kind = kKinds[rng_.below(kKinds.size())];
    MadeColumn column{
        fmt::format("{}_{}", kind.name, static_cast<char>('a' + place)), kind.name, kind.type, {}};
    // None of the last digits may make the words for missing numbers look like numbers' own.
    const std::uint64_t missing_in = rng_.below(3) == 0 ? 0 : 3 + rng_.below(10);
    for (std::size_t row = 0; row < rows; ++row) {
      const bool is_missing = row > 0 && missing_in > 0 && rng_.below(missing_in) == 0;
      const std::string meant = is_missing ? "" : (this->*kind.cell)(row);
      written.push_back(is_missing ? pick(kind.missing) : meant);
      column.cells.push_back(meant);
    }
    return column;
  }

  std::string quoted(const std::string& cell, const std::string& separator) {
    const bool must = cell.find_first_of("\"\n\r") != std::string::npos ||
                      cell.find(separator) != std::string::npos;
    // Quotes around nothing but spaces make them a text, and no missing value any more.
    const bool is_blank = !cell.empty() && cell.find_first_not_of(' ') == std::string::npos;
    if (!must && (is_blank || rng_.below(8) != 0)) return cell;
    std::string out = "\"";
    for (const char byte : cell) out += byte == '"' ? std::string("\"\"") : std::string(1, byte);
    return out + "\"";
  }

  void write(MadeTable& table, const std::vector<std::vector<std::string>>& written) {
    const std::string end = rng_.below(3) == 0 ? "\r\n" : "\n";
    if (rng_.below(5) == 0) table.text = "\xEF\xBB\xBF";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      table.text += (i > 0 ? table.separator : "") + table.columns[i].name;
    }
    table.text += end;
    for (std::size_t row = 0; row < table.row_count; ++row) {
      for (std::size_t i = 0; i < written.size(); ++i) {
        table.text += (i > 0 ? table.separator : "") + quoted(written[i][row], table.separator);
      }
      if (row + 1 < table.row_count || rng_.below(4) != 0) table.text += end;
    }
  }

  Rng rng_;
};

}  // namespace

MadeTable make_table(std::uint64_t seed) { return Maker(seed).make(); }

}  // namespace kindred::test
