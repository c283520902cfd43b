// What a Gibbs sampler believes of one side's vectors before it looks at their ratings:
//
//    x_r ~ N(m + sum over blocks of B' f_r, inverse(P))
//
// with one mean m and one precision P for all rows, and for each block of features (a
// person's occupation, a movie's genres, whom a person rated) a table B with one row of D
// values for each feature, every one of them N(0, inverse(l P)). All of m, P, the tables
// and each block's own l are drawn from their conditional distributions, so nothing is
// left to tune: a block that explains nothing gets a large l and falls silent.
//
// P comes from a normal-Wishart prior. The rows of a table are drawn one after the other,
// each given all others: O(entries of the block x D), whatever the number of features.
// That works on vectors whitened by the root of P, in which the D dimensions are
// independent, so different threads take different dimensions.
//
// Equal seeds give equal bits for any number of threads.
//
// Sources: Salakhutdinov and Mnih, "Bayesian probabilistic matrix factorization using
// MCMC", ICML 2008; Simm et al., "Macau", 2015.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

// Something known of every row, as a sparse matrix of rows x features.
struct FeatureBlock {
  std::string name;
  SparseMatrix by_row;
};

// Which draw of which training: the key of all random numbers in it.
struct DrawKey {
  std::uint64_t seed = 0;
  std::uint32_t sweep = 0;
  std::uint32_t side = 0;  // 0 or 1.

  std::uint32_t stream(std::uint32_t purpose) const noexcept {
    return (sweep * 2 + side) * 16 + purpose;
  }
};

class RowPrior {
 public:
  // Copies the features by feature; `dimensions` is D.
  // Requires: every block has `row_count` rows.
  RowPrior(std::size_t row_count, std::size_t dimensions, const std::vector<FeatureBlock>& blocks);

  // Draws everything anew, given the rows' vectors. Requires: vectors is row_count x D.
  void draw(const Matrix& vectors, const DrawKey& key, ThreadPool& pool);

  // P, D x D.
  std::span<const float> precision() const noexcept { return precision_; }
  // P times each row's prior mean, row_count x D.
  const Matrix& pulls() const noexcept { return pulls_; }
  // What a row is expected to be of which nothing is known: m and the average of what the
  // first `block_count` blocks add.
  std::vector<float> typical_mean(std::size_t block_count) const;

  // The tables, features x D, and their l: what a checkpoint must keep between sweeps.
  struct Table {
    Matrix weights;
    double shrinkage = 10.0;
  };
  const std::vector<Table>& tables() const noexcept { return tables_; }
  void restore(std::vector<Table> tables);

 private:
  void draw_mean_and_precision(const Matrix& residuals, const DrawKey& key);
  void draw_tables(Matrix& residuals, const DrawKey& key, ThreadPool& pool);

  std::size_t row_count_;
  std::size_t dimensions_;
  std::vector<SparseMatrix> by_row_;      // Of each block: rows x features,
  std::vector<SparseMatrix> by_feature_;  // and its transpose.
  std::vector<Table> tables_;
  std::vector<double> precision_exact_;  // P in double precision.
  std::vector<float> precision_;
  std::vector<float> mean_;
  Matrix pulls_;
};

}  // namespace kindred::factorization
