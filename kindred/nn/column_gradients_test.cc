// The gradient of a network on every kind of column, against differences in double precision.

#include <gtest/gtest.h>

#include "kindred/features/encoder.h"
#include "kindred/nn/operations.h"
#include "tests/support/gradient_check.h"

namespace kindred::nn {
namespace {

using features::CategoricalColumn;
using features::Column;
using features::PartKind;
using test::Argument;

// Five rows, with lists, an empty one, unknown words and values that are not there.
data::Batch rows() {
  data::Batch batch;
  batch.add("x", data::column(std::vector<float>{0.5F, -1.0F, 2.0F, 0.0F, 3.5F}));
  batch.add("pair", data::matrix(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 2));
  batch.add("word", data::column(data::TextList{"a", "b", "", "c", "a"}));
  batch.add("ids", data::ragged(std::vector<std::int64_t>{0, 2, 2, 1, 3}, {0, 3, 3, 4, 5, 5}));
  batch.add("weights", data::ragged(std::vector<float>{0.5F, 2, -1, 1, 3}, {0, 3, 3, 4, 5, 5}));
  batch.add("steps", data::ragged(std::vector<float>{1, -2, 0.5F}, {0, 2, 2, 3, 3, 3}));
  return batch;
}

// A layer of two units with tanh behind it on what the column makes. Numbers are a matrix
// product, an indicator gathers rows of the kernel, an embedding's vectors are multiplied by it.
void check(const Column& column) {
  const features::Encoder encoder({column});
  const features::FeaturePart& part = encoder.layout().parts[0];
  features::FeatureBlock block;
  encoder.encode(rows(), block);
  const std::vector<double> numbers(block.dense.begin(), block.dense.end());
  const features::IdBag* bag = block.bags.empty() ? nullptr : &block.bags[part.bag];
  const auto layer = [&](Tape<double>& tape, std::span<const Var> v) {
    Var out;
    if (part.kind == PartKind::dense) {
      out = matmul(tape, tape.input(numbers.data(), block.row_count, part.width), v[0]);
    } else if (part.kind == PartKind::indicator) {
      out = embedding_bag(tape, v[0], *bag, {features::Combiner::sum, {}});
    } else {
      out = matmul(tape, embedding_bag(tape, v[2], *bag, {part.combiner, part.max_norm}), v[0]);
    }
    return activate(tape, Activation::tanh, add(tape, out, v[1]));
  };
  std::vector<Argument> arguments = {test::normal_draws(part.width, 2, 1),
                                     test::normal_draws(1, 2, 2)};
  if (part.kind == PartKind::embedding) {
    arguments.push_back(test::normal_draws(part.bucket_count, part.width, 3));
  }
  SCOPED_TRACE(part.name);
  test::expect_right_gradients(layer, arguments);
}

// Of an indicator, and of embeddings with every combiner, with and without a limit.
void check_category(const CategoricalColumn& category) {
  check(features::indicator(category));
  for (const features::Combiner combiner :
       {features::Combiner::sum, features::Combiner::mean, features::Combiner::sqrtn}) {
    features::EmbeddingColumn embedding = features::embedding(category, 3);
    embedding.combiner = combiner;
    check(embedding);
    embedding.max_norm = 0.7F;
    check(embedding);
  }
}

TEST(ColumnGradients, OfNumbers) {
  check(features::numeric("x", {features::Affine{.scale = 0.5, .offset = 1.0}}));
  features::NumericColumn pair = features::numeric("pair");
  pair.shape = {2};
  check(pair);
  for (const features::Combiner pooling : {features::Combiner::sum, features::Combiner::mean,
                                           features::Combiner::last, features::Combiner::max}) {
    check(features::SequenceNumericColumn{features::numeric("steps"), pooling});
  }
}

TEST(ColumnGradients, OfEveryKindOfCategory) {
  check_category(features::bucketized(features::numeric("x"), {0, 1}));
  check_category(features::identity("ids", 4));
  check_category(features::vocabulary("word", {"a", "b"}));
  check_category(features::vocabulary("word", {"a", "b"}, 2));
  check_category(features::hashed("word", 5));
  check_category(features::crossed({features::raw("word"), features::raw("ids")}, 7));
  check_category(features::weighted(features::identity("ids", 4), "weights"));
}

TEST(ColumnGradients, OfSequences) {
  for (const features::Combiner combiner : {features::Combiner::last, features::Combiner::max}) {
    features::EmbeddingColumn embedding =
        features::embedding(features::sequence(features::identity("ids", 4)), 3);
    embedding.combiner = combiner;
    check(embedding);
  }
}

// Two columns on one table add up their gradients.
TEST(ColumnGradients, OfSharedTables) {
  const features::Encoder encoder({features::indicator(features::identity("ids", 4)),
                                   features::indicator(features::hashed("word", 4))});
  features::FeatureBlock block;
  encoder.encode(rows(), block);
  const features::Pooling mean{features::Combiner::mean, {}};
  test::expect_right_gradients(
      [&](Tape<double>& tape, std::span<const Var> v) {
        const std::vector<Var> both = {embedding_bag(tape, v[0], block.bags[0], mean),
                                       embedding_bag(tape, v[0], block.bags[1], mean)};
        return activate(tape, Activation::tanh, concatenate<double>(tape, both));
      },
      {test::normal_draws(4, 3, 5)});
}

}  // namespace
}  // namespace kindred::nn
