// The file in which edited labels are kept: beside the data, never in it.
//
//    label,label before
//    7,7
//    3,5                     somebody has changed a 5 into a 3
//
// A header, then a line for each row. Each edited column stands before what the data itself says,
// so that nothing is lost and every change can be found; `--labels` reads the file like any other.
// Cells that nobody edited keep the text that the data has. Where a column is called "label
// before" itself, the other is called "label before (2)".
// Fields are quoted as in RFC 4180, and missing values are empty.
//
// Thread safety: pure functions of their arguments and the disk.

#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "kindred/data/table.h"

namespace kindred::serving {

struct EditedColumn {
  data::TextColumn now;
  data::TextColumn before;
};

using EditedColumns = std::map<std::string, EditedColumn, std::less<>>;

// No columns where there is no file. Throws Error(invalid_argument), naming the file, when it is
// another kind of file or of another number of rows; Error as ByteSource does.
EditedColumns read_label_file(const std::filesystem::path& file, std::size_t row_count);

// Atomically; throws Error(io) with path and cause, which leaves the old file.
// Requires: all columns are of one length.
void write_label_file(const std::filesystem::path& file, const EditedColumns& columns);

}  // namespace kindred::serving
