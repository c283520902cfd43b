// Fold-in: a vector for a new person from their history, in closed form.
//
// The person's vector is what the user half-step of training gives for that history
// against the final items, so folding in a known user's own positives returns that
// user's stored vector (to 1e-5 relative). No retraining: the Gramian of the items and
// its eigenbasis are computed once, O(|I| d^2 + d^3); then n positives cost
// O(n^2 d + n^3) when n is small and O(n d^2 + d^3) when not.
//
// The same algebra explains a score. The person's vector is w = inverse(A) Y'C1, so the
// score of an item h is the sum over the history of c_i <inverse(A) h, y_i>: one term
// for each positive, exact and not a heuristic. A term is what the score would lose if
// the person's answer to that item were 0 instead of 1.
//
// Thread safety: const members from any number of threads.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"

namespace kindred::factorization {

// What one positive of the history adds to a score.
struct Contribution {
  std::uint32_t item = 0;
  float share = 0.0F;  // The shares of a history add up to the score <w, h_target>.
};

class FoldIn {
 public:
  // Looks at `item_vectors` (|I| x d) without copying; they must outlive *this. The
  // options are those of training.
  FoldIn(MatrixView item_vectors, const IalsOptions& options, ThreadPool& pool);
  ~FoldIn();
  FoldIn(FoldIn&&) noexcept;

  // The vector (d floats) of a person with these positives; `weights` has one for each
  // item, or is empty for all 1. No positives: zeros.
  // Requires: item ids distinct and below |I|; weights finite and > 0.
  std::vector<float> solve(std::span<const std::uint32_t> items,
                           std::span<const float> weights = {}) const;

  // Vectors for all rows of `positives` (users x |I|), in parallel.
  Matrix solve_all(const SparseMatrix& positives, ThreadPool& pool) const;

  // How much each positive of the history adds to the score of item `target`; in the
  // order of `items`.
  std::vector<Contribution> explain(std::span<const std::uint32_t> items,
                                    std::span<const float> weights, std::uint32_t target) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kindred::factorization
