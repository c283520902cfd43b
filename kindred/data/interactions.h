// Who touched what: a sparse users x items matrix with the names of both sides.
//
// Every distinct pair of the ratings file is one entry: its value is the rating (1
// where the file has none) and, where the file has them, its time. Users and items are
// numbered in the order in which the file first names them, so the same file gives the
// same numbers whatever the number of threads.

#pragma once

#include <cstdint>
#include <vector>

#include "kindred/data/value_scale.h"
#include "kindred/data/vocabulary.h"
#include "kindred/linalg/sparse.h"

namespace kindred::data {

struct Interactions {
  Vocabulary users;
  Vocabulary items;
  SparseMatrix by_user;                          // |users| x |items|; the value is the rating.
  std::vector<std::int64_t> timestamps;          // One for each entry of by_user, or empty.
  bool has_values = false;                       // Whether the file had ratings.
  ValueMeaning meaning = ValueMeaning::unknown;  // What the name of their column says of them.

  bool operator==(const Interactions&) const = default;
};

}  // namespace kindred::data
