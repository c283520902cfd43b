// All that a .kindred file holds of a "will watch" model: enough to recommend, to
// explain, to fold in new people and to say where it came from.
//
// A plain value. io.h reads and writes it; docs/format/model.md draws the bytes.

#pragma once

#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/positives.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/sparse.h"
#include "kindred/training/training_loop.h"

namespace kindred::model {

struct Model {
  std::string kind = "ials";
  factorization::IalsOptions options;
  data::PositiveRule positive_rule;  // Which of `seen` were positives in training.
  embedding::Embeddings items;
  embedding::Embeddings users;
  bool has_values = false;  // Whether `seen` holds ratings, or only ones.
  SparseMatrix seen;        // |U| x |I|: every pair of the file; the value is the rating.
  std::vector<training::EpochRecord> history;
  Json facts;  // Where it came from: file names, counts, versions. An object; for people.
};

// Throws Error(corrupt) unless all parts fit together: rows, dimensions, finite vectors.
void validate(const Model& model);

}  // namespace kindred::model
