// CSV files, larger than memory if need be, as a dataset of typed rows.
//
//    const CsvSchema schema = infer_csv_schema({"homes.csv"}, {.label = "price"});
//    const Dataset homes = csv_dataset({"homes.csv"}, schema);
//
// Each pass reads the files anew, one after the other, in the order given. Chunks are parsed
// in background threads while the rows before them are used; the rows do not depend on
// their number. Memory: a few chunks of a megabyte.
//
// Errors name file, line, column and value: "homes.csv:17: column 'price': 'x5' is not a
// number". With bad_count_max, rows that are wrong are left out instead, until there are
// more of them than that.

#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "kindred/data/csv_schema.h"
#include "kindred/data/dataset.h"

namespace kindred::data {

struct CsvReading {
  int thread_count = 1;           // Background threads; 0: everything happens in next().
  std::size_t bad_count_max = 0;  // Rows that may be left out in a pass; 0: the first is an error.
  // Called for the examples of rows left out, with file and line; from the thread that reads.
  std::function<void(const std::string& message)> on_bad = {};
  std::size_t chunk_bytes = std::size_t{1} << 20U;  // For tests; rows never depend on it.
};

// Throws Error(invalid_argument) when no column of the schema is used; while running, as
// described above.
Dataset csv_dataset(std::vector<std::filesystem::path> files, CsvSchema schema,
                    CsvReading reading = {});

}  // namespace kindred::data
