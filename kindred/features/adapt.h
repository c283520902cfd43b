// Learning what columns need to know of the training rows: words, boundaries, statistics.
//
//    const Adapted learned = adapt({indicator(vocabulary("city", {})),
//                                   numeric("age", {ZScore{}})}, train_rows);
//    const Encoder encoder(learned.columns);
//
// One pass over the dataset, row after row, so that equal rows in an equal order give
// equal columns. Columns that have nothing to learn stay as they are. Never show it rows
// that are meant for evaluation.
//
//   vocabulary   the words that are there at least word_uses_min times, the most frequent
//                first (equals by their bytes), at most word_count_max of them, with counts;
//                where no word is there so often, all of them, with a warning
//   bucketized   boundaries at the quantiles (quantiles.h)
//   z-score      mean and standard deviation (of the population) of what the normalizers
//                before it give; min-max alike
//
// Values that are missing teach nothing.
//
// Cost: about 50 ns a word, 20 ns a number. Memory: the distinct words.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kindred/data/dataset.h"
#include "kindred/features/column.h"

namespace kindred::features {

struct Adapted {
  std::vector<Column> columns;  // In the order of the recipes.
  std::size_t row_count = 0;
  std::vector<std::string> warnings;  // Whole sentences: a constant column, words left out.
};

struct AdaptOptions {
  // A column that finds nothing to learn, because all its values are missing in these rows, is left
  // out with a warning; else it is an error.
  bool leaves_out_empty = false;
};

// Throws Error(invalid_argument) as check_column() and Encoder::encode() do, for a dataset
// without rows or without end, and for a column that found nothing to learn.
Adapted adapt(std::vector<Column> recipes, const data::Dataset& rows,
              const AdaptOptions& options = {});

}  // namespace kindred::features
