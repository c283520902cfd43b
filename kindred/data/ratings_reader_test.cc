#include "kindred/data/ratings_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/data_path.h"
#include "tests/support/ratings_fixture.h"

namespace kindred::data {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class RatingsReader : public test::RatingsFixture {};
using test::entries;

TEST_F(RatingsReader, EveryCommonLayoutGivesTheSameRatings) {
  const std::string expected = "1 10 5\n1 20 3\n2 10 1\n";
  for (const char* text : {
           "userId,movieId,rating\n1,10,5\n1,20,3\n2,10,1\n",
           "1,10,5\n1,20,3\n2,10,1\n",
           "1\t10\t5\n1\t20\t3\n2\t10\t1\n",
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

TEST_F(RatingsReader, TimesInAllTheirForms) {
  EXPECT_EQ(entries(read("1\t10\t5\t978300760\n2\t10\t4.5\t978300761\n")),
            "1 10 5 @978300760\n2 10 4.5 @978300761\n");
  EXPECT_EQ(entries(read("user,item,timestamp\n1,2,1970-01-02 00:00:01\n1,3,1969-12-31\n"
                         "1,4,2019-01-02T03:04:05Z\n1,5,2.75\n1,6,-0.5\n")),
            // date -u -d '2019-01-02T03:04:05Z' +%s
            "1 2 1 @86401000\n1 3 1 @-86400000\n1 4 1 @1546398245000\n1 5 1 @2750\n1 6 1 @-500\n")
      << "fractions make all of them finer";
  EXPECT_EQ(entries(read("1,2,978300760\n1,3,978300761\n")), "1 2 1 @978300760\n1 3 1 @978300761\n")
      << "a third column of large whole numbers is a time";
}

TEST_F(RatingsReader, ColumnsByNameAndByPosition) {
  const std::string text = "when,who,what,how\n5,ann,x,1\n6,bob,y,2\n";
  const std::string expected = "ann x 1 @5\nbob y 2 @6\n";
  EXPECT_EQ(entries(read(text, {.user_column = "who",
                                .item_column = "what",
                                .rating_column = "how",
                                .timestamp_column = "when"})),
            expected);
  EXPECT_EQ(entries(read(text, {.user_column = "2",
                                .item_column = "WHAT",
                                .rating_column = "4",
                                .timestamp_column = "1"})),
            expected);
  EXPECT_EQ(entries(read("1,2,3,4\n", {.rating_column = "-", .timestamp_column = "-"})), "1 2 1\n");
  EXPECT_EQ(entries(read("a,b\nc,d\n", {.header = true})), "c d 1\n");
  EXPECT_EQ(entries(read("a,b\nc,d\n")), "a b 1\nc d 1\n");
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
