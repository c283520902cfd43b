// A file of metadata for rows that are already there: line by line, in their order.
//
// Tabs or commas between, gzip or zstd as usual. A file with one record for each row has no
// header, one with one more has: so the projector's files with a single column are read right,
// and so are those to which somebody has given a header all the same. Also read: the labels of
// an idx file, and an array of .npy.
//
// A column whose values are all numbers, or missing (data/missing_words.h), is a number column,
// unless one of them begins with a needless zero or is a whole number that a double would round,
// as long ids are. Columns without a name are called "label" (a single one) or "column_2", ....
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "kindred/data/table.h"

namespace kindred::embedding {

// Throws Error(invalid_argument), with file and line, when the records do not match the rows
// or each other; Error as ByteSource does.
data::Table read_row_metadata(const std::filesystem::path& path, std::size_t row_count);

// Texts as a column by the rule above: of numbers where all of them are, or missing.
data::Column typed_column(std::string name, data::TextColumn cells);

}  // namespace kindred::embedding
