// All that turns a table into features: how to read it, and its columns.
//
// This is what people write as TOML and what is kept beside a trained model:
//
//    label = "price"            # and: weight, separator, header, names, trim, encoding
//    missing = ["?"]            # further words that mean a missing value
//    [types]
//    zip = "text"               # int32, int64, float32, float64, text
//    [defaults]
//    rooms = 0                  # what a missing value becomes
//    [lists]
//    genres = "|"               # cells that hold several values, and what lies between them
//    [missing_in]
//    paved = ["NA"]             # which usual words are missing in a column of text; without the
//                               # table the rows decide (data/column_votes.h)
//    [[column]]
//    kind = "numeric"           # see column_json.h
//    key = "rooms"
//    [[column]]
//    kind = "indicator"         # words from a file, one a line, beside this one; the first
//    of = {kind = "vocabulary", key = "city", words_file = "cities.txt", words_file_size = 100}
//
// Thread safety: plain values and pure functions.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/csv_schema.h"
#include "kindred/features/column.h"

namespace kindred::features {

struct TableRecipe {
  data::CsvOptions reading;
  std::vector<Column> columns;
};

// Throws Error(invalid_argument) that names the setting, or the column by its number.
TableRecipe recipe_from_json(const Json& json);
Json to_json(const TableRecipe& recipe);

// Reads TOML, or JSON where the name ends in .json, and the files of words it names. Throws as
// parse_toml() and recipe_from_json() do, with the file's name; Error(not_found) when there is no
// such file.
TableRecipe read_recipe(const std::filesystem::path& path);

// Says which columns of the file are needed, so that the others are not even parsed, and that
// a missing value is for the columns to judge. `with_label` as for training; without it the
// label may be missing from the file, as it is when answers are still to be found.
// Throws Error(invalid_argument) when a column reads the label, which would give the answer
// away, or when there are no columns.
data::CsvOptions reading_options(const TableRecipe& recipe, bool with_label);

// The fields that no row may miss, since a column of numbers reads them and has no default: for
// CsvOptions::required, so that the reader names the line.
std::vector<std::string> required_fields(const TableRecipe& recipe);

// The recipe with the types that the schema found, so that every later file is read alike;
// what it says about fields that no column reads is left out, since later files may lack them.
TableRecipe with_types(TableRecipe recipe, const data::CsvSchema& schema);

// Whether nothing is left for adapt() to learn.
bool is_learned(const TableRecipe& recipe);

}  // namespace kindred::features
