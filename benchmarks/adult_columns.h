// Feature columns for rows like Adult's, as for a wide and deep network: every number as a
// z-score, every word one-hot, two of them embedded, ages cut into buckets, and ages crossed
// with occupations.

#pragma once

#include <string>
#include <vector>

#include "kindred/data/csv_dataset.h"
#include "kindred/features/adapt.h"
#include "kindred/features/column.h"

namespace kindred::benchmarks {

inline std::vector<features::Column> adult_recipes() {
  using namespace features;
  std::vector<Column> columns;
  for (const char* name :
       {"age", "fnlwgt", "education_num", "capital_gain", "capital_loss", "hours_per_week"}) {
    columns.emplace_back(numeric(name, {ZScore{}}));
  }
  const CategoricalColumn ages =
      bucketized(numeric("age"), {18, 25, 30, 35, 40, 45, 50, 55, 60, 65});
  columns.emplace_back(indicator(ages));
  for (const char* name :
       {"workclass", "education", "marital_status", "relationship", "race", "sex"}) {
    columns.emplace_back(indicator(vocabulary(name, {})));
  }
  columns.emplace_back(embedding(vocabulary("occupation", {}), 8));
  columns.emplace_back(embedding(vocabulary("native_country", {}), 8));
  columns.emplace_back(indicator(crossed({ages, raw("occupation")}, 1000)));
  return columns;
}

inline data::CsvOptions adult_reading() {
  data::CsvOptions options;
  options.label = "income";
  options.missing_words = {"?"};
  return options;
}

// The columns with words and statistics of the first rows.
inline std::vector<features::Column> adult_columns(const data::Dataset& rows) {
  return features::adapt(adult_recipes(), rows.take(20'000)).columns;
}

}  // namespace kindred::benchmarks
