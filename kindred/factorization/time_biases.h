// Biases that change with time: how generous a person was in a period, how a movie was
// liked in it.
//
//    rating = ... + s_(u,t) + v_(i,t)
//
// for the period t in which it was given; every s is N(0, 1/a), every v N(0, 1/b), and a
// and b are drawn too, so that where nothing changes the biases fall silent. A Gibbs
// sampler draws them given everything else, in O(ratings) a sweep.
//
// Equal seeds give equal bits for any number of threads: each row has its own generator.
//
// Thread safety: one thread at a time; the pool is used inside.
//
// Source: Koren, "Collaborative filtering with temporal dynamics", KDD 2009, for biases by
// period; here with priors instead of penalties.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/row_prior.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

// When ratings were given: a period for each entry of the matrix by user.
struct RatingTimes {
  std::vector<std::uint32_t> periods;  // Below period_count; empty: times play no part.
  std::size_t period_count = 0;
};

class TimeBiases {
 public:
  // Requires: periods are as many as `ratings` (users x items) has entries, or none.
  TimeBiases(const SparseMatrix& ratings, const RatingTimes& times);

  bool is_empty() const noexcept { return state_.users.cols() == 0; }

  // s + v.
  float bias(std::size_t user, std::size_t item, std::size_t period) const noexcept {
    return state_.users.row(user)[period] + state_.items.row(item)[period];
  }

  // Takes the biases off the values of `by_user` or of its transpose.
  void take_off(SparseMatrix& by_user, SparseMatrix& by_item) const;

  // Draws all biases, given ratings without them: residuals are what the rest of the model
  // leaves of each rating, by user and by item, the biases still in them.
  // `precision` is that of the noise.
  void draw(const SparseMatrix& user_residuals, const SparseMatrix& item_residuals,
            double precision, const DrawKey& key, ThreadPool& pool);

  struct State {
    Matrix users;                  // |U| x periods: s.
    Matrix items;                  // |I| x periods: v.
    double user_precision = 10.0;  // a
    double item_precision = 10.0;  // b
  };
  const State& state() const noexcept { return state_; }
  void restore(State state) { state_ = std::move(state); }

 private:
  std::vector<std::uint32_t> periods_by_user_;  // Of each entry, in the order of each matrix.
  std::vector<std::uint32_t> periods_by_item_;
  State state_;
};

}  // namespace kindred::factorization
