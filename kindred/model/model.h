// All that a .kindred file holds: of what people will watch and, where it was asked for,
// of what they would rate; enough to recommend, to predict, to explain, to fold in new
// people and to say where it came from.
//
// A plain value. io.h reads and writes it; docs/format/model.md draws the bytes.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/data/positives.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/sparse.h"
#include "kindred/model/rating_model.h"
#include "kindred/training/run.h"

namespace kindred::model {

// What was learned of watching, by the family that learned it. A further family is a further
// member of `Watching`, and a name in kind_of().

// iALS: the score of a pair is the dot product of its vectors in `users` and `items`.
struct IalsPart {
  factorization::IalsOptions options;

  bool operator==(const IalsPart&) const = default;
};

// Two towers (recommendation/two_towers.h): the same, with vectors made from what is known of
// both sides.
struct TowerPart {
  int epochs = 0;
  std::uint64_t seed = 0;

  bool operator==(const TowerPart&) const = default;
};

// Item by item: row i says how much having liked item i raises each other item. There are no
// vectors: those of `users` and `items` have 0 dimensions.
struct ItemItemPart {
  std::string method = "cosine";  // What the numbers are.
  Json options;                   // Those of the training, for people; an object.
  SparseMatrix rows;              // |I| x |I|, few entries a row, none on the diagonal.

  bool operator==(const ItemItemPart&) const = default;
};

// monostate: nothing, the model is one of ratings alone. The vectors of items and users are
// then those of its first draw, without the biases.
using Watching = std::variant<std::monostate, IalsPart, TowerPart, ItemItemPart>;

struct Model {
  Watching watching = IalsPart{};
  std::optional<RatingModel> ratings;  // What they would rate; none where nobody asked.
  data::PositiveRule positive_rule;    // Which of `seen` were positives in training.
  embedding::Embeddings items;
  embedding::Embeddings users;
  bool has_values = false;  // Whether `seen` holds ratings, or only ones.
  SparseMatrix seen;        // |U| x |I|: every pair of the file; the value is the rating.
  std::vector<training::Epoch> history;
  Json facts;  // Where it came from: file names, counts, versions. An object; for people.

  bool knows_watching() const noexcept { return !std::holds_alternative<std::monostate>(watching); }
  bool has_vectors() const noexcept { return items.dimensions() > 0; }
};

// The name that files and people use: "ials", "towers", "item-item", or "rating" for a model
// of ratings alone.
const char* kind_of(const Model& model) noexcept;

// The options by which a new person is folded in among the vectors of the model: those of
// iALS, or for vectors that something else has learned the usual ones.
factorization::IalsOptions fold_in_options(const Model& model);

// Throws Error(invalid_argument) unless the model has vectors; `purpose` says what for: "a
// map".
void require_vectors(const Model& model, const std::string& purpose);

// Throws Error(corrupt) unless all parts fit together: rows, dimensions, finite vectors.
void validate(const Model& model);

}  // namespace kindred::model
