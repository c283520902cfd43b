#include "kindred/factorization/ials.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/factorization/fold_in.h"

namespace kindred::factorization {
namespace {

constexpr IalsSolver kSolvers[] = {IalsSolver::automatic, IalsSolver::primal, IalsSolver::dual};

// Users whose histories shrink from everything (heavy rows, longer than d) to one item,
// and every fifth without any.
SparseMatrix random_positives(std::size_t users, std::size_t items) {
  SparseMatrix out;
  out.rows = users;
  out.cols = items;
  Rng rng(5);
  for (std::size_t user = 0; user < users; ++user) {
    const double density = 1.0 / static_cast<double>(1 + user);
    for (std::uint32_t item = 0; item < items && user % 5 != 4; ++item) {
      if (item != user % items && rng.uniform() >= density) continue;
      out.columns.push_back(item);
      out.values.push_back(1.0F + static_cast<float>(rng.uniform()));
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

TEST(Ials, LossFallsAtEveryHalfEpoch) {
  const SparseMatrix positives = random_positives(40, 30);
  ThreadPool pool(2);
  Ials ials(positives, {.dimensions = 8});
  double last = ials.loss(pool).total();
  for (int epoch = 0; epoch < 5; ++epoch) {
    ials.solve_users(pool);
    const double after_users = ials.loss(pool).total();
    EXPECT_LT(after_users, last);
    ials.solve_items(pool);
    last = ials.loss(pool).total();
    EXPECT_LT(last, after_users);
  }
}

TEST(Ials, SameBytesForAnyThreadCount) {
  // 2,200 items: the first user is a heavy row, and the items fill several blocks.
  const SparseMatrix positives = random_positives(600, 2200);
  for (const int dimensions : {1, 16, 21}) {
    for (const IalsSolver solver : {IalsSolver::automatic, IalsSolver::primal}) {
      const IalsOptions options = {.dimensions = dimensions, .solver = solver};
      ThreadPool one(1);
      Ials reference(positives, options);
      reference.run_epoch(one);
      const double epoch_loss = reference.epoch_loss(one).total();
      reference.finish(one);
      const double loss = reference.loss(one).total();
      for (const int threads : {2, 4}) {
        ThreadPool pool(threads);
        Ials ials(positives, options);
        ials.run_epoch(pool);
        EXPECT_EQ(ials.epoch_loss(pool).total(), epoch_loss);
        ials.finish(pool);
        EXPECT_EQ(ials.user_vectors(), reference.user_vectors()) << dimensions;
        EXPECT_EQ(ials.item_vectors(), reference.item_vectors()) << dimensions;
        EXPECT_EQ(ials.loss(pool).total(), loss);
      }
    }
  }
}

TEST(Ials, TrainingResumesToTheSameBytes) {
  const SparseMatrix positives = random_positives(80, 60);
  ThreadPool pool(2);
  for (const IalsSolver solver : kSolvers) {
    const IalsOptions options = {.dimensions = 20, .solver = solver};
    Ials whole(positives, options);
    whole.run_epoch(pool);
    Ials resumed(positives, options);
    resumed.restore(whole.user_vectors(), whole.item_vectors(), whole.epoch());
    for (int epoch = 0; epoch < 2; ++epoch) {
      whole.run_epoch(pool);
      resumed.run_epoch(pool);
    }
    EXPECT_EQ(resumed.epoch(), 3);
    EXPECT_EQ(resumed.user_vectors(), whole.user_vectors());
    EXPECT_EQ(resumed.item_vectors(), whole.item_vectors());
  }
}

TEST(Ials, ACheckpointOfAnotherShapeIsRefused) {
  const SparseMatrix positives = random_positives(4, 3);
  Ials ials(positives, {.dimensions = 2});
  EXPECT_THROW(ials.restore(Matrix(4, 3), Matrix(3, 3), 1), Error);
  EXPECT_THROW(ials.restore(Matrix(5, 2), Matrix(3, 2), 1), Error);
}

TEST(Ials, FoldingInAKnownUserGivesTheStoredVector) {
  const SparseMatrix positives = random_positives(90, 150);
  ThreadPool pool(2);
  for (const IalsSolver solver : kSolvers) {
    Ials ials(positives, {.dimensions = 40, .solver = solver});
    ials.run_epoch(pool);
    ials.finish(pool);
    const FoldIn fold_in(ials.item_vectors(), ials.options(), pool);
    const Matrix all = fold_in.solve_all(positives, pool);
    for (std::size_t user = 0; user < positives.rows; ++user) {
      const auto vector = fold_in.solve(positives.row_columns(user), positives.row_values(user));
      double norm = 0.0;
      double error = 0.0;
      for (std::size_t i = 0; i < vector.size(); ++i) {
        const double stored = ials.user_vectors().row(user)[i];
        norm += stored * stored;
        error += (vector[i] - stored) * (vector[i] - stored);
        error += (all.row(user)[i] - stored) * (all.row(user)[i] - stored);
      }
      EXPECT_LE(error, 1e-10 * norm) << user;
    }
  }
}

TEST(Ials, APersonWithoutHistoryHasAZeroVector) {
  const SparseMatrix positives = random_positives(20, 15);
  ThreadPool pool(1);
  Ials ials(positives, {.dimensions = 3});
  ials.run_epoch(pool);
  for (const float value : ials.user_vectors().row(4)) EXPECT_EQ(value, 0.0F);
  const FoldIn fold_in(ials.item_vectors(), ials.options(), pool);
  EXPECT_EQ(fold_in.solve({}), std::vector<float>(3, 0.0F));
  EXPECT_TRUE(fold_in.explain({}, {}, 0).empty());
}

TEST(Ials, OneUserOneItemOneRatingTrains) {
  const SparseMatrix positives = {
      .rows = 1, .cols = 1, .offsets = {0, 1}, .columns = {0}, .values = {1.0F}};
  ThreadPool pool(2);
  Ials ials(positives, {.dimensions = 64});
  for (int epoch = 0; epoch < 5; ++epoch) ials.run_epoch(pool);
  ials.finish(pool);
  const double loss = ials.loss(pool).total();
  EXPECT_TRUE(std::isfinite(loss));
  EXPECT_LT(loss, 1.0);
}

TEST(Ials, VectorsThatAreNotFiniteAreRefusedAndNeverReturned) {
  const SparseMatrix positives = random_positives(10, 8);
  ThreadPool pool(1);
  for (const IalsSolver solver : kSolvers) {
    Ials ials(positives, {.dimensions = 4, .solver = solver});
    Matrix items = ials.item_vectors();
    items.row(2)[1] = std::numeric_limits<float>::quiet_NaN();
    ials.restore(ials.user_vectors(), items, 1);
    EXPECT_THROW(ials.run_epoch(pool), Error);
  }
}

TEST(Ials, OptionsOutOfRangeAreNamed) {
  const SparseMatrix positives = random_positives(2, 2);
  try {
    const Ials ials(positives, {.dimensions = 0});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "dimensions is 0, not in 1..16384");
  }
}

}  // namespace
}  // namespace kindred::factorization
