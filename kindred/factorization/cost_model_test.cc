#include "kindred/factorization/cost_model.h"

#include <gtest/gtest.h>

namespace kindred::factorization {
namespace {

TEST(CostModel, ShortRowsAreDualAndLongRowsPrimal) {
  for (const std::size_t d : {64U, 128U, 256U, 1024U}) {
    EXPECT_TRUE(prefers_dual(1, d, IalsSolver::automatic));
    EXPECT_TRUE(prefers_dual(d / 4, d, IalsSolver::automatic));
    EXPECT_FALSE(prefers_dual(2 * d, d, IalsSolver::automatic));
    EXPECT_FALSE(prefers_dual(100 * d, d, IalsSolver::automatic));
  }
}

TEST(CostModel, TheChoiceChangesOnceAsRowsGrow) {
  for (const std::size_t d : {1U, 16U, 50U, 128U, 300U}) {
    bool dual = prefers_dual(1, d, IalsSolver::automatic);
    int changes = 0;
    for (std::size_t n = 2; n < 4 * d; ++n) {
      const bool next = prefers_dual(n, d, IalsSolver::automatic);
      if (next != dual) ++changes;
      dual = next;
    }
    EXPECT_LE(changes, 1) << d;
    EXPECT_FALSE(dual);
  }
}

TEST(CostModel, AForcedSolverIsObeyed) {
  EXPECT_TRUE(prefers_dual(100000, 2, IalsSolver::dual));
  EXPECT_FALSE(prefers_dual(1, 1000, IalsSolver::primal));
}

TEST(CostModel, TheEigenbasisMustEarnItsCost) {
  // One row of one positive among a million columns cannot pay for rotating them.
  const SparseMatrix one_row = {
      .rows = 1, .cols = 1'000'000, .offsets = {0, 1}, .columns = {7}, .values = {1.0F}};
  EXPECT_FALSE(eigenbasis_pays(one_row, 128, IalsSolver::automatic));
  EXPECT_TRUE(eigenbasis_pays(one_row, 128, IalsSolver::dual));
  SparseMatrix many_rows;
  many_rows.rows = 5000;
  many_rows.cols = 100;
  for (std::size_t row = 0; row < many_rows.rows; ++row) {
    many_rows.columns.push_back(3);
    many_rows.values.push_back(1.0F);
    many_rows.offsets.push_back(row + 1);
  }
  EXPECT_TRUE(eigenbasis_pays(many_rows, 128, IalsSolver::automatic));
  EXPECT_FALSE(eigenbasis_pays(many_rows, 128, IalsSolver::primal));
}

}  // namespace
}  // namespace kindred::factorization
