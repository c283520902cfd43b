// Whether the first record of a table of coordinates names its columns.
//
// It does where words stand above numbers, and where it counts: 0, 1, 2, ... above numbers none
// of which is whole, or behind an empty first field, as pandas writes them. It does not where it
// is of numbers like the others. Where the others are whole numbers too, it may be either.
//
// Thread safety: pure functions.

#pragma once

#include <string>

#include "kindred/embedding/table_layout.h"
#include "kindred/embedding/table_sample.h"

namespace kindred::embedding {

// Sets has_header, header_is_short and names, and adds what was guessed.
// Throws Error(invalid_argument) where the line is half a header, or may be one or none.
void find_header(const TableSample& sample, const std::string& name, const ImportOptions& options,
                 TableLayout& layout);

// Whether a column of that name holds labels and not coordinates: id, word, class, "", ....
bool is_label_name(std::string_view name);

}  // namespace kindred::embedding
