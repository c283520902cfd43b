#include "kindred/features/pooling.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kindred/base/rng.h"
#include "kindred/features/encoder.h"
#include "kindred/features/linear_model.h"
#include "kindred/features/sequence_features.h"

namespace kindred::features {
namespace {

// Two rows of ids: {0, 2, 2} and none.
IdBag bag(std::vector<float> weights = {}) {
  return {.ids = {0, 2, 2}, .row_offsets = {0, 3, 3}, .weights = std::move(weights)};
}

const Matrix kTable(3, 2, {3, 4, 9, 9, 0, 1});

std::array<float, 2> pooled(const IdBag& ids, Pooling pooling, std::size_t row = 0) {
  std::array<float, 2> out{7, 7};
  pool_row(ids, row, kTable.view(), pooling, out);
  return out;
}

using Pair = std::array<float, 2>;

TEST(Pooling, CombinesTheVectorsOfARow) {
  EXPECT_EQ(pooled(bag(), {Combiner::sum}), (Pair{3, 6}));
  EXPECT_EQ(pooled(bag(), {Combiner::mean}), (Pair{1, 2}));
  EXPECT_EQ(pooled(bag(), {Combiner::last}), (Pair{0, 1}));
  EXPECT_EQ(pooled(bag(), {Combiner::max}), (Pair{3, 4}));
  const float root = std::sqrt(3.0F);
  EXPECT_NEAR(pooled(bag(), {Combiner::sqrtn})[1], 6.0F / root, 1e-6F);
  for (const Combiner combiner :
       {Combiner::sum, Combiner::mean, Combiner::sqrtn, Combiner::last, Combiner::max}) {
    EXPECT_EQ(pooled(bag(), {combiner}, 1), (Pair{0, 0})) << "the vector of nothing is zero";
  }
}

TEST(Pooling, WeighsThem) {
  EXPECT_EQ(pooled(bag({2, -1, 0.5F}), {Combiner::sum}), (Pair{6, 7.5F}));
  // Weights of 0 and below are left out where they do not just add up.
  EXPECT_EQ(pooled(bag({1, -1, 1}), {Combiner::mean}), (Pair{1.5F, 2.5F}));
  EXPECT_EQ(pooled(bag({0, 0, 0}), {Combiner::mean}), (Pair{0, 0}));
}

TEST(Pooling, ScalesLongVectorsDownFirst) {
  // (3, 4) has length 5 and becomes (0.6, 0.8); (0, 1) stays.
  const Pair found = pooled(bag(), {Combiner::sum, 1.0F});
  EXPECT_NEAR(found[0], 0.6F, 1e-6F);
  EXPECT_NEAR(found[1], 2.8F, 1e-6F);
}

// Rows of random ids, some of them twice, in all kinds of parts.
TEST(LinearModel, GathersWhatTheProductWithTheDenseTensorGives) {
  constexpr std::size_t kRows = 50;
  Rng rng(9);
  std::vector<std::int64_t> ids;
  std::vector<std::size_t> offsets = {0};
  std::vector<float> numbers;
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::uint64_t i = rng.below(5); i > 0; --i) {
      ids.push_back(static_cast<std::int64_t>(rng.below(6)));
    }
    offsets.push_back(ids.size());
    numbers.push_back(static_cast<float>(rng.normal()));
  }
  data::Batch batch;
  batch.add("x", data::column(numbers));
  batch.add("ids", data::ragged(ids, offsets));
  const Encoder encoder({numeric("x"), indicator(identity("ids", 6)),
                         embedding(hashed("ids", 4), 3),
                         indicator(crossed({raw("ids"), bucketized(numeric("x"), {0})}, 11))});
  const FeatureLayout& layout = encoder.layout();
  FeatureBlock block;
  encoder.encode(batch, block);
  const std::vector<Matrix> tables = initial_tables(layout, 1);
  Matrix dense(kRows, layout.width);
  dense_features(layout, block, tables, dense);

  LinearModel model = make_linear_model(layout, 2);
  for (Matrix& kernel : model.kernels) {
    for (float& value : kernel.values()) value = static_cast<float>(rng.normal());
  }
  model.bias = {0.5F, -1.0F};
  Matrix outputs(kRows, 2);
  predict(model, layout, block, tables, outputs);
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t unit = 0; unit < 2; ++unit) {
      double expected = static_cast<double>(model.bias[unit]);
      for (std::size_t part = 0; part < layout.parts.size(); ++part) {
        for (std::size_t i = 0; i < layout.parts[part].width; ++i) {
          expected += static_cast<double>(dense.row(row)[layout.parts[part].offset + i]) *
                      static_cast<double>(model.kernels[part].row(i)[unit]);
        }
      }
      ASSERT_NEAR(static_cast<double>(outputs.row(row)[unit]), expected, 1e-4);
    }
  }
}

TEST(SequenceFeatures, PadShortRowsAndKeepLengths) {
  data::Batch batch;
  batch.add("ids", data::ragged(std::vector<std::int64_t>{1, 0, 2}, {0, 2, 2, 3}));
  const SequenceTensor steps =
      padded_sequence(indicator(sequence(identity("ids", 3))), batch, {}, 0);
  EXPECT_EQ(steps.lengths, (std::vector<std::size_t>{2, 0, 1}));
  EXPECT_EQ(steps.step_count, 2U);
  EXPECT_EQ(steps.values, (std::vector<float>{0, 1, 0, 1, 0, 0,  //
                                              0, 0, 0, 0, 0, 0,  //
                                              0, 0, 1, 0, 0, 0}));
  const Matrix context(3, 1, {7, 8, 9});
  const SequenceTensor both = with_context(steps, context.view());
  EXPECT_EQ(both.width, 4U);
  EXPECT_EQ(both.values[3], 7.0F);
  EXPECT_EQ(both.values[7], 7.0F);
}

}  // namespace
}  // namespace kindred::features
