// Which separator a text has, and whether its first line is a header, from a look at
// its first records.
//
// The separator is the one of "::" tab "," ";" "|" and space that gives most records
// the same number of fields, at least two; among equals, the one that gives more fields.
// The first record is a header when some column holds numbers below it and no number in
// it, or when it holds words that the caller knows as column names.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/data/delimited.h"

namespace kindred::data {

struct Sample {
  Dialect dialect;
  std::vector<std::vector<std::string>> records;  // The first ones that are not blank.
  bool even = false;             // Whether all of them have the same number of fields.
  double even_share = 0.0;       // Share of the records that have the commonest number.
  std::size_t header_bytes = 0;  // Bytes up to the end of the first record that is not blank,
  std::size_t header_lines = 0;  // and lines up to there.
};

// Whether a record counts as blank: nothing in it but spaces.
bool is_blank(std::string_view record) noexcept;

// Throws Error(unsupported) when carriage returns alone end the lines of `head`.
void check_line_ends(std::string_view head, const std::string& file);

// The first records of `head`, split by `separator`, or by the one that fits best.
// `head_is_all`: the text ends with `head`.
Sample take_sample(std::string_view head, bool head_is_all,
                   const std::optional<std::string>& separator);

// Throws Error(invalid_argument) unless it is ",", "\t", "::", " ", ";", "|" or another
// text that could be a separator: no letter, digit, quote, point, minus or line end.
void check_separator(const std::string& separator);

// Whether the first record looks like names of columns. `known` says whether a text,
// reduced by normalized_name(), is the name of a column the caller expects.
bool looks_like_header(const Sample& sample, bool (*known)(std::string_view normalized));

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
