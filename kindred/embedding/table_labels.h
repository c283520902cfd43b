// Which columns of a table of coordinates are none: words, ids, classes.
//
// Words are. Numbers are where the header calls them so (id, index, class, ...), or where they
// are all that the name of no column is like ("sku" beside x1, x2, x3). Without that, whole
// numbers beside decimals in the first or the last column may be either, and so may numbers in the
// first that count the rows; the file's reading is then not clear.
//
// Thread safety: pure functions.

#pragma once

#include <string>

#include "kindred/embedding/table_layout.h"
#include "kindred/embedding/table_sample.h"

namespace kindred::embedding {

// Sets `labels`, and adds what was guessed. Requires: find_header() was called.
// Throws Error(invalid_argument) where a cell is not a number that should be one, or a column may
// be labels or a coordinate.
void find_labels(const TableSample& sample, const std::string& name, const ImportOptions& options,
                 TableLayout& layout);

}  // namespace kindred::embedding
