// One chunk of a CSV file as typed columns: the parallel part of reading tables.
//
// Lines are counted from the start of the chunk; whoever reads the chunks in the order of
// the file (csv_dataset.cc) knows where that is.
//
// Cost: about 15 ns a cell. Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kindred/data/batch.h"
#include "kindred/data/csv_schema.h"

namespace kindred::data {

struct CsvProblem {
  std::size_t line = 0;  // Of the chunk, from 0.
  std::string message;
};

struct CsvBlock {
  Batch rows;
  std::size_t line_count = 0;
  std::size_t bad_count = 0;             // Rows left out.
  std::vector<CsvProblem> bad_examples;  // The first of them.
  bool failed = false;                   // Nothing after the failure can be read.
  CsvProblem failure;
};

// `stop_at_bad_row`: the first one is enough, as it will be an error.
CsvBlock parse_csv_block(const TextChunk& chunk, const CsvSchema& schema, bool stop_at_bad_row);

}  // namespace kindred::data
