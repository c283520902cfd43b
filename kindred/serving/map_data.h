// What a map shows: things with vectors, what is known of each, and perhaps an image of each.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "kindred/base/guess.h"
#include "kindred/base/json.h"
#include "kindred/data/exact_text.h"
#include "kindred/data/point_images.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/search/exact.h"
#include "kindred/serving/label_file.h"

namespace kindred::serving {

// The name under which the labels of the rows are a column like any other.
inline constexpr const char* kIdColumn = "id";

struct MapData {
  std::string name;   // "mnist.npy": the title of the page.
  std::string about;  // "10,000 images of 28 x 28 pixels": a line for people.
  embedding::Embeddings things;
  data::PointImages images;                           // Empty: none.
  search::Metric metric = search::Metric::euclidean;  // What near means, unless asked otherwise.
  std::string color_column;                           // What the points are coloured by; "": none.

  // For each row the probability of each of `classes`, which are the labels of color_column in
  // natural order, by a classifier that did not see the row; empty: none.
  Matrix probabilities;
  std::vector<std::string> classes;
  std::string remark;  // A sentence: how they were read where that was not plain; often "".

  Guesses guesses;  // What its files left open, and how it was read.

  data::WrittenCells written;  // The texts of the metadata's number columns, edited or not.

  std::filesystem::path label_file;  // Where edited labels are kept; empty: nowhere.
  EditedColumns edited;              // What it holds, laid over the metadata already.

  std::size_t size() const noexcept { return things.size(); }
};

// Gives the labels of the rows the column kIdColumn, where the metadata has none of that name
// and the labels are more than row numbers, and chooses the colour: the column that is called
// "label" or "class", else the first with 2 to 30 distinct values.
// Throws Error(corrupt) or Error(invalid_argument) unless the parts fit together.
void prepare(MapData& data);

// Whether the column's values are groups rather than quantities: texts of 2 to 250 kinds, whole
// numbers of 2 to 30. The page has the same rule (web/src/columns.ts).
bool is_categorical(const data::Column& column);

// {"name", "about", "count", "dimensions", "metric", "color", "title", "columns": [...],
// "images": {...} or null}, the columns being those of `table`: the metadata as it is now.
Json describe(const MapData& data, const data::Table& table);

// {"name", "kind", "distinct", "missing", "whole"}
Json describe(const data::Column& column);

// The values of a column for the page: of numbers the 64-bit floats (NaN where missing); of
// texts a 32-bit length, a JSON array of that many bytes with the distinct texts, zeros up to
// a multiple of four, and for each row a 32-bit place in the array (2^32 - 1 where missing).
// Little-endian.
std::string column_bytes(const data::Column& column);

// Little-endian floats as they lie in memory.
std::string float_bytes(std::span<const float> values);

}  // namespace kindred::serving
