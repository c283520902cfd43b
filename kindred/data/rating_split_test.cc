#include "kindred/data/rating_split.h"

#include <gmock/gmock.h>

#include <set>
#include <utility>

#include "kindred/base/error.h"
#include "tests/support/two_tastes.h"

namespace kindred::data {
namespace {

using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

Pairs pairs_of(const SparseMatrix& matrix) {
  Pairs pairs;
  for (std::uint32_t row = 0; row < matrix.rows; ++row) {
    for (const std::uint32_t column : matrix.row_columns(row)) pairs.emplace(row, column);
  }
  return pairs;
}

Pairs pairs_of(const std::vector<RatedPair>& test) {
  Pairs pairs;
  for (const RatedPair& pair : test) pairs.emplace(pair.user, pair.item);
  return pairs;
}

TEST(RatingSplit, RatioTakesItsShareAndLosesNothing) {
  const Interactions ratings = test::two_tastes(80, 40);
  const RatingSplit split = split_rating_ratio(ratings, 0.1, 7);
  const std::size_t count = ratings.by_user.entry_count();
  EXPECT_EQ(split.test.size(), (count + 5) / 10);
  Pairs all = pairs_of(split.train.by_user);
  EXPECT_EQ(all.size() + split.test.size(), count);
  all.merge(pairs_of(split.test));
  EXPECT_EQ(all, pairs_of(ratings.by_user));
  EXPECT_EQ(split.train.users, ratings.users);
  EXPECT_NO_THROW(validate(split.train.by_user, "train"));
  EXPECT_EQ(split_rating_ratio(ratings, 0.1, 7).test, split.test);
  EXPECT_NE(split_rating_ratio(ratings, 0.1, 8).test, split.test);
}

TEST(RatingSplit, FoldsAreDisjointAndCoverAll) {
  const Interactions ratings = test::two_tastes(50, 30);
  Pairs seen;
  std::size_t total = 0;
  for (std::size_t fold = 0; fold < 4; ++fold) {
    const RatingSplit split = split_rating_fold(ratings, 4, fold, 1);
    total += split.test.size();
    seen.merge(pairs_of(split.test));
    EXPECT_NEAR(static_cast<double>(split.test.size()),
                static_cast<double>(ratings.by_user.entry_count()) / 4.0, 1.0);
  }
  EXPECT_EQ(total, ratings.by_user.entry_count());
  EXPECT_EQ(seen, pairs_of(ratings.by_user));
}

TEST(RatingSplit, GivenKeepsWhatTrainingHasNotSeen) {
  Interactions train = test::two_tastes(3, 5);
  Interactions test;
  test.has_values = true;
  test.users.insert("u1");
  test.users.insert("new");
  test.items.insert("unheard of");
  test.items.insert("i0");
  test.by_user.cols = 2;
  test.by_user.append_row(std::vector<std::uint32_t>{0}, std::vector<float>{2.0F});
  test.by_user.append_row(std::vector<std::uint32_t>{0, 1}, std::vector<float>{3.0F, 5.0F});
  const RatingSplit split = split_rating_given(train, test);
  EXPECT_EQ(split.test, (std::vector<RatedPair>{{1, 5, 2.0F}, {3, 0, 5.0F}, {3, 5, 3.0F}}));
  EXPECT_EQ(split.train.by_user.rows, 4U);
  EXPECT_EQ(split.train.by_user.cols, 6U);
  EXPECT_EQ(split.train.by_user.entry_count(), train.by_user.entry_count());
}

TEST(RatingSplit, LeaksAreLeftOutAndCounted) {
  const Interactions train = test::two_tastes(6, 5);
  const Interactions test = test::two_tastes(6, 6);
  const RatingSplit split = split_rating_given(train, test);
  for (const auto& pair : pairs_of(split.test)) {
    EXPECT_FALSE(pairs_of(train.by_user).contains(pair));
  }
  EXPECT_THAT(split.description, testing::HasSubstr("are in both files"));
  EXPECT_THROW(split_rating_given(train, train), Error);
}

TEST(RatingSplit, WhatCannotBeSplitIsAnError) {
  Interactions ratings = test::two_tastes(5, 5);
  EXPECT_THROW(split_rating_ratio(ratings, 0.0, 1), Error);
  EXPECT_THROW(split_rating_ratio(ratings, 1.0, 1), Error);
  EXPECT_THROW(split_rating_fold(ratings, 1, 0, 1), Error);
  EXPECT_THROW(split_rating_fold(ratings, 3, 3, 1), Error);
  EXPECT_THROW(split_rating_fold(ratings, 1000, 0, 1), Error);
  ratings.has_values = false;
  EXPECT_THROW(split_rating_ratio(ratings, 0.5, 1), Error);
}

}  // namespace
}  // namespace kindred::data
