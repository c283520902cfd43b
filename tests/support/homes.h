// Six homes with a column of each kind: numbers, words, ragged lists, rows of a matrix, a label.

#pragma once

#include <cstdint>
#include <vector>

#include "kindred/data/batch.h"
#include "kindred/data/tensor.h"

namespace kindred::test {

inline data::Batch homes() {
  using data::column;
  using data::TextList;
  data::Batch batch;
  batch.add("sq_footage", column(std::vector<float>{1000, 2000, 3000, 1000, 2000, 3000}));
  batch.add("type", column(TextList{"house", "house", "house", "apt", "apt", "apt"}));
  batch.add("rooms",
            data::ragged(std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}, {0, 2, 2, 3, 3, 5, 6}));
  batch.add("place", data::matrix(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2));
  batch.add("words", data::ragged(TextList{"a", "b", "c"}, {0, 0, 2, 2, 3, 3, 3}));
  batch.label = column(std::vector<float>{500, 1000, 1500, 700, 1300, 1900});
  return batch;
}

}  // namespace kindred::test
