// Why an item was recommended: which of the history carried its score.
//
// A folded-in person's score is a sum with one term for each item they liked, so the
// shares are exact and not a heuristic. Only terms that raise the score are reasons; their
// shares are of the sum of all that raise it, so that they read as "38%" even where
// other terms lower it.
//
// Cost: O(n d + n^2) an item for a history of n. Thread safety: pure.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kindred/factorization/fold_in.h"
#include "kindred/learning/ranker.h"
#include "kindred/recommendation/person.h"

namespace kindred::recommendation {

using learning::Reason;

// The `count` largest reasons, largest first; equal ones by the smaller item. None for
// somebody who liked nothing.
std::vector<Reason> reasons_for(const factorization::FoldIn& fold_in, const Person& person,
                                std::uint32_t item, std::size_t count);

}  // namespace kindred::recommendation
