// Where a source cuts its rows into blocks must not show in any element.

#include <gtest/gtest.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/data/dataset.h"
#include "tests/support/homes.h"

namespace kindred::data {
namespace {

using Numbers = std::vector<std::int64_t>;

// Rows in blocks of random sizes.
Dataset in_random_blocks(Batch rows, std::uint64_t seed) {
  return Dataset::generate([rows = std::move(rows), seed](std::uint64_t) {
    return [&rows, rng = Rng(seed), at = std::size_t{0}]() mutable -> std::optional<Batch> {
      if (at == rows.row_count) return std::nullopt;
      const std::size_t begin = at;
      at = std::min<std::size_t>(rows.row_count, at + rng.below(4));  // Empty blocks, too.
      return slice(rows, begin, at);
    };
  });
}

TEST(Dataset, BlocksNeverShow) {
  Batch rows = Dataset::from_batch(test::homes()).repeat(7).enumerate().collect();
  const Dataset whole = Dataset::from_batch(rows);
  const auto pipelines = [](const Dataset& source) {
    const auto third = [](const Batch& block, std::size_t row) {
      return block.at("index").integers()[row] % 3 != 0;
    };
    return std::vector<Dataset>{
        source,
        source.take(17),
        source.skip(17),
        source.shard(4, 3),
        source.filter(third),
        source.repeat(2),
        source.shuffle(10, {.seed = 3}),
        source.concatenate(source),
        source.cache(),
        source.prefetch(2),
        source.enumerate("again", 100),
        source.batch(5),
        source.batch(5, {.drop_remainder = true}).unbatch().shuffle(7),
        source.padded_batch(4),
        source.window(5, {.shift = 3, .stride = 2}),
        Dataset::zip({source, Dataset::range(0, 30)}),
        Dataset::interleave({source, source}, {.cycle_length = 2, .block_length = 5}),
    };
  };
  const std::vector<Dataset> expected = pipelines(whole);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<Dataset> found = pipelines(in_random_blocks(rows, seed));
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!found[i].is_batched()) {
        ASSERT_EQ(found[i].collect(), expected[i].collect()) << "pipeline " << i;
        continue;
      }
      DatasetIterator a = found[i].start();
      DatasetIterator b = expected[i].start();
      Batch batch;
      Batch other;
      while (a.next(batch)) {
        ASSERT_TRUE(b.next(other)) << "pipeline " << i;
        ASSERT_EQ(batch, other) << "pipeline " << i;
      }
      ASSERT_FALSE(b.next(other)) << "pipeline " << i;
    }
  }
}

TEST(SplitValidation, TakesTheLastRows) {
  EXPECT_EQ(train_row_count(100, 0.33), 67U);
  EXPECT_EQ(train_row_count(5, 0.5), 2U);
  EXPECT_EQ(train_row_count(7, 0.3), 4U);
  EXPECT_EQ(train_row_count(3, 0.1), 2U);
  EXPECT_THROW(train_row_count(3, 0.0), Error);
  EXPECT_THROW(train_row_count(1, 0.5), Error);
  const auto [train, validation] = split_validation(test::homes(), 0.5);
  EXPECT_EQ(train, slice(test::homes(), 0, 3));
  EXPECT_EQ(validation, slice(test::homes(), 3, 6));
}

}  // namespace
}  // namespace kindred::data
