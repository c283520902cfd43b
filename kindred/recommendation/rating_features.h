// What is known of people and things beside their ratings, as features for a rating model.
//
//   attributes      one block for each column of an items or users file that can be
//                   shared: words such as genres or an occupation become one feature each;
//                   numbers such as an age or a year are cut into ranges that hold about
//                   as many rows each. Columns whose words are nearly all different
//                   (titles, addresses) say nothing of others and are left out.
//   implicit sets   whom a person rated, and who rated a thing: one feature each
//
// Every row of a block has length 1 (or is empty), so that people with many ratings, or
// movies with many genres, are not moved further than others.
//
// Cost: O(cells + pairs). Thread safety: pure functions.

#pragma once

#include <string>
#include <vector>

#include "kindred/data/table.h"
#include "kindred/factorization/row_prior.h"
#include "kindred/linalg/sparse.h"

namespace kindred::recommendation {

// One block for each usable column of `table`, in its order; named after the column.
std::vector<factorization::FeatureBlock> attribute_features(const data::Table& table);

// "rated": row r has a feature for each column that it has an entry in.
factorization::FeatureBlock implicit_features(const SparseMatrix& pairs);

}  // namespace kindred::recommendation
