#include "kindred/learning/validation.h"

#include <gtest/gtest.h>

#include "kindred/base/rng.h"

namespace kindred::learning {
namespace {

// Two crowds, each of which likes most of its own half of the items.
SparseMatrix two_crowds(std::size_t users, std::size_t items) {
  SparseMatrix out;
  out.rows = users;
  out.cols = items;
  Rng rng(3);
  for (std::size_t user = 0; user < users; ++user) {
    const std::size_t first = user % 2 == 0 ? 0 : items / 2;
    for (std::size_t i = 0; i < items / 2; ++i) {
      if (rng.uniform() >= 0.6) continue;
      out.columns.push_back(static_cast<std::uint32_t>(first + i));
      out.values.push_back(1.0F);
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

TEST(Validation, HeldOutUsersLeaveTraining) {
  const SparseMatrix positives = two_crowds(60, 40);
  const Validation validation(positives, 20, 7);
  EXPECT_EQ(validation.user_count(), 20U);
  const SparseMatrix& training = validation.training_positives();
  validate(training, "training");
  ASSERT_EQ(training.rows, positives.rows);
  std::size_t emptied = 0;
  for (std::size_t user = 0; user < training.rows; ++user) {
    if (training.row_size(user) == 0) {
      ++emptied;
    } else {
      EXPECT_EQ(training.row_size(user), positives.row_size(user));
    }
  }
  EXPECT_EQ(emptied, 20U);
}

TEST(Validation, SameSeedSameUsersAndAnotherSeedOthers) {
  const SparseMatrix positives = two_crowds(60, 40);
  EXPECT_EQ(Validation(positives, 20, 7).training_positives(),
            Validation(positives, 20, 7).training_positives());
  EXPECT_NE(Validation(positives, 20, 7).training_positives(),
            Validation(positives, 20, 8).training_positives());
}

TEST(Validation, TrainingRaisesTheScore) {
  const SparseMatrix positives = two_crowds(200, 60);
  const Validation validation(positives, 50, 1);
  ThreadPool pool(2);
  const factorization::IalsOptions options{.dimensions = 4};
  factorization::Ials ials(validation.training_positives(), options);
  const double before = validation.score(ials.item_vectors(), options, pool);
  for (int epoch = 0; epoch < 4; ++epoch) ials.run_epoch(pool);
  const double after = validation.score(ials.item_vectors(), options, pool);
  EXPECT_GT(after, before);
  EXPECT_LE(after, 1.0);

  // All of a crowd's items are equally likely, so the best possible is to fill the list
  // from the right half; a model that has not found the halves does a good deal worse.
  EXPECT_GT(after, 0.4);
  ThreadPool four(4);
  EXPECT_EQ(after, validation.score(ials.item_vectors(), options, four));
}

TEST(Validation, NobodyToHoldOut) {
  SparseMatrix one;
  one.rows = 1;
  one.cols = 1;
  one.offsets = {0, 1};
  one.columns = {0};
  one.values = {1.0F};
  const Validation validation(one, 10, 1);
  EXPECT_EQ(validation.user_count(), 0U);
  EXPECT_EQ(validation.training_positives(), one);
  ThreadPool pool(1);
  EXPECT_EQ(validation.score(Matrix(1, 2), {.dimensions = 2}, pool), 0.0);
}

}  // namespace
}  // namespace kindred::learning
