// Tables as people's programs write them, made by a seed together with the truth about them.
//
// Each column is of one kind (small and long whole numbers, decimals of few and of many digits,
// numbers with exponents, zip codes, truth values, codes of countries, names, sentences, dates, a
// constant, nearly a constant, mostly zero) and misses some of its values in a way that fits the
// kind: an empty cell, or a word that can mean nothing else there. Cells are quoted where they have
// to be and sometimes where not; lines end in one of two ways; a byte order mark may come first.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kindred/data/csv_type.h"

namespace kindred::test {

struct MadeColumn {
  std::string name;
  std::string kind;
  data::CsvType type = data::CsvType::text;
  std::vector<std::string> cells;  // What each cell means; "" where it is missing.
};

struct MadeTable {
  std::string text;
  std::string separator;
  std::vector<MadeColumn> columns;
  std::size_t row_count = 0;
};

MadeTable make_table(std::uint64_t seed);

}  // namespace kindred::test
