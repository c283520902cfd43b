// Splits for ratings: some are learned from, and the others are to be predicted.
//
// Unlike the splits of split.h, which ask *what* people will choose, these ask *what they
// would rate*: every rating counts, liked or not, and every pair of the test part is
// predicted, also those of users and items that have no rating in training. Both sides
// therefore keep all labels.
//
//   ratio    a share of all ratings, by lot
//   k-fold   k parts of equal size, by lot; each is tested on once
//   given    training and test files of somebody else's making
//
// Drawing depends on the seed and the number of ratings alone. Pairs are distinct, so
// none can be in both parts.
//
// Cost: O(ratings). Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kindred/data/interactions.h"

namespace kindred::data {

struct RatedPair {
  std::uint32_t user = 0;
  std::uint32_t item = 0;
  float rating = 0.0F;
  std::int64_t time = 0;  // Where both parts have times.

  bool operator==(const RatedPair&) const = default;
};

struct RatingSplit {
  std::string description;  // One line for people.
  Interactions train;
  std::vector<RatedPair> test;  // By user, then by item; rows of `train`.
};

// `share` of all ratings, rounded, at least one. Throws Error(invalid_argument) unless
// 0 < share < 1 and both parts have a rating.
RatingSplit split_rating_ratio(const Interactions& ratings, double share, std::uint64_t seed);

// Part `fold` (from 0) of `fold_count` is the test. Throws Error(invalid_argument) unless
// fold < fold_count, fold_count >= 2, and there are as many ratings.
RatingSplit split_rating_fold(const Interactions& ratings, std::size_t fold_count, std::size_t fold,
                              std::uint64_t seed);

// Pairs of `test` that are in `train` too are left out, and counted in the description.
// Throws Error(invalid_argument) when a file has no ratings, or nothing is left to test.
RatingSplit split_rating_given(Interactions train, const Interactions& test);

// Writes train.csv and test.csv into `folder`, which is made if need be, as split_rating_given
// takes them. Throws Error(io).
void write_split(const RatingSplit& split, const std::filesystem::path& folder);

// Throws Error(invalid_argument) when the pairs have no ratings.
void require_ratings(const Interactions& interactions, const std::string& what);

}  // namespace kindred::data
