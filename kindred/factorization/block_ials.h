// iALS on pairs that come in blocks of rows, because they do not all fit the memory.
//
// The same solves as Ials (ials.h has the objective): a row needs its own pairs and all of
// the fixed side's vectors, so rows can come in any number of blocks. One thread reads the
// next block while all solve the one at hand. Vectors agree with those of Ials to rounding;
// for one size of blocks they are bit-equal for any number of threads.
//
// Cost: that of Ials, and reading each side's pairs once an epoch. Memory: the vectors,
// a count for each row, and three blocks.
//
// Call order: (run_epoch epoch_loss?)* finish.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/matrix.h"
#include "kindred/linalg/sparse.h"

namespace kindred::factorization {

// One orientation of the positives: rows in order, in blocks.
struct RowBlocks {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t block_count = 0;
  // Block number `block`: whole rows, with the weights as values. Blocks follow each other
  // without gaps. Called from one background thread.
  std::function<SparseMatrix(std::size_t block)> read;
};

class BlockIals {
 public:
  // Draws the vectors as Ials does, and reads both sides once to count positives a row.
  // Both must outlive *this. Throws Error(invalid_argument) as Ials does.
  BlockIals(const RowBlocks& by_user, const RowBlocks& by_item, const IalsOptions& options);

  // As Ials::restore().
  void restore(Matrix user_vectors, Matrix item_vectors, int epoch);

  // Solves every user against the items, then every item against the users.
  void run_epoch(ThreadPool& pool);
  // Solves the users once more; call it when training ends.
  void finish(ThreadPool& pool);

  // As Ials::epoch_loss().
  IalsLoss epoch_loss(ThreadPool& pool) const;

  int epoch() const noexcept { return epoch_; }
  std::size_t positive_count() const noexcept { return positive_count_; }
  const Matrix& user_vectors() const noexcept { return user_vectors_; }
  const Matrix& item_vectors() const noexcept { return item_vectors_; }

 private:
  // Row sizes alone: a matrix without entries, for the cost model.
  static SparseMatrix sizes_of(const RowBlocks& side);
  double solve(const RowBlocks& side, const SparseMatrix& sizes, MatrixView fixed, Matrix& solved,
               ThreadPool& pool);

  const RowBlocks& by_user_;
  const RowBlocks& by_item_;
  IalsOptions options_;
  SparseMatrix user_sizes_;
  SparseMatrix item_sizes_;
  std::size_t positive_count_ = 0;
  Matrix user_vectors_;
  Matrix item_vectors_;
  std::optional<double> minimum_;  // Of solving the items, while they are what came last.
  int epoch_ = 0;
};

}  // namespace kindred::factorization
