// What a look at all rows of a table tells about its columns.
//
//    missing values, how many distinct ones, the range and the spread of numbers, the most
//    frequent words, how evenly the words are spread
//
// One pass. Distinct values are counted exactly up to kDistinctMax of them, and so are the median
// and the other quantiles; beyond, they are values of the column whose rank is off by little
// (quantiles.h). Nothing is rounded: whole numbers of 64 bits keep all their digits, and a float
// counts as the decimal that was read. The effective
// number of words is exp(entropy): 1000 words of which one makes up nearly all rows count
// like two or three.
//
// Memory: the distinct values. Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kindred/data/csv_schema.h"
#include "kindred/data/dataset.h"

namespace kindred::features {

inline constexpr std::size_t kDistinctMax = 1'000'000;

struct WordCount {
  std::string word;
  std::uint64_t count = 0;
};

struct ColumnFacts {
  std::string name;
  data::CsvType type = data::CsvType::text;
  std::size_t row_count = 0;
  std::size_t missing_count = 0;
  std::size_t distinct_count = 0;
  bool has_more_distinct = false;   // Than were counted.
  double effective_count = 0.0;     // Of distinct values; see above.
  std::vector<WordCount> frequent;  // The most frequent values, at most three.
  // Of numbers:
  double minimum = 0.0;
  double maximum = 0.0;
  double mean = 0.0;
  double stddev = 0.0;
  double median = 0.0;  // A value of the column, or the middle between two.
  // Where numbers usually lie: all but one in a thousand, and not the few (at most three, or one
  // in two hundred) that are fifteen times as far beyond the quartiles as these are from each
  // other. Values of the column.
  double low = 0.0;
  double high = 0.0;
  bool ascends = false;  // Whole numbers, each above the one before it.
  // Of whole numbers: minimum and maximum with all their digits.
  std::int64_t whole_minimum = 0;
  std::int64_t whole_maximum = 0;
  // Words that come at least twice.
  std::size_t repeated_count = 0;
};

struct TableFacts {
  std::vector<ColumnFacts> columns;  // In the order of the file; the label's among them.
  std::size_t row_count = 0;
  std::string label;
};

// Throws as the dataset does. Requires: `rows` are read by `schema`.
TableFacts gather_facts(const data::CsvSchema& schema, const data::Dataset& rows);

}  // namespace kindred::features
