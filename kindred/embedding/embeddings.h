// What all learning ends in: labelled vectors, with what else is known of each thing.
//
// Row r of everything belongs to the same thing: its label, its vector, its metadata.
// A plain value; views into it live as long as it does.

#pragma once

#include <cstddef>
#include <span>

#include "kindred/data/table.h"
#include "kindred/data/vocabulary.h"
#include "kindred/linalg/matrix.h"

namespace kindred::embedding {

struct Embeddings {
  data::Vocabulary labels;  // n labels: the ids of the ratings file.
  Matrix vectors;           // n x d.
  data::Table metadata;     // n rows: title, year, genres, audience_age, ...

  std::size_t size() const noexcept { return vectors.rows(); }
  std::size_t dimensions() const noexcept { return vectors.cols(); }
};

// Whether anything was learned about the thing: a row of zeros is near to nothing.
bool is_learned(std::span<const float> vector) noexcept;

// Throws Error(corrupt), naming `what`, unless labels, vectors and metadata have the
// same number of rows and every vector is finite.
void validate(const Embeddings& embeddings, const char* what);

}  // namespace kindred::embedding
