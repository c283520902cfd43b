// Which separator and which quotes a text has, from a look at its first records.
//
// Every separator of "::" tab ";" "|" "," and space is tried, and what is weighed are whole
// readings, not their numbers of fields: how many records have as many fields as most; whether
// quotes stand where quotes may stand; how many columns hold numbers or times; and whether the
// separators of another reading, which lie inside the fields of this one, can be explained
// there (a space between words, a comma in 3,5 or behind a word, anything inside quotes). A
// reading wins that explains the others and that none of them explains. Where none does, that
// is an error that shows two of them: nobody should learn from users called "1,Anna".
//
// A sample costs some milliseconds, once a file.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/guess.h"
#include "kindred/data/delimited.h"

namespace kindred::data {

struct Sample {
  Dialect dialect;
  std::vector<std::vector<std::string>> records;  // The first ones that are not blank.
  bool even = false;             // Whether all of them have the same number of fields.
  double even_share = 0.0;       // Share of the records that have the commonest number,
  std::size_t field_count = 0;   // and that number: at least two, else 0.
  std::size_t header_bytes = 0;  // Bytes up to the end of the first record that is not blank,
  std::size_t header_lines = 0;  // and lines up to there.
  Guesses guesses;               // What was not said about the dialect.
};

// What is said about the dialect; the rest is recognised.
struct DialectOptions {
  std::optional<std::string> separator = {};
  std::optional<bool> quotes = {};
  bool may_be_one_column = false;  // A file of one column is none of a separator's.
  bool spaces_count = false;       // Spaces around all separators are part of the cells.
};

// Whether a record counts as blank: nothing in it but spaces.
bool is_blank(std::string_view record) noexcept;

// Throws Error(unsupported) when carriage returns alone end the lines of `head`.
void check_line_ends(std::string_view head, const std::string& file);

// The first records of `head`, in the dialect that is said or fits best. `head_is_all`: the
// text ends with `head`. Throws Error(invalid_argument) where two dialects fit equally well,
// or none that is read, and what check_separator throws. `file` is for messages.
Sample take_sample(std::string_view head, bool head_is_all, const DialectOptions& options,
                   const std::string& file);

// The first records of `head` as this dialect has them.
Sample sample_of(const Dialect& dialect, std::string_view head, bool head_is_all);

// Throws Error(invalid_argument) unless it is ",", "\t", "::", " ", ";", "|" or another
// text that could be a separator: no letter, digit, quote, point, minus or line end.
void check_separator(const std::string& separator);

// "comma", "tab", "'::'": as people say it, and as --separator takes it.
std::string separator_word(const std::string& separator);

// Lower case, letters and digits alone: "User_ID" is "userid".
std::string normalized_name(std::string_view name);

// The column that a flag names: a header name (exact, else case-insensitive where only
// one matches) or a 1-based position. `flag` and `file` are for messages.
// Throws Error(not_found) that lists the columns there are.
struct ColumnWish {
  std::string text;
  std::string flag;
  std::string file;
};
std::size_t find_column(const ColumnWish& wish, const std::vector<std::string>& names,
                        std::size_t column_count);

}  // namespace kindred::data
