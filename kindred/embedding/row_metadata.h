// A file of metadata for rows that are already there: line by line, in their order.
//
// Tabs or commas between, gzip or zstd as usual. A file with one record for each row has no
// header, one with one more has: so the projector's files with a single column are read right,
// and so are those to which somebody has given a header all the same. Empty lines at the end are
// rows where the count needs them. The projector's TSV knows no quotes, that of spreadsheets and
// pandas does: quotes are taken off where all fields that have them need them, or where the
// count is right only so. Also read: the labels of an idx file, and an array of .npy.
//
// A column whose values are all numbers, or missing (data/missing_words.h), is a number column,
// whose texts are kept beside it (data/exact_text.h); unless one of them begins with a needless
// zero, or is a whole number that a double would round: then they are ids, and texts. Columns
// without a name are called "label" (a single one) or "column_2", ...; a name that comes twice gets
// a number.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "kindred/data/exact_text.h"
#include "kindred/data/table.h"
#include "kindred/data/tensor.h"

namespace kindred::embedding {

// Throws Error(invalid_argument), with file and line, when the records do not match the rows
// or each other; Error as ByteSource does. `encoding`: "", "utf-8" or "latin-1". To `written`,
// where it is not null, go the texts of number columns.
data::Table read_row_metadata(const std::filesystem::path& path, std::size_t row_count,
                              const std::string& encoding = "",
                              data::WrittenCells* written = nullptr);

// The cells of a CSV file with a header, as they are, and names that may come twice.
struct NamedCells {
  std::vector<std::string> names;
  std::vector<data::TextColumn> columns;
};
NamedCells read_csv_cells(const std::filesystem::path& path, std::size_t row_count);

// Texts as a column by the rule above: of numbers where all of them are, or missing.
data::Column typed_column(std::string name, data::TextColumn cells,
                          data::WrittenCells* written = nullptr);

// Requires: one value a row. Whole numbers that 64-bit floats do not hold are texts.
data::Column column_of_tensor(std::string name, const data::Tensor& tensor);

}  // namespace kindred::embedding
