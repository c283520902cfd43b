// Items and users files → metadata tables joined to a vocabulary, and attributes that
// are derived from who rated what.
//
// An items file names the id and, in further columns, title, genres, year, ...; a users
// file id, age, .... Formats are those of ratings files. Rows whose id is not in the
// vocabulary are counted and left out; ids of the vocabulary without a row get missing
// values. A column whose values are all numbers is a number column, unless one of them
// begins with a needless zero, as zip codes do, or is a whole number that a double would round,
// as long ids are. Words that mean a missing value are read as tables read them (column_votes.h).
//
// A file without a header gets the names of the MovieLens files it looks like:
//   2 columns            id title
//   3 columns            id title genres                 (movies.dat)
//   5, the 2nd F or M    id gender age occupation zip    (users.dat)
//   5, the 3rd F or M    id age gender occupation zip    (u.user)
//   24, the last 19 0/1  id title release_date video_release_date url genres   (u.item)
// where the 19 flags become one text such as "Animation|Comedy"; and else column_2,
// column_3, ....

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kindred/data/interactions.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/data/table.h"
#include "kindred/data/vocabulary.h"

namespace kindred::data {

struct AttributesOptions {
  std::optional<std::string> separator = {};
  std::optional<bool> quotes = {};
  std::optional<bool> header = {};
  std::string id_column = {};             // Name or 1-based position; "" means the first.
  std::string title_column = {};          // The one that becomes "title"; "" is recognised.
  std::vector<std::string> columns = {};  // Names for a file without header, the id's included.
  Encoding encoding = Encoding::utf8;
  std::vector<std::string> missing_words = {};  // As in CsvOptions.
  std::string missing_flag = "--missing";       // What people call that, for guesses.
  OnBad on_bad = OnBad::error;                  // What to do about a row that cannot be used.
  std::size_t bad_count_max = 1000;             // With skip: more of them are an error after all.
  std::string kind = "items";  // "items" or "users": how flags and messages call it.
};

struct Attributes {
  Table table;                          // One row for each label; the id is not a column.
  std::size_t unmatched_row_count = 0;  // Rows of the file whose id is not in the vocabulary.
  std::size_t missing_row_count = 0;    // Labels of the vocabulary without a row.
  Vocabulary unmatched = {};            // Those ids, in the order of the file.
  Guesses guesses = {};                 // What the options left open.
  std::size_t bad_row_count = 0;        // Rows left out,
  std::vector<std::string> bad_row_examples = {};  // and the first of them, with line numbers.
};

// Throws Error as read_ratings does; an id that appears twice is an error, and so is any
// bad row.
Attributes read_attributes(const std::filesystem::path& path, const AttributesOptions& options,
                           const Vocabulary& labels);

// Adds to `items` (one row for each item) what the interactions tell:
//   popularity    number of ratings: the tickets sold
//   audience_age  mean age of those who rated it, where `users` has a numeric column "age"
//   year          the "(1999)" that ends a title, where there is no column "year" yet
// Columns that the file already has are left as they are.
void add_derived_attributes(const Interactions& interactions, const Table& users, Table& items);

// The column that people mean: by its name, else without regard to case, else in the
// singular or plural ("genre" finds "genres"), else by another name of a derived
// attribute ("tickets" is popularity, "age" is audience_age). Null if there is none.
const Column* find_attribute(const Table& table, std::string_view name);

// The column that holds titles or names, or null.
const Column* find_title(const Table& table);

// Whether a cell such as "Animation|Children's|Comedy" is, or has among its parts, the
// word `token`; upper and lower case are alike. Parts lie between '|', or else ';', or
// else ','.
bool has_token(std::string_view cell, std::string_view token);

// The year in a title that ends in "(1999)".
std::optional<int> year_of_title(std::string_view title);

}  // namespace kindred::data
