// In-batch sampled softmax: every row's own item against the other items of the batch.
//
// Two towers give a score for every pair of a user and an item of a batch; the item that
// belongs to the row is to win. The other rows' items are a sample of all items, in which
// popular ones are more frequent than others; taking log q of an item, q its share of all
// pairs, from its score corrects for that. An item that is in the batch twice is no rival of
// itself.
//
//    loss = mean over rows r of  -log softmax_j(s_rj - log q_j) at j = r,
//           over the j with item_j != item_r, and r
//
// Cost: O(n^2) for n rows, beside the scores themselves. Thread safety: as the tape.
//
// After Yi et al., "Sampling-bias-corrected neural modeling for large corpus item
// recommendations", RecSys 2019.

#pragma once

#include <cstdint>
#include <span>

#include "kindred/nn/tape.h"

namespace kindred::nn {

// `scores` is n x n: row r's user with row j's item; item and log_q have n values, which are
// copied. Returns 1 x 1.
template <typename Real>
Var in_batch_softmax(Tape<Real>& tape, Var scores, std::span<const std::int64_t> items,
                     std::span<const Real> log_q);

}  // namespace kindred::nn
