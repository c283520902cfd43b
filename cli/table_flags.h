// The flags of all verbs that read tables: which files, and how to read them.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/common.h"
#include "kindred/data/csv_dataset.h"

namespace kindred::cli {

class Command;

struct TableFlags {
  std::vector<std::filesystem::path> files;
  data::CsvOptions reading;
  std::vector<std::string> types;  // "zip=text", as typed.
  std::vector<std::string> lists;  // "genres=|".
  std::size_t bad_count_max = 0;
};

void add_table_options(Command& verb, TableFlags& flags);

// What the flags say, on top of `base`: the settings of a configuration.
// Throws Error(invalid_argument) for a pair without '=' and for a type that does not exist.
data::CsvOptions reading_of(const TableFlags& flags, data::CsvOptions base);

// The dataset, which names on stderr the rows it leaves out.
data::Dataset open_table(const TableFlags& flags, const CommonOptions& common,
                         const data::CsvSchema& schema);

// Says what the look at the first rows found that people should know.
void tell_about_reading(const CommonOptions& common, const data::CsvSchema& schema);

// "homes.csv", or "homes.csv and 2 more".
std::string title_of(const TableFlags& flags);

}  // namespace kindred::cli
