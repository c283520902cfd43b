#include "kindred/factorization/ials.h"

#include <gtest/gtest.h>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/factorization/fold_in.h"

namespace kindred::factorization {
namespace {

SparseMatrix random_positives(std::size_t users, std::size_t items, double density) {
  SparseMatrix out;
  out.rows = users;
  out.cols = items;
  Rng rng(5);
  for (std::size_t user = 0; user < users; ++user) {
    for (std::uint32_t item = 0; item < items; ++item) {
      if (rng.uniform() >= density) continue;
      out.columns.push_back(item);
      out.values.push_back(1.0F + static_cast<float>(rng.uniform()));
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

TEST(Ials, LossFallsAtEveryHalfEpoch) {
  const SparseMatrix positives = random_positives(40, 30, 0.2);
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
  const SparseMatrix positives = random_positives(50, 20, 0.3);
  ThreadPool one(1);
  Ials reference(positives, {.dimensions = 6});
  reference.run_epoch(one);
  for (const int threads : {2, 4}) {
    ThreadPool pool(threads);
    Ials ials(positives, {.dimensions = 6});
    ials.run_epoch(pool);
    EXPECT_EQ(ials.user_vectors(), reference.user_vectors());
    EXPECT_EQ(ials.item_vectors(), reference.item_vectors());
  }
}

TEST(Ials, FoldingInAKnownUserGivesTheStoredVector) {
  const SparseMatrix positives = random_positives(30, 25, 0.2);
  ThreadPool pool(2);
  Ials ials(positives, {.dimensions = 5});
  ials.run_epoch(pool);
  ials.finish(pool);
  const FoldIn fold_in(ials.item_vectors(), ials.options(), pool);
  for (std::size_t user = 0; user < positives.rows; ++user) {
    const auto vector = fold_in.solve(positives.row_columns(user), positives.row_values(user));
    for (std::size_t i = 0; i < vector.size(); ++i) {
      EXPECT_NEAR(vector[i], ials.user_vectors().row(user)[i], 1e-5);
    }
  }
}

TEST(Ials, OptionsOutOfRangeAreNamed) {
  const SparseMatrix positives = random_positives(2, 2, 1.0);
  try {
    const Ials ials(positives, {.dimensions = 0});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "dimensions is 0, not in 1..16384");
  }
}

}  // namespace
}  // namespace kindred::factorization
