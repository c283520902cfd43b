// The columns of a CSV file: their names, types, and what a missing value means.
//
// Types are inferred from the rows unless they are given: whole numbers, decimal numbers,
// or text, the narrowest that holds every value seen, digit for digit (csv_type.h). Empty fields
// do not vote, nor do the words that mean "missing" (missing_words.h, and what the options add).
// Numbers that begin with a needless zero, as zip codes do, are text.
//
// A missing value is never silently a 0. A column may have a default for it; or keep it as
// missing (NaN, an empty list where the column holds whole numbers, "" where it is text),
// for a feature column to decide; else it is an error. In a column of text an empty field is the
// text "", and of the words that mean "missing" those that look like its other words are words
// (column_votes.h); what was decided is among the warnings.
//
// Files may be gzip or zstd. The separator is recognised as in ratings files; the first row is
// a header unless one of its fields is a number.
// Thread safety: pure functions and plain values.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kindred/base/guess.h"
#include "kindred/data/csv_type.h"
#include "kindred/data/delimited.h"
#include "kindred/data/missing_words.h"
#include "kindred/data/text_reader.h"

namespace kindred::data {

struct CsvColumn {
  using Default = std::variant<double, std::string>;

  std::string name;
  CsvType type = CsvType::text;
  bool type_is_given = false;       // By the options, not by the rows.
  bool used = true;                 // Else it is passed over.
  bool keeps_missing = false;       // See above.
  std::optional<Default> fallback;  // The value of an empty field; goes before keeps_missing.
  // Where cells hold several values, as in "Animation|Comedy": what lies between them. The
  // column becomes lists, and an empty cell the empty list. "": one value a cell.
  std::string list_separator;
  // Of text: the words of the list that are missing values here, and no words.
  std::vector<std::string> missing_words = {};

  bool operator==(const CsvColumn&) const = default;
};

struct CsvOptions {
  // Format; each is recognised where it is not given.
  std::optional<std::string> separator = {};
  std::optional<bool> quotes = {};  // Whether quotes hold fields together; else they are text.
  std::optional<bool> header = {};
  std::vector<std::string> names = {};  // For a file without header, or in place of it.
  Encoding encoding = Encoding::utf8;
  bool trim = false;  // Takes spaces off both ends of text; numbers never mind them.

  // Columns; each by its name.
  std::map<std::string, CsvType, std::less<>> types = {};
  std::map<std::string, CsvColumn::Default, std::less<>> defaults = {};
  std::map<std::string, std::string, std::less<>> list_separators = {};
  std::vector<std::string> select = {};  // The columns to read; empty: all.
  // Further words that mean "missing", in any column; "" among them does away with the list.
  std::vector<std::string> missing_words = {};
  // What CsvColumn::missing_words is for columns of text; without it the rows decide.
  std::optional<std::map<std::string, std::vector<std::string>, std::less<>>> missing_in = {};
  bool keep_missing = false;  // For all columns without a default; a weight is needed all the same.
  std::vector<std::string> required = {};  // Columns whose missing values are not kept even so.
  std::string label = {};
  std::string weight = {};

  // Rows to infer types from; a value that does not fit later is an error that says so.
  std::size_t inference_rows = 10'000;
};

struct CsvSchema {
  Dialect dialect;
  Encoding encoding = Encoding::utf8;
  bool header = true;
  bool trim = false;
  std::vector<std::string> header_names;  // What every file's header must say, if there is one.
  std::vector<CsvColumn> columns;         // All of the file, in its order.
  MissingWords missing;
  std::string label;
  std::string weight;
  std::size_t inferred_rows = 0;      // How many rows the types come from; 0: from nobody's.
  Guesses format_guesses;             // What the options left open: format, words.
  std::vector<std::string> warnings;  // Whole sentences: spaces around text, numbers as text.

  // The column, or null.
  const CsvColumn* find(std::string_view name) const noexcept;
};

// Looks at the first rows of the files, all of which must have the same columns.
// Throws Error as text readers do; Error(not_found) that lists the columns for a name that
// is none of them; Error(invalid_argument) for two columns of one name, for a wrong number
// of names or fields, for a label that is also selected as a feature, and for files whose
// headers differ.
CsvSchema infer_csv_schema(const std::vector<std::filesystem::path>& files,
                           const CsvOptions& options);

// Whether a cell of this column is a missing value. Requires: no spaces around it.
bool is_missing(const CsvSchema& schema, const CsvColumn& column, std::string_view cell) noexcept;

// A cell as a whole number: none if it is anything else, or does not fit.
std::optional<std::int64_t> parse_whole(std::string_view text) noexcept;

// Opens a file of this schema: its name, past the header.
// Throws Error(invalid_argument) when its header is not that of the schema.
struct OpenCsv {
  TextReader reader;
  std::size_t first_line = 1;  // Of the rows.
};
OpenCsv open_csv(const std::filesystem::path& file, const CsvSchema& schema);

}  // namespace kindred::data
