// Implicit ALS: learns one vector per user and per item from "who touched what".
//
// Given the positive pairs S with weights c, it finds user vectors W and item vectors
// H minimising
//
//    sum over (u,i) in S of c_ui (<w_u, h_i> - 1)^2     positives should score 1
//  + a * sum over every u,i of <w_u, h_i>^2             all pairs are pulled to 0
//  + l * sum over u of (|S_u| + a |I|)^v |w_u|^2        and likewise for the items
//
// The middle sum never costs |U| x |I|: with the Gramian G = H'H it is w'Gw, and G is
// formed once per half-epoch. With H fixed every w_u is its own least-squares problem,
// solved exactly, in parallel. Rows with many pairs solve the d x d normal equations
// by Cholesky (primal, n d^2 + d^3/3); rows with n pairs, n well below d, solve the
// n x n kernel system in the Gramian's eigenbasis (dual, n^2 d + n^3/3). A cost model
// chooses row by row; both give the same vectors to rounding.
//
// Equal seeds give bit-equal vectors for any number of threads: one thread solves each
// row, and G is summed in fixed blocks, in order.
//
// Call order: (run_epoch epoch_loss?)* finish.
//
// After Rendle et al., "Revisiting the Performance of iALS on Item Recommendation
// Benchmarks", RecSys 2022.

#pragma once

#include <cstdint>
#include <optional>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

// Which exact solver runs; `automatic` asks the cost model for each row.
enum class IalsSolver { automatic, primal, dual };

// The defaults are a compromise that docs/guide/quality.md measures on four data sets.
struct IalsOptions {
  int dimensions = 128;  // d. Doubling it costs 2-8x per epoch.
  int epochs = 16;
  float unobserved_weight = 0.1F;        // a. More pulls unseen pairs harder to 0.
  float regularization = 0.15F;          // l. Tune this one first; it goes with v.
  float regularization_exponent = 0.5F;  // v in [0, 1]. 0 treats all rows alike, 1 as published.
  float init_stddev = 0.1F;              // Divided by sqrt(d) when drawing W and H.
  std::uint64_t seed = 1;
  IalsSolver solver = IalsSolver::automatic;

  bool operator==(const IalsOptions&) const = default;
};

// The vectors that training begins with. The options must be valid.
Matrix draw_user_vectors(std::size_t user_count, const IalsOptions& options);
Matrix draw_item_vectors(std::size_t item_count, const IalsOptions& options);

// Throws Error(invalid_argument) unless vectors from a checkpoint fit the data.
void require_shapes(const Matrix& user_vectors, const Matrix& item_vectors, std::size_t user_count,
                    std::size_t item_count, const IalsOptions& options);

// Throws Error(invalid_argument) naming the option that is out of range.
void validate(const IalsOptions& options);

// The three sums of the objective; the loss is their total.
struct IalsLoss {
  double observed = 0.0;
  double unobserved = 0.0;
  double regularization = 0.0;

  double total() const noexcept { return observed + unobserved + regularization; }
};

// Training as a value: pause it, inspect it, resume it between epochs.
class Ials {
 public:
  // Draws W and H. `positives` is users x items with the weights as values (all > 0);
  // it is looked at, not copied, and must outlive *this.
  // Throws Error(invalid_argument) naming the option that is out of range.
  Ials(const SparseMatrix& positives, const IalsOptions& options);
  Ials(SparseMatrix&&, const IalsOptions&) = delete;  // Would dangle.

  // Continues from a checkpoint: vectors as they were after `epoch` epochs. The next
  // run_epoch gives the bytes that it would have given then.
  // Throws Error(invalid_argument) when the shapes do not fit.
  void restore(Matrix user_vectors, Matrix item_vectors, int epoch);

  // Solves every user against the items, then every item against the users.
  void run_epoch(ThreadPool& pool);

  // Either half of run_epoch alone; for tests and benchmarks.
  void solve_users(ThreadPool& pool);
  void solve_items(ThreadPool& pool);

  // Solves the users once more against the final items; call it when training ends.
  void finish(ThreadPool& pool) { solve_users(pool); }

  // The objective, in O(|S| d + (|U| + |I|) d^2). Nothing calls it for you.
  IalsLoss loss(ThreadPool& pool) const;

  // The same to rounding without looking at the pairs, in O((|U| + |I|) d^2): the solves of
  // an epoch leave behind what it takes (ials_loss.h).
  // Requires: the last call that changed *this was run_epoch.
  IalsLoss epoch_loss(ThreadPool& pool) const;

  int epoch() const noexcept { return epoch_; }  // Epochs done so far.
  const IalsOptions& options() const noexcept { return options_; }
  const Matrix& user_vectors() const noexcept { return user_vectors_; }  // |U| x d.
  const Matrix& item_vectors() const noexcept { return item_vectors_; }  // |I| x d.

 private:
  const SparseMatrix& by_user_;  // |U| x |I|.
  SparseMatrix by_item_;         // |I| x |U|, its transpose.
  IalsOptions options_;
  Matrix user_vectors_;
  Matrix item_vectors_;
  std::optional<double> minimum_;  // Of solving the items, while they are what came last.
  int epoch_ = 0;
};

}  // namespace kindred::factorization
