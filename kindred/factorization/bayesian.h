// Bayesian matrix factorisation: ratings with no regularisation to tune, and how sure
// each prediction is.
//
//    rating = m + b_u + c_i + <p_u, q_i> + noise
//
// Instead of one best set of vectors, a Gibbs sampler draws many sets, each as probable
// as the ratings make it: every row given the other side (rating_rows.h), then what all
// rows have in common and what is known of them beside ratings (row_prior.h), then the
// noise. Predictions are averaged over the draws, and their spread, with the noise, is
// the uncertainty.
//
// The first draws remember the random start and are dropped (burn-in). A sweep costs
// O(|ratings| D^2 + (|U| + |I|) D^3), as an epoch of ALS does, and O(entries D) for the
// features; D = d + 1.
//
// Equal seeds give bit-equal draws for any number of threads: each row has a generator
// of its own.
//
// Call order: run_sweep*. Thread safety: one thread at a time; the pool is used inside.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/rating_rows.h"
#include "kindred/factorization/rating_scale.h"
#include "kindred/factorization/row_prior.h"
#include "kindred/factorization/time_biases.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

struct BayesianOptions {
  int dimensions = 32;  // d. More is rarely worse here: draws that differ average out.
  int burn_in = 100;    // Sweeps that are dropped.
  int samples = 300;    // Sweeps that count. More of them narrow nothing but luck.
  std::uint64_t seed = 1;

  bool operator==(const BayesianOptions&) const = default;
};

// Throws Error(invalid_argument) naming the option that is out of range.
void validate(const BayesianOptions& options);

// What is known of both sides beside ratings; either may be empty.
struct SideFeatures {
  std::vector<FeatureBlock> users;
  std::vector<FeatureBlock> items;
};

// Sampling as a value: pause it, look at it, resume it between sweeps.
class Bayesian {
 public:
  // `ratings` is users x items; it is copied, as are the features and the times.
  // Throws Error(invalid_argument) without ratings, or for an option out of range.
  Bayesian(const SparseMatrix& ratings, const SideFeatures& features,
           const BayesianOptions& options, const RatingTimes& times = {});

  // Draws everything once.
  void run_sweep(ThreadPool& pool);

  int sweep() const noexcept { return state_.sweep; }  // Sweeps done so far.
  bool is_burnt_in() const noexcept { return state_.sweep > options_.burn_in; }
  const BayesianOptions& options() const noexcept { return options_; }

  // All that the next sweep depends on.
  struct State {
    Matrix user_vectors;  // |U| x D, the bias last.
    Matrix item_vectors;  // |I| x D.
    double noise_precision = 1.0;
    std::vector<RowPrior::Table> user_tables;
    std::vector<RowPrior::Table> item_tables;
    TimeBiases::State times;
    int sweep = 0;
  };
  const State& state() const noexcept { return state_; }
  // The next sweep then gives the bytes that it would have given.
  // Throws Error(invalid_argument) when the shapes do not fit.
  void restore(State state);

  const RatingScale& scale() const noexcept { return scale_; }
  const RowPrior& user_prior() const noexcept { return user_prior_; }

  // The rating that this one draw predicts, at no particular time or in a period.
  // Not clipped. Requires: periods were given.
  float predict(std::size_t user, std::size_t item) const noexcept;
  float predict(std::size_t user, std::size_t item, std::size_t period) const noexcept {
    return predict(user, item) + times_.bias(user, item, period);
  }

 private:
  void draw_rows(const SparseMatrix& ratings, const Matrix& fixed, const RowPrior& prior,
                 std::uint32_t side, Matrix& vectors, ThreadPool& pool) const;
  void draw_times(ThreadPool& pool);
  void draw_noise_precision(ThreadPool& pool);
  SparseMatrix residuals(const SparseMatrix& ratings, const Matrix& rows, const Matrix& columns,
                         ThreadPool& pool) const;

  RatingScale scale_;
  SparseMatrix by_user_;      // |U| x |I|, less the mean.
  SparseMatrix by_item_;      // Its transpose.
  SparseMatrix net_by_user_;  // The same less the biases of time; empty without these.
  SparseMatrix net_by_item_;
  BayesianOptions options_;
  RowPrior user_prior_;
  RowPrior item_prior_;
  TimeBiases times_;
  State state_;
};

}  // namespace kindred::factorization
