// Numbers as texts that lose nothing, for files and for machines; table.h has the ones for people.
//
// A number column forgets how its cells were written: 1.10, +7, 1e3. Where the texts matter they
// are kept beside it, as WrittenCells: of the columns whose cells exact_cell() does not give back.
//
// Thread safety: pure functions and plain values.

#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "kindred/data/table.h"

namespace kindred::data {

// By the names of number columns: the texts that they were read from, a cell a row.
using WrittenCells = std::map<std::string, TextColumn, std::less<>>;

// A number with the fewest digits that read back as it, whole ones without an exponent up to 2^53.
std::string exact_number(double value);

// The text that it was read from, if `written` has it, else exact_number(); "" where it is missing.
std::string exact_cell(const Column& column, std::size_t row, const WrittenCells& written = {});

// All of them.
TextColumn exact_cells(const Column& column, const WrittenCells& written = {});

}  // namespace kindred::data
