// Tables of coordinates as vectors: what table_layout.h found, read to the end.
//
// Words in the first column that is no coordinate are the labels, if they differ; classes, and
// further columns, are metadata. Thread safety: pure functions.

#pragma once

#include <string>
#include <string_view>

#include "kindred/embedding/import.h"

namespace kindred::embedding {

// Requires: no byte order mark before the text.
// Throws Error(invalid_argument) with file, line and cell.
Imported read_table_vectors(std::string_view text, const std::string& name,
                            const ImportOptions& options);

}  // namespace kindred::embedding
