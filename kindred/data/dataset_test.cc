#include "kindred/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <set>

#include "kindred/base/error.h"
#include "tests/support/homes.h"

namespace kindred::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;
using testing::UnorderedElementsAreArray;

using Numbers = std::vector<std::int64_t>;

// The elements of a dataset of numbers: all of them, or one list for each batch.
Numbers numbers_of(const Dataset& dataset, std::uint64_t pass = 0) {
  Numbers all;
  DatasetIterator iterator = dataset.start(pass);
  Batch block;
  while (iterator.next(block)) {
    const auto here = block.features.at(0).tensor.integers();
    all.insert(all.end(), here.begin(), here.end());
  }
  return all;
}

std::vector<Numbers> batches_of(const Dataset& dataset) {
  std::vector<Numbers> all;
  DatasetIterator iterator = dataset.start();
  Batch block;
  while (iterator.next(block)) {
    const auto here = block.features.at(0).tensor.integers();
    all.emplace_back(here.begin(), here.end());
  }
  return all;
}

Numbers counting(std::int64_t begin, std::int64_t end) {
  Numbers numbers(static_cast<std::size_t>(end - begin));
  std::iota(numbers.begin(), numbers.end(), begin);
  return numbers;
}

TEST(Dataset, GivesTheRowsOfABatchAgainAndAgain) {
  const Dataset dataset = Dataset::from_batch(test::homes());
  EXPECT_EQ(dataset.collect(0), test::homes());
  EXPECT_EQ(dataset.collect(1), test::homes());
  EXPECT_EQ(dataset.cardinality(), 6);
  EXPECT_FALSE(dataset.is_batched());
}

TEST(Dataset, TheWholeDatasetAsOneBatch) {
  DatasetIterator iterator = Dataset::from_batch(test::homes()).batch(6).repeat(100).start();
  Batch batch;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(iterator.next(batch));
    ASSERT_EQ(batch, test::homes());
  }
  EXPECT_FALSE(iterator.next(batch));
  EXPECT_FALSE(iterator.next(batch));
}

TEST(Dataset, BatchesKeepOrDropTheRemainder) {
  EXPECT_THAT(batches_of(Dataset::range(0, 8).batch(3)),
              ElementsAre(Numbers{0, 1, 2}, Numbers{3, 4, 5}, Numbers{6, 7}));
  EXPECT_THAT(batches_of(Dataset::range(0, 8).batch(3, {.drop_remainder = true})),
              ElementsAre(Numbers{0, 1, 2}, Numbers{3, 4, 5}));
  EXPECT_THAT(batches_of(Dataset::range(0, 6).batch(3)),
              ElementsAre(Numbers{0, 1, 2}, Numbers{3, 4, 5}));
  EXPECT_THAT(batches_of(Dataset::range(0, 0).batch(3)), IsEmpty());
}

TEST(Dataset, BatchesOfBatchesAreStacked) {
  const Dataset dataset = Dataset::range(0, 8).batch(2).batch(2);
  DatasetIterator iterator = dataset.start();
  Batch batch;
  ASSERT_TRUE(iterator.next(batch));
  EXPECT_THAT(batch.at("value").shape, ElementsAre(2, 2));
  EXPECT_THAT(batch.at("value").integers(), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(dataset.cardinality(), 2);
  // Unbatching gives rows of two values; the flat rows come back by unbatching twice.
  EXPECT_THAT(dataset.unbatch().collect().at("value").shape, ElementsAre(4, 2));
  EXPECT_THROW(batches_of(Dataset::range(0, 5).batch(2).batch(3)), Error);
}

TEST(Dataset, PassesOverShortAndLongRanges) {
  EXPECT_EQ(numbers_of(Dataset::range(0, 5000)), counting(0, 5000));
  EXPECT_THAT(numbers_of(Dataset::range(1, 10, 4)), ElementsAre(1, 5, 9));
  EXPECT_THAT(numbers_of(Dataset::range(3, -3, -2)), ElementsAre(3, 1, -1));
  EXPECT_THAT(numbers_of(Dataset::range(3, 1)), IsEmpty());
  EXPECT_THROW(Dataset::range(0, 5, 0), Error);
}

TEST(Dataset, TakesSkipsAndShards) {
  EXPECT_THAT(numbers_of(Dataset::range(0, 10).take(3)), ElementsAre(0, 1, 2));
  EXPECT_EQ(numbers_of(Dataset::range(0, 10).take(kAll)).size(), 10U);
  EXPECT_EQ(numbers_of(Dataset::range(0, 5000).skip(1500)), counting(1500, 5000));
  EXPECT_THAT(numbers_of(Dataset::range(0, 10).skip(20)), IsEmpty());
  EXPECT_THAT(numbers_of(Dataset::range(0, 10).skip(kAll)), IsEmpty());
  EXPECT_THAT(numbers_of(Dataset::range(0, 10).shard(3, 1)), ElementsAre(1, 4, 7));
  EXPECT_EQ(numbers_of(Dataset::range(0, 5000).shard(3, 2)).size(), 1666U);
  EXPECT_THAT(batches_of(Dataset::range(0, 9).batch(2).skip(1).take(2)),
              ElementsAre(Numbers{2, 3}, Numbers{4, 5}));
  EXPECT_THAT(batches_of(Dataset::range(0, 9).batch(2).shard(2, 1)),
              ElementsAre(Numbers{2, 3}, Numbers{6, 7}));
  EXPECT_THROW(Dataset::range(0, 9).shard(2, 2), Error);
  EXPECT_THROW(Dataset::range(0, 9).take(-2), Error);
}

TEST(Dataset, RepeatsAndNeverRepeatsNothing) {
  EXPECT_EQ(numbers_of(Dataset::range(1, 4).repeat(3)), (Numbers{1, 2, 3, 1, 2, 3, 1, 2, 3}));
  EXPECT_THAT(numbers_of(Dataset::range(1, 4).repeat(0)), IsEmpty());
  EXPECT_EQ(numbers_of(Dataset::range(1, 4).repeat().take(5)), (Numbers{1, 2, 3, 1, 2}));
  EXPECT_THAT(numbers_of(Dataset::range(0, 0).repeat()), IsEmpty());
  // Batches after repeat() run across the passes, before it they do not.
  EXPECT_THAT(batches_of(Dataset::range(0, 3).repeat(2).batch(4)),
              ElementsAre(Numbers{0, 1, 2, 0}, Numbers{1, 2}));
  EXPECT_THAT(batches_of(Dataset::range(0, 3).batch(2).repeat(2)),
              ElementsAre(Numbers{0, 1}, Numbers{2}, Numbers{0, 1}, Numbers{2}));
}

TEST(Dataset, KnowsItsCardinality) {
  const Dataset range = Dataset::range(0, 42);
  const auto never = [](const Batch&, std::size_t) { return false; };
  EXPECT_EQ(range.cardinality(), 42);
  EXPECT_EQ(range.repeat().cardinality(), kInfiniteCardinality);
  EXPECT_EQ(range.filter(never).cardinality(), kUnknownCardinality);
  EXPECT_EQ(range.repeat(2).cardinality(), 84);
  EXPECT_EQ(range.batch(5).cardinality(), 9);
  EXPECT_EQ(range.batch(5, {.drop_remainder = true}).cardinality(), 8);
  EXPECT_EQ(range.repeat().take(7).cardinality(), 7);
  EXPECT_EQ(range.skip(40).cardinality(), 2);
  EXPECT_EQ(range.shard(5, 1).cardinality(), 9);
  EXPECT_EQ(range.shard(5, 2).cardinality(), 8);
  EXPECT_EQ(range.concatenate(range).cardinality(), 84);
  EXPECT_EQ(range.concatenate(range.repeat()).cardinality(), kInfiniteCardinality);
  EXPECT_EQ(Dataset::zip({range, Dataset::range(0, 5, 1, "b").repeat()}).cardinality(), 42);
  EXPECT_EQ(range.window(4, {.shift = 2}).cardinality(), 21);
  EXPECT_EQ(range.window(4, {.shift = 2, .drop_remainder = true}).cardinality(), 20);
  EXPECT_EQ(range.repeat(std::int64_t{1} << 62).cardinality(), kUnknownCardinality);
}

TEST(Dataset, ShufflesEveryPassAnew) {
  const Dataset shuffled = Dataset::range(0, 3000).shuffle(kAll, {.seed = 5});
  const Numbers first = numbers_of(shuffled, 0);
  EXPECT_THAT(first, UnorderedElementsAreArray(counting(0, 3000)));
  EXPECT_NE(first, counting(0, 3000));
  EXPECT_EQ(first, numbers_of(shuffled, 0));
  EXPECT_NE(first, numbers_of(shuffled, 1));
  EXPECT_NE(first, numbers_of(Dataset::range(0, 3000).shuffle(kAll, {.seed = 6})));
  // The passes of repeat() are those of start().
  Numbers both = first;
  const Numbers second = numbers_of(shuffled, 1);
  both.insert(both.end(), second.begin(), second.end());
  EXPECT_EQ(numbers_of(shuffled.repeat(2)), both);

  const Dataset fixed = Dataset::range(0, 3000).shuffle(kAll, {.seed = 5, .reshuffle = false});
  EXPECT_EQ(numbers_of(fixed, 0), numbers_of(fixed, 1));
}

TEST(Dataset, ASmallBufferShufflesOnlyNearby) {
  constexpr std::size_t kBuffer = 10;
  const Numbers shuffled = numbers_of(Dataset::range(0, 3000).shuffle(kBuffer));
  EXPECT_THAT(shuffled, UnorderedElementsAreArray(counting(0, 3000)));
  for (std::size_t i = 0; i < shuffled.size(); ++i) {
    // Element n cannot leave before it came, after n - buffer + 1 others have left.
    EXPECT_LE(shuffled[i], static_cast<std::int64_t>(i + kBuffer - 1));
  }
  EXPECT_EQ(numbers_of(Dataset::range(0, 100).shuffle(1)), counting(0, 100));
}

// With a buffer that holds all n elements, each is as likely at each place.
TEST(Dataset, AFullShuffleIsUniform) {
  constexpr std::size_t kCount = 6;
  constexpr int kPasses = 6000;
  const Dataset dataset = Dataset::range(0, kCount).shuffle(kCount);
  std::vector<int> seen(kCount * kCount);
  for (int pass = 0; pass < kPasses; ++pass) {
    const Numbers order = numbers_of(dataset, static_cast<std::uint64_t>(pass));
    for (std::size_t i = 0; i < kCount; ++i) {
      ++seen[kCount * i + static_cast<std::size_t>(order[i])];
    }
  }
  // Binomial with p = 1/6: five standard deviations either side of the mean.
  for (const int count : seen) EXPECT_NEAR(count, 1000, 5 * 29);
}

TEST(Dataset, ShufflesRowsWholeWhateverTheirColumns) {
  for (const std::int64_t buffer : {1, 2, 5, 100}) {
    const Batch shuffled = Dataset::from_batch(test::homes()).repeat(50).shuffle(buffer).collect();
    ASSERT_EQ(shuffled.row_count, 300U);
    EXPECT_NO_THROW(check_batch(shuffled));
    std::vector<int> seen(6);
    for (std::size_t row = 0; row < shuffled.row_count; ++row) {
      const Batch one = slice(shuffled, row, row + 1);
      std::size_t from = 0;
      while (from < 6 && !(slice(test::homes(), from, from + 1) == one)) ++from;
      ASSERT_LT(from, 6U) << "row " << row << " is none of the rows put in";
      ++seen[from];
    }
    EXPECT_THAT(seen, ElementsAre(50, 50, 50, 50, 50, 50));
  }
}

TEST(Dataset, ShufflesBatchesWhole) {
  const auto batches = batches_of(Dataset::range(0, 100).batch(7).shuffle(4));
  EXPECT_THAT(batches, UnorderedElementsAreArray(batches_of(Dataset::range(0, 100).batch(7))));
  EXPECT_NE(batches, batches_of(Dataset::range(0, 100).batch(7)));
}

TEST(Dataset, MapsAndFilters) {
  const auto doubled = [](Batch rows) {
    for (std::int64_t& value : std::get<std::vector<std::int64_t>>(rows.find("value")->values)) {
      value *= 2;
    }
    return rows;
  };
  for (const int threads : {0, 3}) {
    const Dataset dataset = Dataset::range(0, 5000).map(doubled, {.thread_count = threads});
    EXPECT_EQ(numbers_of(dataset), numbers_of(Dataset::range(0, 10000, 2)));
    EXPECT_EQ(dataset.cardinality(), 5000);
  }
  const auto odd = [](const Batch& rows, std::size_t row) {
    return rows.at("value").integers()[row] % 2 == 1;
  };
  EXPECT_EQ(numbers_of(Dataset::range(0, 5000).filter(odd)),
            numbers_of(Dataset::range(1, 5000, 2)));
  EXPECT_THAT(batches_of(Dataset::range(0, 9).batch(2).filter_batches(
                  [](const Batch& batch) { return batch.row_count == 1; })),
              ElementsAre(Numbers{8}));
  EXPECT_THROW(Dataset::range(0, 9).batch(2).filter(odd), Error);
  const auto halved = [](const Batch& rows) { return slice(rows, 0, rows.row_count / 2); };
  EXPECT_THAT([&] { numbers_of(Dataset::range(0, 9).map(halved)); },
              ThrowsMessage<Error>(HasSubstr("the function made 4 rows of 9")));
}

TEST(Dataset, MakesAFeatureTheLabel) {
  const Batch rows = Dataset::range(0, 3).enumerate("i").with_label("value").collect();
  EXPECT_THAT(rows.label->integers(), ElementsAre(0, 1, 2));
  EXPECT_EQ(rows.features.size(), 1U);
  EXPECT_THROW(Dataset::range(0, 3).with_label("x").collect(), Error);
}

TEST(Dataset, PadsLists) {
  const Dataset lists = Dataset::from_batch([] {
    Batch batch;
    batch.add("n", ragged(Numbers{1, 2, 2, 3, 3, 3, 4, 4, 4, 4}, {0, 1, 3, 6, 10}));
    return batch;
  }());
  EXPECT_THAT(batches_of(lists.padded_batch(2)),
              ElementsAre(Numbers{1, 0, 2, 2}, Numbers{3, 3, 3, 0, 4, 4, 4, 4}));
  EXPECT_THAT(batches_of(lists.padded_batch(2, {.number = -1, .lengths = {{"n", 5}}})),
              ElementsAre(Numbers{1, -1, -1, -1, -1, 2, 2, -1, -1, -1},
                          Numbers{3, 3, 3, -1, -1, 4, 4, 4, 4, -1}));
  EXPECT_THAT(
      [&] {
        batches_of(lists.padded_batch(2, {.lengths = {{"n", 3}}}));
      },
      ThrowsMessage<Error>(HasSubstr("a list of 'n' has 4 values, more than the 3")));
  EXPECT_THROW(batches_of(lists.padded_batch(2, {.number = 0.5})), Error);
  EXPECT_THROW(batches_of(lists.padded_batch(2, {.lengths = {{"m", 3}}})), Error);

  DatasetIterator iterator =
      Dataset::from_batch(test::homes()).padded_batch(4, {.values = {{"words", "-"}}}).start();
  Batch batch;
  ASSERT_TRUE(iterator.next(batch));
  EXPECT_THAT(batch.at("words").shape, ElementsAre(4, 2));
  EXPECT_EQ(batch.at("words").texts(), (TextList{"-", "-", "a", "b", "-", "-", "c", "-"}));
  EXPECT_THAT(batch.at("rooms").integers(), ElementsAre(1, 2, 0, 0, 3, 0, 0, 0));
  EXPECT_FALSE(batch.at("type").is_ragged());
}

TEST(Dataset, SlidesWindows) {
  EXPECT_THAT(batches_of(Dataset::range(0, 7).window(3)),
              ElementsAre(Numbers{0, 1, 2}, Numbers{3, 4, 5}, Numbers{6}));
  EXPECT_THAT(batches_of(Dataset::range(0, 7).window(3, {.shift = 2, .drop_remainder = true})),
              ElementsAre(Numbers{0, 1, 2}, Numbers{2, 3, 4}, Numbers{4, 5, 6}));
  EXPECT_THAT(
      batches_of(Dataset::range(0, 7).window(3, {.shift = 1, .stride = 2, .drop_remainder = true})),
      ElementsAre(Numbers{0, 2, 4}, Numbers{1, 3, 5}, Numbers{2, 4, 6}));
  EXPECT_THAT(batches_of(Dataset::range(0, 9).window(2, {.shift = 4})),
              ElementsAre(Numbers{0, 1}, Numbers{4, 5}, Numbers{8}));
  EXPECT_EQ(batches_of(Dataset::range(0, 5000).window(100, {.shift = 1})).size(), 5000U);
}

TEST(Dataset, ZipsToTheShortest) {
  const Dataset zipped =
      Dataset::zip({Dataset::range(1, 4, 1, "a"), Dataset::range(13, 15, 1, "b")});
  const Batch rows = zipped.collect();
  EXPECT_THAT(rows.at("a").integers(), ElementsAre(1, 2));
  EXPECT_THAT(rows.at("b").integers(), ElementsAre(13, 14));
  EXPECT_THAT(
      [] {
        Dataset::zip({Dataset::range(0, 3), Dataset::range(0, 3)}).collect();
      },
      ThrowsMessage<Error>(HasSubstr("feature 'value' is in two of the datasets")));
  EXPECT_THROW(Dataset::zip({}), Error);
  EXPECT_THROW(Dataset::zip({Dataset::range(0, 3), Dataset::range(0, 3).batch(2)}), Error);
}

// The example of tf.data's interleave: range(1, 6), each number six times, a cycle of
// two, blocks of four.
TEST(Dataset, InterleavesAsTheReferenceDoes) {
  const auto six_times = [](const Batch& element) {
    return Dataset::from_batch(element).repeat(6);
  };
  const Numbers expected = {1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 3, 3, 3,
                            3, 4, 4, 4, 4, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5};
  EXPECT_EQ(numbers_of(
                Dataset::range(1, 6).interleave(six_times, {.cycle_length = 2, .block_length = 4})),
            expected);
  std::vector<Dataset> all;
  for (std::int64_t i = 1; i < 6; ++i) all.push_back(Dataset::range(i, i + 1).repeat(6));
  EXPECT_EQ(numbers_of(Dataset::interleave(all, {.cycle_length = 2, .block_length = 4})), expected);
  EXPECT_EQ(Dataset::interleave(all).cardinality(), 30);
  EXPECT_THAT(
      batches_of(Dataset::interleave({Dataset::range(0, 3).batch(2), Dataset::range(5, 6).batch(2)},
                                     {.cycle_length = 2})),
      ElementsAre(Numbers{0, 1}, Numbers{5}, Numbers{2}));
}

TEST(Dataset, CachesTheFirstWholePass) {
  std::atomic<int> made = 0;
  const Dataset cached = Dataset::generate([&](std::uint64_t) {
                           return [&, left = 2]() mutable -> std::optional<Batch> {
                             if (left-- == 0) return std::nullopt;
                             ++made;
                             Batch rows;
                             rows.add("value", column(Numbers{left}));
                             return rows;
                           };
                         }).cache();
  Batch block;
  {
    DatasetIterator unfinished = cached.start();
    ASSERT_TRUE(unfinished.next(block));
  }
  EXPECT_EQ(made, 1);
  EXPECT_THAT(numbers_of(cached), ElementsAre(1, 0));
  EXPECT_EQ(made, 3);
  EXPECT_THAT(numbers_of(cached.repeat(3)), ElementsAre(1, 0, 1, 0, 1, 0));
  EXPECT_EQ(made, 3);
  EXPECT_THROW(cached.repeat().cache(), Error);
}

TEST(Dataset, PrefetchesTheSameElementsAndErrors) {
  const auto fails_at = [](std::int64_t bad) {
    return [bad](Batch rows) {
      const auto values = rows.at("value").integers();
      if (std::find(values.begin(), values.end(), bad) != values.end()) {
        throw Error(ErrorCode::io, "a bad number");
      }
      return rows;
    };
  };
  const Dataset batches = Dataset::range(0, 100).batch(10);
  for (const std::size_t ahead : {1, 2, 50}) {
    EXPECT_EQ(numbers_of(batches.prefetch(ahead)), counting(0, 100));
    EXPECT_EQ(numbers_of(Dataset::range(0, 5000).prefetch(ahead)), counting(0, 5000));
    DatasetIterator iterator = batches.map(fails_at(35)).prefetch(ahead).start();
    Batch batch;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(iterator.next(batch));
    EXPECT_THAT([&] { iterator.next(batch); }, ThrowsMessage<Error>(HasSubstr("a bad number")));
    EXPECT_FALSE(iterator.next(batch));
  }
  Batch batch;
  DatasetIterator endless = Dataset::range(0, 10).repeat().batch(3).prefetch(4).start();
  ASSERT_TRUE(endless.next(batch));  // And the thread ends with the iterator.
}

TEST(Dataset, AnInputFunctionIsADataset) {
  int calls = 0;
  const Dataset rows = Dataset::from_function([&calls] {
    ++calls;
    Batch batch = test::homes();
    batch.label.reset();
    return std::pair(batch, column(std::vector<float>{1, 2, 3, 4, 5, 6}));
  });
  EXPECT_THAT(rows.repeat(2).collect().label->floats(),
              ElementsAre(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(Dataset::from_function(test::homes).collect(), test::homes());
  EXPECT_EQ(numbers_of(Dataset::from_function([] { return Dataset::range(0, 3); })),
            counting(0, 3));
}

TEST(Dataset, ATableIsADataset) {
  Table table(2);
  table.add({"type", TextColumn{"house", ""}});
  table.add({"price", NumberColumn{500, 700}});
  const Batch rows = Dataset::from_table(table, "price").collect();
  EXPECT_EQ(rows.at("type").texts(), (TextList{"house", ""}));
  EXPECT_THAT(rows.label->doubles(), ElementsAre(500, 700));
  EXPECT_THROW(Dataset::from_table(table, "cost"), Error);
}

TEST(Dataset, RefusesWhatCannotBe) {
  EXPECT_THROW(Dataset::from_batch({}), Error);
  EXPECT_THROW(Dataset::range(0, 3).batch(0), Error);
  EXPECT_THROW(Dataset::range(0, 3).shuffle(0), Error);
  EXPECT_THROW(Dataset::range(0, 3).shuffle(-5), Error);
  EXPECT_THROW(Dataset::range(0, 3).repeat(-3), Error);
  EXPECT_THROW(Dataset::range(0, 3).prefetch(0), Error);
  EXPECT_THROW(Dataset::range(0, 3).window(0), Error);
  EXPECT_THROW(Dataset::range(0, 3).unbatch(), Error);
  EXPECT_THROW(Dataset::range(0, 3).repeat().collect(), Error);
  EXPECT_THROW(Dataset::range(0, 3).interleave([](const Batch&) { return Dataset::range(0, 1); },
                                               {.cycle_length = 0}),
               Error);
}

}  // namespace
}  // namespace kindred::data
