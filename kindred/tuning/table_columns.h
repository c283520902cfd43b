// The columns of a table at a given size: embeddings by the prior, numbers in buckets.
//
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <string>

#include "kindred/features/table_facts.h"
#include "kindred/features/table_recipe.h"

namespace kindred::tuning {

struct ColumnSize {
  double embedding_scale = 1.0;  // Times column_dimensions() of dimension_prior.h.
  std::string rule = {};         // In its place, one of dimension_rules(); "": none.
  std::size_t bucket_count = 0;  // Quantiles of each number, beside the number itself; 0: none.
};

// Words of more than eight kinds become embeddings, whatever they were; of fewer, indicators.
// Columns of other kinds stay as they are.
features::TableRecipe resized(features::TableRecipe recipe, const features::TableFacts& facts,
                              const ColumnSize& size);

// Whether there is anything to embed, and any number that buckets could refine.
bool has_embeddings(const features::TableRecipe& recipe, const features::TableFacts& facts);
bool has_numbers(const features::TableRecipe& recipe);

}  // namespace kindred::tuning
