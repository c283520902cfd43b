#include "kindred/data/ratings_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "kindred/base/error.h"
#include "tests/support/data_path.h"
#include "tests/support/temporary_folder.h"

namespace kindred::data {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class RatingsReader : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& text, const std::string& name = "r.csv") {
    const auto path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  Ratings read(const std::string& text, const RatingsOptions& options = {}) {
    return read_ratings(write(text), options, pool_);
  }
  std::string error_of(const std::string& text, const RatingsOptions& options = {}) {
    try {
      read(text, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
  ThreadPool pool_{2};
};

// The entries as "user item value" in matrix order.
std::string entries(const Ratings& ratings) {
  const Interactions& all = ratings.interactions;
  std::string text;
  for (std::size_t user = 0; user < all.by_user.rows; ++user) {
    for (std::size_t i = 0; i < all.by_user.row_size(user); ++i) {
      text += std::string(all.users.label(user)) + " " +
              std::string(all.items.label(all.by_user.row_columns(user)[i])) + " " +
              std::to_string(static_cast<int>(all.by_user.row_values(user)[i])) + "\n";
    }
  }
  return text;
}

TEST_F(RatingsReader, EveryCommonLayoutGivesTheSameRatings) {
  const std::string expected = "1 10 5\n1 20 3\n2 10 1\n";
  for (const char* text : {
           "userId,movieId,rating,timestamp\n1,10,5,978300760\n1,20,3,978302109\n2,10,1,"
           "978301968\n",
           "1,10,5\n1,20,3\n2,10,1\n",
           "1\t10\t5\t978300760\n1\t20\t3\t978302109\n2\t10\t1\t978301968\n",
           "1::10::5\n1::20::3\n2::10::1",
           "1 10 5\n1 20 3\n2 10 1\n",
           "  1  10   5\n1 20 3  \n2 10 1\n",
           "1;10;5\n1;20;3\n2;10;1\n",
           "1|10|5\n1|20|3\n2|10|1\n",
           "1,10,5\r\n1,20,3\r\n2,10,1\r\n",
           "\xEF\xBB\xBFuser,item,rating\n1,10,5\n1,20,3\n2,10,1\n",
           "\"1\",\"10\",\"5\"\n\"1\",\"20\",\"3\"\n\"2\",\"10\",\"1\"\n",
           "\n1,10,5\n\n1,20,3\n   \n2,10,1\n\n",
           "rating;item;user\n5;10;1\n3;20;1\n1;10;2\n",
       }) {
    EXPECT_EQ(entries(read(text)), expected) << text;
  }
}

TEST_F(RatingsReader, ListsOfItems) {
  const Ratings ratings = read("0 5 6 7\n1 5\n2 9 7 8 5 4\n3\n", {.item_lists = true});
  EXPECT_EQ(entries(ratings), "0 5 1\n0 6 1\n0 7 1\n1 5 1\n2 5 1\n2 7 1\n2 9 1\n2 8 1\n2 4 1\n");
  EXPECT_EQ(ratings.interactions.users.size(), 4U);
  EXPECT_FALSE(ratings.interactions.has_values);
}

TEST_F(RatingsReader, BadRowsNameLineColumnAndValue) {
  EXPECT_THAT(error_of("user,item,rating\n1,2,3\n1,3,x5\n"),
              HasSubstr("r.csv:3: column 'rating': 'x5' is not a number"));
  EXPECT_THAT(error_of("1,2,3\n1,3\n2,3,4\n"), HasSubstr("r.csv:2: 2 fields where 3"));
  const Ratings skipped = read("1,2,3\n1,3\n2,3,4\n2,3,nan\n3,,1\n", {.on_bad = OnBad::skip});
  EXPECT_EQ(skipped.summary.bad_row_count, 3U);
  EXPECT_THAT(skipped.summary.bad_rows_by_cause,
              UnorderedElementsAre(Pair("wrong number of fields", 1U),
                                   Pair("rating is not a number", 1U), Pair("empty id", 1U)));
  EXPECT_EQ(entries(skipped), "1 2 3\n2 3 4\n");
  EXPECT_EQ(skipped.interactions.items.size(), 2U) << "a bad row leaves no label behind";
}

// Counts: the README of the MovieLens 1M data set.
TEST_F(RatingsReader, MovieLens1M) {
  const auto path = test::data_file("ml-1m/ratings_uir.dat.gz");
  if (!path) GTEST_SKIP() << test::missing_data("ml-1m/ratings_uir.dat.gz");
  const Ratings ratings = read_ratings(*path, {}, pool_);
  EXPECT_EQ(ratings.summary.pair_count, 1000209U);
  EXPECT_EQ(ratings.summary.user_count, 6040U);
  EXPECT_EQ(ratings.summary.item_count, 3706U);
  EXPECT_EQ(ratings.summary.value_counts,
            (std::map<float, std::size_t>{
                {1.0F, 56174}, {2.0F, 107557}, {3.0F, 261197}, {4.0F, 348971}, {5.0F, 226310}}));
  validate(ratings.interactions.by_user, "ratings");
}

// Counts: the README of the MovieLens 100K data set.
TEST_F(RatingsReader, MovieLens100K) {
  const auto path = test::data_file("ml-100k/u.data");
  if (!path) GTEST_SKIP() << test::missing_data("ml-100k/u.data");
  const Ratings ratings = read_ratings(*path, {}, pool_);
  EXPECT_EQ(ratings.summary.pair_count, 100000U);
  EXPECT_EQ(ratings.summary.user_count, 943U);
  EXPECT_EQ(ratings.summary.item_count, 1682U);
  EXPECT_EQ(ratings.summary.value_counts,
            (std::map<float, std::size_t>{
                {1.0F, 6110}, {2.0F, 11370}, {3.0F, 27145}, {4.0F, 34174}, {5.0F, 21201}}));
  EXPECT_EQ(ratings.interactions.timestamps.size(), 100000U);
}

// Counts: the published LightGCN split; lists are recognised.
TEST_F(RatingsReader, GowallaLists) {
  const auto path = test::data_file("lightgcn-gowalla/train_lightgcn.txt.gz");
  if (!path) GTEST_SKIP() << test::missing_data("lightgcn-gowalla/train_lightgcn.txt.gz");
  const Ratings ratings = read_ratings(*path, {}, pool_);
  EXPECT_EQ(ratings.summary.pair_count, 810128U);
  EXPECT_EQ(ratings.summary.user_count, 29858U);
}

TEST_F(RatingsReader, MovieLensSmallCsv) {
  const auto path = test::data_file("ml-latest-small/ratings.csv.gz");
  if (!path) GTEST_SKIP() << test::missing_data("ml-latest-small/ratings.csv.gz");
  const Ratings ratings = read_ratings(*path, {}, pool_);
  EXPECT_EQ(ratings.summary.pair_count, 100836U);
  EXPECT_EQ(ratings.summary.user_count, 610U);
  EXPECT_EQ(ratings.summary.item_count, 9724U);
  EXPECT_EQ(ratings.interactions.timestamps.size(), 100836U);
}

}  // namespace
}  // namespace kindred::data
