#include "kindred/nn/in_batch_softmax.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/gradient_check.h"

namespace kindred::nn {
namespace {

TEST(InBatchSoftmax, GradientsWithCorrectionAndRepeatedItems) {
  const std::vector<std::int64_t> items = {7, 3, 7, 5};
  const std::vector<double> log_q = {-1.0, -2.0, -1.0, -0.5};
  test::expect_right_gradients(
      [&](auto& tape, std::span<const Var> v) {
        return in_batch_softmax<double>(tape, v[0], items, log_q);
      },
      {test::normal_draws(4, 4, 1)});
}

TEST(InBatchSoftmax, AnItemIsNoRivalOfItself) {
  Tape<double> tape;
  const std::vector<double> scores = {0.0, 5.0, 5.0, 0.0};
  const std::vector<double> log_q = {0.0, 0.0};
  const std::vector<std::int64_t> same = {1, 1};
  const Var loss = in_batch_softmax<double>(tape, tape.input(scores.data(), 2, 2), same, log_q);
  EXPECT_DOUBLE_EQ(tape.values(loss)[0], 0.0);
  const std::vector<std::int64_t> different = {1, 2};
  const Var other =
      in_batch_softmax<double>(tape, tape.input(scores.data(), 2, 2), different, log_q);
  EXPECT_NEAR(tape.values(other)[0], std::log(1.0 + std::exp(5.0)), 1e-12);
}

// Popular items are met more often; the correction takes that back.
TEST(InBatchSoftmax, TheCorrectionLowersPopularRivals) {
  Tape<double> tape;
  const std::vector<double> scores(4, 0.0);
  const std::vector<std::int64_t> items = {1, 2};
  const std::vector<double> log_q = {std::log(0.25), std::log(0.75)};
  const Var loss = in_batch_softmax<double>(tape, tape.input(scores.data(), 2, 2), items, log_q);
  // Row 0: 1/q of its own item is 4, of the rival 4/3.
  EXPECT_NEAR(tape.values(loss)[0], -(std::log(0.75) + std::log(0.25)) / 2.0, 1e-12);
}

}  // namespace
}  // namespace kindred::nn
