// Explicit ALS: the ratings that are there, explained by biases and vectors.
//
//    rating = m + b_u + c_i + <p_u, q_i>
//
// It minimises, over the known ratings alone,
//
//    sum over (u,i) of (r_ui - m - b_u - c_i - <p_u, q_i>)^2
//  + l * sum over u of n_u^v (|p_u|^2 + b_u^2)             and likewise for the items
//  + w * sum over every u,i of ([u rated i] - <p_u, y_i>)^2   and with x_u for the items
//
// The last line lets a vector also explain *whom a person rated*, which tells of taste
// without a single star: implicit features, with tables y and x of their own, which have
// the penalty l too. The sum over all pairs costs a Gramian, never |U| x |I|.
//
// Ratings less their mean are divided by a quarter of the width of their scale first, and
// predictions multiplied by it: the same taste in stars, percents or points gives the same
// vectors, and a penalty means the same on every scale. On 1 to 5 stars the divisor is 1.
//
// Each half-epoch solves every row of one side exactly (rating_rows.h), in
// O(|ratings| D^2 + (|U| + |I|) D^3), D = d + 1. Equal seeds give bit-equal vectors for
// any number of threads.
//
// Call order: (run_epoch loss?)*. Thread safety: one thread at a time.
//
// Sources: Zhou et al., "Large-scale parallel collaborative filtering for the Netflix
// Prize", 2008; Cortes, "Cold-start recommendations in collective matrix factorization",
// 2018, for the implicit features.

#pragma once

#include <cstdint>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/rating_rows.h"
#include "kindred/factorization/rating_scale.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

// The defaults did best together on MovieLens 1M and latest-small, 90:10 (quality.md).
struct AlsOptions {
  int dimensions = 32;  // d.
  int epochs = 15;
  float regularization = 1.2F;           // l. Tune this one first; it goes with v.
  float regularization_exponent = 0.5F;  // v in [0, 1]. 1 penalises frequent rows more.
  float implicit_weight = 0.3F;          // w. 0 leaves the implicit features out.
  std::uint64_t seed = 1;

  bool operator==(const AlsOptions&) const = default;
};

// Throws Error(invalid_argument) naming the option that is out of range.
void validate(const AlsOptions& options);

class Als {
 public:
  // `ratings` is users x items; it is copied.
  // Throws Error(invalid_argument) without ratings, or for an option out of range.
  Als(const SparseMatrix& ratings, const AlsOptions& options);

  // Solves every user, then every item, then the tables of the implicit features.
  void run_epoch(ThreadPool& pool);
  // The halves of run_epoch; for tests.
  void solve_users(ThreadPool& pool);
  void solve_items(ThreadPool& pool);

  // The objective above, in O(|ratings| d + (|U| + |I|) d^2).
  double loss(ThreadPool& pool) const;

  int epoch() const noexcept { return epoch_; }
  const AlsOptions& options() const noexcept { return options_; }
  const RatingScale& scale() const noexcept { return scale_; }
  double unit() const noexcept { return unit_; }  // What ratings are divided by.
  const Matrix& user_vectors() const noexcept { return users_.vectors; }  // |U| x D.
  const Matrix& item_vectors() const noexcept { return items_.vectors; }  // |I| x D.

  // The next epoch then gives the bytes that it would have given.
  // Throws Error(invalid_argument) when the shapes do not fit.
  struct State {
    Matrix user_vectors;
    Matrix item_vectors;
    Matrix user_table;
    Matrix item_table;
    int epoch = 0;
  };
  State state() const;
  void restore(State state);

  // The rating it predicts. Not clipped.
  float predict(std::size_t user, std::size_t item) const noexcept;

 private:
  struct Side {
    SparseMatrix ratings;  // Of its rows, less the mean, in units.
    Matrix vectors;        // n x D, the bias last.
    Matrix table;          // n x D: what having rated it tells of the other side; bias 0.
  };

  void solve(const Side& fixed, Side& solved, ThreadPool& pool) const;
  void solve_table(const Side& fixed, Side& solved, ThreadPool& pool) const;
  double penalty(const Side& side) const;

  RatingScale scale_;
  double unit_ = 1.0;
  AlsOptions options_;
  Side users_;
  Side items_;
  int epoch_ = 0;
};

}  // namespace kindred::factorization
