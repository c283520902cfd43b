#include "kindred/model/ratings_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>

#include "kindred/base/rng.h"
#include "kindred/model/io.h"
#include "kindred/model/parts.h"
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

// Everything that a store may say wrongly with right checksums: both ways of opening one, and
// what inspect runs, refuse it in the same words.
class WrongStore : public RatingsStore {
 protected:
  // The same error each time, which names the file.
  std::string problem() {
    const std::string in_memory = error_of([&] { load_ratings(path_); });
    EXPECT_EQ(error_of([&] { const RatingsBlocks blocks(path_); }), in_memory);
    EXPECT_EQ(error_of([&] { check_ratings_store(path_); }), in_memory);
    EXPECT_THAT(in_memory, HasSubstr("r.kindred"));
    return in_memory;
  }

  // Writes the store anew, sealed, with something about it changed.
  struct Parts {
    SparseMatrix by_user;
    SparseMatrix by_item;
    std::vector<std::int64_t> times;
    Json content;
  };
  void write_changed(const std::function<void(Parts&)>& change) {
    const data::Interactions good = some_ratings(true, true);
    Parts parts{good.by_user, transpose(good.by_user), good.timestamps, Json(Json::Object())};
    PartWriter writer;
    parts.content.set("has_values", true);
    parts.content.set("has_times", true);
    parts.content.set("value_min", 1.0);
    parts.content.set("value_max", 5.0);
    parts.content.set("facts", Json(Json::Object()));
    change(parts);
    parts.content.set("by_user", writer.add_sparse("by_user", parts.by_user));
    parts.content.set("by_item", writer.add_sparse("by_item", parts.by_item));
    writer.add_labels("user", good.users);
    writer.add_labels("item", good.items);
    if (!parts.times.empty()) {
      writer.writer().add("by_user.times", {parts.times.size()},
                          std::span<const std::int64_t>(parts.times));
    }
    writer.writer().write(path_, {"kindred ratings", 1}, parts.content);
  }
};

TEST_F(WrongStore, AnHonestOneIsTaken) {
  write_changed([](Parts&) {});
  EXPECT_EQ(error_of([&] { load_ratings(path_); }), "no error");
  EXPECT_EQ(error_of([&] { const RatingsBlocks blocks(path_); }), "no error");
}

TEST_F(WrongStore, RatingsAreFinite) {
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    write_changed([&](Parts& parts) {
      parts.by_user.values[100] = value;
      parts.by_item = transpose(parts.by_user);
    });
    EXPECT_THAT(problem(), HasSubstr("by_item: row"));
    EXPECT_THAT(problem(), HasSubstr("which is not finite"));
  }
}

// One pair of one half at a time: another rating, another item, two users' ratings exchanged.
TEST_F(WrongStore, BothHalvesHoldTheSame) {
  const std::size_t entries = some_ratings(true, true).by_user.entry_count();
  for (std::size_t at = 0; at < entries; at += 7) {
    write_changed([&](Parts& parts) {
      float& value = parts.by_item.values[at];
      value = value == 1.0F ? 5.0F : 1.0F;
    });
    EXPECT_THAT(problem(), HasSubstr("by_user and by_item do not hold the same")) << at;
  }
  write_changed([](Parts& parts) {
    const auto found = std::ranges::find_if(
        parts.by_item.values, [&](float value) { return value != parts.by_item.values.front(); });
    std::swap(parts.by_item.values.front(), *found);
  });
  EXPECT_THAT(problem(), HasSubstr("do not hold the same"));
  write_changed([](Parts& parts) { parts.by_item.values.assign(parts.by_item.values.size(), 1); });
  EXPECT_THAT(problem(), HasSubstr("do not hold the same"));
}

TEST_F(WrongStore, OffsetsAndColumnsAscendAndAreInRange) {
  write_changed([](Parts& parts) { parts.by_user.offsets[3] = parts.by_user.offsets[2] - 1; });
  EXPECT_THAT(problem(), HasSubstr("the offsets of 'by_user' do not ascend"));
  write_changed([](Parts& parts) { parts.by_item.offsets[3] = parts.by_item.offsets[5]; });
  EXPECT_NE(problem(), "no error");
  write_changed([](Parts& parts) { parts.by_user.columns[5] = 30; });
  EXPECT_THAT(problem(), HasSubstr("column 30 of 30"));
  write_changed(
      [](Parts& parts) { std::swap(parts.by_user.columns[0], parts.by_user.columns[1]); });
  EXPECT_THAT(problem(), HasSubstr("columns of row 0 do not ascend"));
  write_changed([](Parts& parts) { parts.by_item.columns.back() = 50; });
  EXPECT_THAT(problem(), HasSubstr("by_item: row 29 has column 50 of 50"));
}

TEST_F(WrongStore, TheManifestSaysWhatThereIs) {
  write_changed([](Parts& parts) { parts.content.set("value_max", 4.0); });
  EXPECT_THAT(problem(), HasSubstr("value_max is 4"));
  write_changed([](Parts& parts) { parts.content.set("value_min", 0.5); });
  EXPECT_THAT(problem(), HasSubstr("value_min is 0.5"));
  write_changed([](Parts& parts) { parts.content.set("has_times", false); });
  EXPECT_THAT(problem(), HasSubstr("by_user has times"));
  write_changed([](Parts& parts) { parts.times.clear(); });
  EXPECT_THAT(problem(), HasSubstr("by_user.times"));
  write_changed([](Parts& parts) { parts.times.pop_back(); });
  EXPECT_THAT(problem(), HasSubstr("by_user.times"));
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
