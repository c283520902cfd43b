#include "kindred/model/ratings_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "kindred/base/rng.h"
#include "kindred/model/io.h"
#include "tests/support/error_of.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::model {
namespace {

using test::error_of;
using ::testing::HasSubstr;

data::Interactions some_ratings(bool values, bool times) {
  data::Interactions ratings;
  for (int user = 0; user < 50; ++user) ratings.users.insert("u" + std::to_string(user));
  for (int item = 0; item < 30; ++item) ratings.items.insert("i" + std::to_string(item));
  ratings.has_values = values;
  ratings.by_user.cols = 30;
  Rng rng(5);
  for (int user = 0; user < 50; ++user) {
    for (std::uint32_t item = 0; item < 30; ++item) {
      if (rng.below(4) != 0) continue;
      ratings.by_user.columns.push_back(item);
      ratings.by_user.values.push_back(values ? static_cast<float>(1 + rng.below(5)) : 1.0F);
      if (times) ratings.timestamps.push_back(static_cast<std::int64_t>(rng.below(100)) - 50);
    }
    ratings.by_user.close_row();
  }
  return ratings;
}

class RatingsStore : public ::testing::Test {
 protected:
  void save(const data::Interactions& ratings) {
    save_ratings(path_, ratings, transpose(ratings.by_user), Json(Json::Object()));
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "r.kindred";
};

TEST_F(RatingsStore, GivesBackWhatWasSaved) {
  for (const bool values : {false, true}) {
    for (const bool times : {false, true}) {
      const data::Interactions ratings = some_ratings(values, times);
      save(ratings);
      EXPECT_TRUE(is_ratings_store(path_));
      EXPECT_TRUE(load_ratings(path_).interactions == ratings);
      const RatingsBlocks blocks(path_);
      EXPECT_TRUE(blocks.users() == ratings.users && blocks.items() == ratings.items);
      EXPECT_EQ(blocks.value_max(), values ? 5.0F : 1.0F);
      EXPECT_TRUE(blocks.read_all() == ratings.by_user);
    }
  }
}

TEST_F(RatingsStore, BlocksOfAnySizeAreTheWhole) {
  const data::Interactions ratings = some_ratings(true, false);
  save(ratings);
  const RatingsBlocks blocks(path_);
  for (const RatingsSide side : {RatingsSide::by_user, RatingsSide::by_item}) {
    const SparseMatrix whole =
        side == RatingsSide::by_user ? ratings.by_user : transpose(ratings.by_user);
    for (const std::uint64_t pairs : {1U, 7U, 40U, 100000U}) {
      SparseMatrix joined;
      joined.cols = whole.cols;
      std::size_t next = 0;
      for (const auto& range : blocks.ranges(side, pairs)) {
        EXPECT_EQ(range.first, next);
        next = range.end;
        const SparseMatrix block = blocks.read(side, range);
        EXPECT_TRUE(block.rows == 1 || block.entry_count() <= pairs);
        for (std::size_t row = 0; row < block.rows; ++row) {
          joined.append_row(block.row_columns(row), block.row_values(row));
        }
      }
      EXPECT_TRUE(joined == whole) << pairs;
    }
  }
}

TEST_F(RatingsStore, OtherFilesAreNone) {
  EXPECT_FALSE(is_ratings_store(folder_ / "none"));
  EXPECT_FALSE(is_ratings_store("/dev/null"));
  EXPECT_FALSE(is_ratings_store(folder_.path()));
  test::write_bytes(folder_ / "r.csv", "user,item\n1,2\n");
  EXPECT_FALSE(is_ratings_store(folder_ / "r.csv"));
  model::save(test::sample_model(3), folder_ / "m.kindred");
  EXPECT_FALSE(is_ratings_store(folder_ / "m.kindred"));
}

TEST_F(RatingsStore, EveryTruncationAndFlippedByteIsNoticed) {
  save(some_ratings(true, true));
  const std::string good = test::read_bytes(path_);
  for (std::size_t at = 0; at < good.size(); at += 97) {
    test::write_bytes(path_, good.substr(0, at));
    EXPECT_NE(error_of([&] { RatingsBlocks blocks(path_); }), "no error") << at;
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    test::write_bytes(path_, bad);
    EXPECT_NE(error_of([&] { RatingsBlocks blocks(path_); }), "no error") << at;
  }
}

// F23: cut short in place while it is open. An error, and no signal.
TEST_F(RatingsStore, ShrinkingWhileOpenIsAnError) {
  save(some_ratings(true, false));
  const RatingsBlocks blocks(path_);
  const auto ranges = blocks.ranges(RatingsSide::by_item, 20);
  EXPECT_GT(blocks.read(RatingsSide::by_item, ranges.back()).rows, 0U);
  std::filesystem::resize_file(path_, 2000);
  EXPECT_THAT(error_of([&] { blocks.read(RatingsSide::by_item, ranges.back()); }),
              HasSubstr("r.kindred"));
}

// F22: replaced while it is open. Whoever has it open keeps the old one.
TEST_F(RatingsStore, ReplacedWhileOpenStaysWhatItWas) {
  const data::Interactions before = some_ratings(true, false);
  save(before);
  const RatingsBlocks blocks(path_);
  save(some_ratings(false, true));
  EXPECT_TRUE(blocks.read_all() == before.by_user);
  EXPECT_FALSE(load_ratings(path_).interactions == before);
}

}  // namespace
}  // namespace kindred::model
