// What a text of coordinates looks like, found out before it is read.
//
// Given is a text of records; asked is which byte separates the fields, whether the first record
// names them, and which columns are labels and not coordinates. Each reading is held against the
// first megabyte as a whole: the separator under which all records have one number of fields and
// most columns are numbers; a header because names stand where numbers stand below, or because
// the first line counts its columns (0, 1, 2, ... as pandas writes them) where no other line is
// of whole numbers; labels because they are words, or because the header calls them so.
//
// What stays open is an error with both readings: whole numbers beside decimals in the first or
// the last column may be ids or classes or a coordinate, a first line 0, 1, 2 among whole numbers
// a header or a point.
//
// Cost: O(min(text, 1 MiB)). Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/base/guess.h"
#include "kindred/data/delimited.h"
#include "kindred/embedding/import.h"

namespace kindred::embedding {

struct TableLayout {
  data::Dialect dialect = {" ", false};
  std::size_t fields_max = 0;     // The first fields are one word, so that no more are left.
  std::size_t comment_count = 0;  // Records before the first that counts: "# made by ...".
  bool has_header = false;
  bool header_is_short = false;     // It has no name for the first column, as R writes it.
  bool strips_quotes = false;       // "word" between spaces, as R writes it.
  std::vector<std::string> names;   // Of all columns; empty without a header.
  std::vector<std::size_t> labels;  // The columns that are no coordinates, ascending.
  std::size_t column_count = 0;
  bool whole = true;  // Whether the text was looked at to its end.
  Guesses guesses;
};

// `name` is the file's, for errors. `look_at_all`: not the first megabyte alone.
// Throws Error(invalid_argument) where the text is no table, or its reading is not clear.
TableLayout recognise_table(std::string_view text, const std::string& name,
                            const ImportOptions& options, bool look_at_all);

}  // namespace kindred::embedding
