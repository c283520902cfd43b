#include "kindred/factorization/block_ials.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"

namespace kindred::factorization {
namespace {

constexpr std::size_t kUsers = 120;
constexpr std::size_t kItems = 90;

SparseMatrix some_pairs() {
  SparseMatrix pairs;
  pairs.cols = kItems;
  Rng rng(9);
  for (std::size_t user = 0; user < kUsers; ++user) {
    for (std::uint32_t item = 0; item < kItems; ++item) {
      // From empty rows to nearly full ones.
      if (rng.below(kUsers) >= user) continue;
      pairs.columns.push_back(item);
      pairs.values.push_back(static_cast<float>(1 + rng.below(3)));
    }
    pairs.close_row();
  }
  return pairs;
}

RowBlocks blocks_of(const SparseMatrix& whole, std::size_t rows_each) {
  RowBlocks blocks{.rows = whole.rows,
                   .cols = whole.cols,
                   .block_count = (whole.rows + rows_each - 1) / rows_each,
                   .read = {}};
  blocks.read = [&whole, rows_each](std::size_t block) {
    SparseMatrix rows;
    rows.cols = whole.cols;
    for (std::size_t row = block * rows_each; row < std::min(whole.rows, (block + 1) * rows_each);
         ++row) {
      rows.append_row(whole.row_columns(row), whole.row_values(row));
    }
    return rows;
  };
  return blocks;
}

double largest_difference(const Matrix& a, const Matrix& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    largest = std::max(largest, std::abs(double{a.values()[i]} - double{b.values()[i]}));
  }
  return largest;
}

TEST(BlockIals, AgreesWithIalsWhateverTheBlocks) {
  const SparseMatrix pairs = some_pairs();
  const SparseMatrix by_item = transpose(pairs);
  ThreadPool pool(2);
  for (const int dimensions : {3, 25, 96}) {
    for (const IalsSolver solver : {IalsSolver::automatic, IalsSolver::dual, IalsSolver::primal}) {
      const IalsOptions options{.dimensions = dimensions, .epochs = 3, .solver = solver};
      Ials whole(pairs, options);
      for (int epoch = 0; epoch < 3; ++epoch) whole.run_epoch(pool);
      const double loss = whole.loss(pool).total();
      whole.finish(pool);
      for (const std::size_t rows_each : {1U, 7U, 64U, 1000U}) {
        const RowBlocks users = blocks_of(pairs, rows_each);
        const RowBlocks items = blocks_of(by_item, rows_each);
        BlockIals blocks(users, items, options);
        EXPECT_EQ(blocks.positive_count(), pairs.entry_count());
        for (int epoch = 0; epoch < 3; ++epoch) blocks.run_epoch(pool);
        EXPECT_NEAR(blocks.epoch_loss(pool).total(), loss, 1e-4 * loss);
        blocks.finish(pool);
        EXPECT_LT(largest_difference(blocks.user_vectors(), whole.user_vectors()), 1e-4);
        EXPECT_LT(largest_difference(blocks.item_vectors(), whole.item_vectors()), 1e-4);
      }
    }
  }
}

TEST(BlockIals, SameBytesForAnyNumberOfThreads) {
  const SparseMatrix pairs = some_pairs();
  const SparseMatrix by_item = transpose(pairs);
  const RowBlocks users = blocks_of(pairs, 10);
  const RowBlocks items = blocks_of(by_item, 10);
  const IalsOptions options{.dimensions = 25};
  ThreadPool one(1);
  BlockIals first(users, items, options);
  first.run_epoch(one);
  for (const int threads : {2, 4}) {
    ThreadPool pool(threads);
    BlockIals other(users, items, options);
    other.run_epoch(pool);
    EXPECT_EQ(other.user_vectors(), first.user_vectors()) << threads;
    EXPECT_EQ(other.item_vectors(), first.item_vectors()) << threads;
  }
}

TEST(BlockIals, WhatReadingThrowsComesThrough) {
  const SparseMatrix pairs = some_pairs();
  const SparseMatrix by_item = transpose(pairs);
  const RowBlocks users = blocks_of(pairs, 10);
  RowBlocks items = blocks_of(by_item, 10);
  ThreadPool pool(2);
  BlockIals ials(users, items, {.dimensions = 4});
  items.read = [](std::size_t) -> SparseMatrix { throw Error(ErrorCode::io, "gone"); };
  EXPECT_THROW(ials.run_epoch(pool), Error);
}

}  // namespace
}  // namespace kindred::factorization
