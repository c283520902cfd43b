// Items and users files → metadata tables joined to a vocabulary, and attributes that
// are derived from who rated what.
//
// An items file names the id and, in further columns, title, genres, year, ...; a users
// file id, age, .... Formats are those of ratings files. Rows whose id is not in the
// vocabulary are counted and left out; ids of the vocabulary without a row get missing
// values.

#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kindred/data/interactions.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/data/table.h"
#include "kindred/data/vocabulary.h"

namespace kindred::data {

struct AttributesOptions {
  std::optional<std::string> separator;
  std::optional<bool> header;
  std::string id_column;             // Name or 1-based position; "" means the first.
  std::vector<std::string> columns;  // Names for a file without header, the id's included.
  Encoding encoding = Encoding::utf8;
};

struct Attributes {
  Table table;                          // One row for each label of the vocabulary.
  std::size_t unmatched_row_count = 0;  // Rows of the file whose id is not in the vocabulary.
  std::size_t missing_row_count = 0;    // Labels of the vocabulary without a row.
};

// Throws Error as read_ratings does; an id that appears twice is an error.
Attributes read_attributes(const std::filesystem::path& path, const AttributesOptions& options,
                           const Vocabulary& labels);

// Adds to `items` (one row for each item) what the interactions tell:
//   popularity    number of ratings: the tickets sold
//   audience_age  mean age of those who rated it, where `users` has a numeric column "age"
//   year          the "(1999)" that ends a title, where there is no column "year" yet
// Columns that the file already has are left as they are.
void add_derived_attributes(const Interactions& interactions, const Table& users, Table& items);

}  // namespace kindred::data
