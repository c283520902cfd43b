#include "kindred/nn/operations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "tests/support/gradient_check.h"

namespace kindred::nn {
namespace {

using features::Combiner;
using test::expect_right_gradients;
using test::normal_draws;
using Vars = std::span<const Var>;

TEST(Operations, GradientsOfProducts) {
  for (const std::size_t n : {1U, 5U}) {
    expect_right_gradients([](auto& tape, Vars v) { return matmul(tape, v[0], v[1]); },
                           {normal_draws(n, 3, 1), normal_draws(3, 4, 2)});
    expect_right_gradients([](auto& tape, Vars v) { return affine(tape, v[0], v[1], v[2]); },
                           {normal_draws(n, 3, 1), normal_draws(3, 2, 2), normal_draws(1, 2, 3)});
    expect_right_gradients([](auto& tape, Vars v) { return matmul_transposed(tape, v[0], v[1]); },
                           {normal_draws(n, 3, 1), normal_draws(4, 3, 2)});
    expect_right_gradients([](auto& tape, Vars v) { return dot_rows(tape, v[0], v[1]); },
                           {normal_draws(n, 3, 1), normal_draws(n, 3, 2)});
  }
}

TEST(Operations, GradientsOfElementwiseSteps) {
  for (const std::size_t rows : {1U, 4U}) {
    expect_right_gradients([](auto& tape, Vars v) { return add(tape, v[0], v[1]); },
                           {normal_draws(4, 3, 1), normal_draws(rows, 3, 2)});
    expect_right_gradients([](auto& tape, Vars v) { return multiply(tape, v[0], v[1]); },
                           {normal_draws(4, 3, 1), normal_draws(rows, 3, 2)});
  }
  expect_right_gradients([](auto& tape, Vars v) { return scale(tape, v[0], 1.7); },
                         {normal_draws(4, 3, 1)});
  expect_right_gradients(
      [](auto& tape, Vars v) {
        const std::vector<Var> parts = {v[0], v[1], v[0]};
        return concatenate<double>(tape, parts);
      },
      {normal_draws(4, 3, 1), normal_draws(4, 2, 2)});
}

// A value that is used several times gets the sum of what its uses say.
TEST(Operations, GradientsOfSharedValues) {
  expect_right_gradients(
      [](auto& tape, Vars v) {
        const Var y = activate(tape, Activation::relu, matmul(tape, v[0], v[1]));
        return add(tape, multiply(tape, y, y), add(tape, y, activate(tape, Activation::tanh, y)));
      },
      {normal_draws(3, 3, 1), normal_draws(3, 3, 2)});
}

TEST(Operations, GradientsOfActivations) {
  for (const Activation activation : {Activation::linear, Activation::relu, Activation::gelu,
                                      Activation::tanh, Activation::sigmoid, Activation::softmax}) {
    SCOPED_TRACE(name_of(activation));
    expect_right_gradients(
        [&](auto& tape, Vars v) { return activate(tape, activation, scale(tape, v[0], 1.0)); },
        {normal_draws(4, 5, 1)});
    EXPECT_EQ(parse_activation(name_of(activation)), activation);
  }
}

TEST(Operations, ActivationsOfLargeNumbersStayFinite) {
  const std::vector<float> x = {-1000.0F, -100.0F, 0.0F, 100.0F, 1000.0F};
  for (const Activation activation :
       {Activation::gelu, Activation::tanh, Activation::sigmoid, Activation::softmax}) {
    Tape<float> tape;
    const Var y = activate(tape, activation, tape.input(x.data(), 1, x.size()));
    for (const float value : tape.values(y))
      EXPECT_TRUE(std::isfinite(value)) << name_of(activation);
  }
}

TEST(Operations, GradientsOfNormalization) {
  const auto gamma = normal_draws(1, 4, 2);
  const auto beta = normal_draws(1, 4, 3);
  expect_right_gradients(
      [](auto& tape, Vars v) { return layer_norm(tape, v[0], v[1], v[2], 1e-3); },
      {normal_draws(5, 4, 1), gamma, beta});
  std::vector<double> mean(4);
  std::vector<double> variance(4);
  expect_right_gradients(
      [&](auto& tape, Vars v) {
        return batch_norm<double>(tape, v[0], v[1], v[2], 1e-3, mean, variance);
      },
      {normal_draws(5, 4, 1), gamma, beta});
  expect_right_gradients(
      [&](auto& tape, Vars v) {
        return normalize_by<double>(tape, v[0], v[1], v[2], 1e-3, mean, variance);
      },
      {normal_draws(5, 4, 1), gamma, beta});
  expect_right_gradients([](auto& tape, Vars v) { return l2_normalize(tape, v[0]); },
                         {normal_draws(5, 4, 1)});
}

TEST(Operations, NormalizedRowsHaveLengthOneAndZeroStaysZero) {
  const std::vector<float> x = {3.0F, 4.0F, 0.0F, 0.0F};
  Tape<float> tape;
  const Var y = l2_normalize(tape, tape.input(x.data(), 2, 2));
  EXPECT_FLOAT_EQ(tape.values(y)[0], 0.6F);
  EXPECT_FLOAT_EQ(tape.values(y)[1], 0.8F);
  EXPECT_EQ(tape.values(y)[2], 0.0F);
}

TEST(Operations, GradientsOfDropoutAndItsShare) {
  expect_right_gradients([](auto& tape, Vars v) { return dropout(tape, v[0], 0.4, 7, 1); },
                         {normal_draws(6, 5, 1)});
  const std::vector<float> ones(100'000, 1.0F);
  Tape<float> tape;
  const Var y = dropout(tape, tape.input(ones.data(), 1000, 100), 0.3, 7, 1);
  std::size_t fallen = 0;
  for (const float value : tape.values(y)) {
    if (value == 0.0F) {
      ++fallen;
    } else {
      EXPECT_FLOAT_EQ(value, 1.0F / 0.7F);
    }
  }
  // Six standard deviations of a binomial of 100,000 draws are 870.
  EXPECT_NEAR(static_cast<double>(fallen), 30'000.0, 870.0);
}

TEST(Operations, GradientsOfTables) {
  features::IdBag bag;
  bag.ids = {0, 3, 3, 1, 4, 2};
  bag.row_offsets = {0, 3, 3, 4, 6};
  for (const bool is_weighted : {false, true}) {
    if (is_weighted) bag.weights = {0.5F, 2.0F, -1.0F, 1.5F, 0.0F, 0.25F};
    for (const Combiner combiner :
         {Combiner::sum, Combiner::mean, Combiner::sqrtn, Combiner::last, Combiner::max}) {
      for (const std::optional<float> max_norm : {std::optional<float>(), std::optional(1.2F)}) {
        for (const GradientKind kind : {GradientKind::dense, GradientKind::by_rows}) {
          for (const std::size_t cols : {1U, 3U}) {
            const features::Pooling pooling{combiner, max_norm};
            expect_right_gradients(
                [&](auto& tape, Vars v) { return embedding_bag(tape, v[0], bag, pooling); },
                {normal_draws(5, cols, 1)}, kind);
          }
        }
      }
    }
  }
}

TEST(Operations, TablesCombineAsFeaturesSay) {
  features::IdBag bag;
  bag.ids = {0, 3, 3, 1, 4, 2};
  bag.row_offsets = {0, 3, 3, 4, 6};
  bag.weights = {0.5F, 2.0F, -1.0F, 1.5F, 0.0F, 0.25F};
  const auto draws = normal_draws(5, 3, 1);
  const Matrix table(5, 3, std::vector<float>(draws.values.begin(), draws.values.end()));
  for (const Combiner combiner :
       {Combiner::sum, Combiner::mean, Combiner::sqrtn, Combiner::last, Combiner::max}) {
    const features::Pooling pooling{combiner, 1.2F};
    Tape<float> tape;
    const Var y = embedding_bag(tape, tape.input(table.values().data(), 5, 3), bag, pooling);
    for (std::size_t r = 0; r < 4; ++r) {
      std::vector<float> expected(3);
      features::pool_row(bag, r, table, pooling, expected);
      for (std::size_t j = 0; j < 3; ++j) {
        EXPECT_NEAR(tape.values(y)[r * 3 + j], expected[j], 1e-6);
      }
    }
  }
}

TEST(Operations, GradientsOfLosses) {
  const std::vector<double> targets = {0.2, 1.0, 0.0, 0.7, 1.0, 0.3};
  const std::vector<double> weights = {1.0, 0.5, 2.0};
  for (const LossKind kind : {LossKind::mean_squared_error, LossKind::binary_crossentropy}) {
    const Loss loss{.kind = kind, .from_logits = kind == LossKind::binary_crossentropy};
    expect_right_gradients(
        [&](auto& tape, Vars v) { return reduce_loss<double>(tape, loss, v[0], targets, weights); },
        {normal_draws(3, 2, 1)});
  }
}

// Blocks depend on shapes alone, so that threads change nothing.
TEST(Operations, AnyNumberOfThreadsGivesTheSameBytes) {
  std::vector<float> x(700 * 120);
  std::vector<float> w(120 * 90);
  std::vector<float> b(90, 0.1F);
  Rng rng(3);
  for (float& value : x) value = static_cast<float>(rng.normal());
  for (float& value : w) value = static_cast<float>(rng.normal());
  std::vector<std::vector<float>> found;
  for (const int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    Tape<float> tape(&pool);
    Gradient<float> of_w(120, 90, GradientKind::dense);
    const Var y = activate(
        tape, Activation::sigmoid,
        dropout(tape,
                affine(tape, tape.input(x.data(), 700, 120),
                       tape.parameter(w.data(), 120, 90, &of_w), tape.input(b.data(), 1, 90)),
                0.2, 5, 1));
    tape.backward(sum(tape, y));
    std::vector<float> all(tape.values(y).begin(), tape.values(y).end());
    all.insert(all.end(), of_w.values().begin(), of_w.values().end());
    found.push_back(std::move(all));
  }
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
}

// Memory is kept, and what an earlier batch left behind does not show.
TEST(Operations, ATapeIsUsedAgainForBatchesOfOtherSizes) {
  const auto weights = normal_draws(3, 2, 1);
  Tape<double> tape;
  for (const std::size_t n : {50'000U, 3U, 200U, 1U}) {
    tape.clear();
    const auto x = normal_draws(n, 3, 2);
    Gradient<double> gradient(3, 2, GradientKind::dense);
    const Var y = matmul(tape, tape.input(x.values.data(), n, 3),
                         tape.parameter(weights.values.data(), 3, 2, &gradient));
    tape.backward(sum(tape, y));
    for (std::size_t l = 0; l < 3; ++l) {
      double expected = 0.0;
      for (std::size_t r = 0; r < n; ++r) expected += x.values[r * 3 + l];
      EXPECT_NEAR(gradient.values()[l * 2], expected, 1e-8 * static_cast<double>(n));
    }
  }
}

}  // namespace
}  // namespace kindred::nn
