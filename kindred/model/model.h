// All that a .kindred file holds: of what people will watch and, where it was asked for,
// of what they would rate; enough to recommend, to predict, to explain, to fold in new
// people and to say where it came from.
//
// A plain value. io.h reads and writes it; docs/format/model.md draws the bytes.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/positives.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/sparse.h"
#include "kindred/model/rating_model.h"
#include "kindred/training/training_loop.h"

namespace kindred::model {

// What a model learned: "ials" is what people will watch; "rating" is ratings alone, and
// the vectors of items and users are then those of the first draw, without the biases.
// "towers" is what people will watch, from what is known of them and of the items
// (recommendation/two_towers.h); the options are those of folding people in, and dimensions.
inline constexpr const char* kWatchKind = "ials";
inline constexpr const char* kRatingKind = "rating";
inline constexpr const char* kTowersKind = "towers";

struct Model {
  std::string kind = kWatchKind;
  factorization::IalsOptions options;
  data::PositiveRule positive_rule;  // Which of `seen` were positives in training.
  embedding::Embeddings items;
  embedding::Embeddings users;
  bool has_values = false;             // Whether `seen` holds ratings, or only ones.
  std::optional<RatingModel> ratings;  // What they would rate; none where nobody asked.
  SparseMatrix seen;  // |U| x |I|: every pair of the file; the value is the rating.
  std::vector<training::Epoch> history;
  Json facts;  // Where it came from: file names, counts, versions. An object; for people.
};

// Throws Error(corrupt) unless all parts fit together: rows, dimensions, finite vectors.
void validate(const Model& model);

}  // namespace kindred::model
