#include "kindred/data/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/ratings_reader.h"
#include "tests/support/temporary_folder.h"

namespace kindred::data {
namespace {

const PositiveRule kFourUp{.threshold = 4.0F};

struct Rating {
  const char* user;
  const char* item;
  float value = 1.0F;
  std::int64_t time = 0;
};

// As read_ratings would give it: rows in order of appearance, columns ascending.
Interactions interactions(const std::vector<Rating>& rows, bool values, bool times) {
  Interactions out;
  std::vector<std::vector<std::pair<std::uint32_t, Rating>>> users;
  for (const Rating& row : rows) {
    const auto user = out.users.insert(row.user);
    if (user == users.size()) users.emplace_back();
    users[user].emplace_back(out.items.insert(row.item), row);
  }
  out.by_user.cols = out.items.size();
  out.has_values = values;
  for (auto& entries : users) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [item, row] : entries) {
      out.by_user.columns.push_back(item);
      out.by_user.values.push_back(row.value);
      if (times) out.timestamps.push_back(row.time);
    }
    out.by_user.close_row();
  }
  return out;
}

// 60 users, 40 items, stars, times.
Interactions random_interactions() {
  Interactions out;
  out.has_values = true;
  Rng rng(11);
  for (int user = 0; user < 60; ++user) out.users.insert("u" + std::to_string(user));
  for (int item = 0; item < 40; ++item) out.items.insert("i" + std::to_string(item));
  out.by_user.cols = 40;
  for (int user = 0; user < 60; ++user) {
    for (std::uint32_t item = 0; item < 40; ++item) {
      if (rng.uniform() >= 0.4) continue;
      out.by_user.columns.push_back(item);
      out.by_user.values.push_back(static_cast<float>(1 + rng.below(5)));
      out.timestamps.push_back(static_cast<std::int64_t>(rng.below(1000)));
    }
    out.by_user.close_row();
  }
  return out;
}

using LabelPairs = std::set<std::pair<std::string, std::string>>;

LabelPairs train_pairs(const Split& split) {
  LabelPairs pairs;
  for (std::size_t user = 0; user < split.train.by_user.rows; ++user) {
    for (const std::uint32_t item : split.train.by_user.row_columns(user)) {
      pairs.emplace(split.train.users.label(user), split.train.items.label(item));
    }
  }
  return pairs;
}

LabelPairs pairs_of(const Split& split, const SparseMatrix& rows) {
  LabelPairs pairs;
  for (std::size_t person = 0; person < rows.rows; ++person) {
    for (const std::uint32_t item : rows.row_columns(person)) {
      pairs.emplace(split.labels[person], split.train.items.label(item));
    }
  }
  return pairs;
}

// What must hold of every split, whatever the protocol.
void expect_sound(const Split& split) {
  validate(split.train.by_user, "train");
  validate(split.targets, "targets");
  EXPECT_EQ(split.train.by_user.rows, split.train.users.size());
  EXPECT_EQ(split.train.by_user.cols, split.train.items.size());
  EXPECT_EQ(split.labels.size(), split.person_count());
  for (std::size_t person = 0; person < split.person_count(); ++person) {
    EXPECT_GT(split.targets.row_size(person), 0U);
    const auto seen = split.seen(person);
    for (const std::uint32_t target : split.targets.row_columns(person)) {
      EXPECT_FALSE(std::binary_search(seen.begin(), seen.end(), target));
    }
    if (!split.folded_in) {
      EXPECT_EQ(split.train.users.label(split.users[person]), split.labels[person]);
    }
  }
  const LabelPairs train = train_pairs(split);
  for (const auto& pair : pairs_of(split, split.targets)) EXPECT_EQ(train.count(pair), 0U);
}

TEST(SplitLeaveOneOut, TakesTheLastPositive) {
  const Interactions ratings = interactions({{"a", "x", 5, 10},
                                             {"a", "y", 4, 30},
                                             {"a", "z", 2, 40},  // Later, but not liked.
                                             {"b", "x", 5, 5},   // Their only positive stays.
                                             {"b", "y", 1, 9}},
                                            true, true);
  const Split split = split_leave_one_out(ratings, kFourUp, 1);
  expect_sound(split);
  EXPECT_EQ(pairs_of(split, split.targets), (LabelPairs{{"a", "y"}}));
  EXPECT_EQ(train_pairs(split), (LabelPairs{{"a", "x"}, {"a", "z"}, {"b", "x"}, {"b", "y"}}));
  EXPECT_EQ(split.train.timestamps, (std::vector<std::int64_t>{10, 40, 5, 9}));
  EXPECT_EQ(split.left_out.people_without_target, 1U);
}

TEST(SplitLeaveOneOut, WithoutTimesByLotAndBySeed) {
  Interactions ratings = random_interactions();
  ratings.timestamps.clear();
  const Split split = split_leave_one_out(ratings, kFourUp, 1);
  expect_sound(split);
  EXPECT_GT(split.person_count(), 50U);
  for (std::size_t person = 0; person < split.person_count(); ++person) {
    EXPECT_EQ(split.targets.row_size(person), 1U);
    EXPECT_GE(split.targets.row_values(person)[0], 4.0F);
  }
  EXPECT_EQ(split_leave_one_out(ratings, kFourUp, 1).targets, split.targets);
  EXPECT_NE(split_leave_one_out(ratings, kFourUp, 2).targets, split.targets);
}

TEST(SplitRatio, HoldsOutAShareOfEachUsersPositives) {
  const Interactions ratings = random_interactions();
  const Split split = split_ratio(ratings, kFourUp, 0.25, 1);
  expect_sound(split);
  const SparseMatrix liked = positives(ratings.by_user, kFourUp);
  for (std::size_t person = 0; person < split.person_count(); ++person) {
    EXPECT_EQ(split.targets.row_size(person), liked.row_size(split.users[person]) / 4);
  }
  EXPECT_EQ(split.train.by_user.entry_count() + split.targets.entry_count(),
            ratings.by_user.entry_count());
  EXPECT_THROW(split_ratio(ratings, kFourUp, 0.0, 1), Error);
  EXPECT_THROW(split_ratio(ratings, kFourUp, 1.0, 1), Error);
}

TEST(SplitTemporal, NewUsersAndItemsAreCountedAndLeftOut) {
  const Interactions ratings = interactions({{"a", "x", 5, 1},
                                             {"a", "y", 5, 2},
                                             {"b", "x", 5, 3},
                                             {"b", "y", 5, 8},    // The one testable pair.
                                             {"b", "new", 5, 9},  // Nobody had it before.
                                             {"late", "x", 5, 9},
                                             {"a", "new", 1, 9},  // Not liked.
                                             {"b", "z", 5, 4}},
                                            true, true);
  const Split split = split_temporal(ratings, kFourUp, 0.5);
  expect_sound(split);
  EXPECT_EQ(pairs_of(split, split.targets), (LabelPairs{{"b", "y"}}));
  EXPECT_EQ(split.train.users.size(), 2U);
  EXPECT_EQ(split.train.items.size(), 3U);
  EXPECT_EQ(split.left_out, (LeftOut{.unknown_users = 1,
                                     .unknown_items = 1,
                                     .below_threshold = 1,
                                     .people_without_target = 1}));
}

TEST(SplitTemporal, NeedsTimes) {
  Interactions ratings = random_interactions();
  expect_sound(split_temporal(ratings, kFourUp, 0.2));
  ratings.timestamps.clear();
  EXPECT_THROW(split_temporal(ratings, kFourUp, 0.2), Error);
}

TEST(SplitStrong, PeopleHeldOutAreNewAndFourFifthsAreKnown) {
  const Interactions ratings = random_interactions();
  const Split split = split_strong(ratings, kFourUp, {.held_out_count = 10});
  expect_sound(split);
  EXPECT_TRUE(split.folded_in);
  EXPECT_EQ(split.person_count() + split.left_out.people_without_target, 10U);
  validate(split.known, "known");
  for (std::size_t person = 0; person < split.person_count(); ++person) {
    EXPECT_FALSE(split.train.users.find(split.labels[person]));
    const std::size_t all = split.known.row_size(person) + split.targets.row_size(person);
    EXPECT_EQ(split.targets.row_size(person), all / 5);
  }
  // Everything below the threshold was dropped first.
  const auto& values = split.train.by_user.values;
  EXPECT_GE(*std::min_element(values.begin(), values.end()), 4.0F);
}

TEST(SplitStrong, ValidationAndTestPeopleAreDistinct) {
  const Interactions ratings = random_interactions();
  const Split test = split_strong(ratings, kFourUp, {.held_out_count = 10});
  const Split validation =
      split_strong(ratings, kFourUp, {.held_out_count = 10, .part = HeldOutPart::validation});
  EXPECT_EQ(test.train, validation.train);
  for (const std::string& label : test.labels) {
    EXPECT_EQ(std::count(validation.labels.begin(), validation.labels.end(), label), 0);
  }
  EXPECT_NE(split_strong(ratings, kFourUp, {.held_out_count = 10, .seed = 2}).labels, test.labels);
}

TEST(SplitStrong, TooFewUsersSaysHowMany) {
  try {
    split_strong(random_interactions(), kFourUp, {.held_out_count = 40});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("too few to hold out 40"), std::string::npos);
  }
}

TEST(SplitGiven, CountsWhatCannotBeTested) {
  const Interactions train =
      interactions({{"a", "x", 5}, {"a", "y", 2}, {"b", "y", 4}, {"b", "z", 4}}, true, false);
  const Interactions test = interactions({{"b", "x", 5},        // The one good pair.
                                          {"a", "x", 5},        // A leak.
                                          {"a", "nowhere", 5},  // Unknown item.
                                          {"nobody", "x", 5},   // Unknown user.
                                          {"a", "z", 3}},       // Not liked.
                                         true, false);
  const Split split = split_given(train, kFourUp, test);
  expect_sound(split);
  EXPECT_EQ(pairs_of(split, split.targets), (LabelPairs{{"b", "x"}}));
  EXPECT_EQ(split.left_out, (LeftOut{.unknown_users = 1,
                                     .unknown_items = 1,
                                     .below_threshold = 1,
                                     .in_training = 1,
                                     .people_without_target = 1}));
  EXPECT_NE(to_text(split.left_out).find("in training as well"), std::string::npos);
}

TEST(SplitGiven, ATestFileWithoutRatingsHoldsPositives) {
  const Interactions train = interactions({{"a", "x", 5}, {"b", "y", 4}}, true, false);
  const Interactions test = interactions({{"a", "y"}}, false, false);
  EXPECT_EQ(split_given(train, kFourUp, test).person_count(), 1U);
}

TEST(SplitGiven, NothingToTestSaysWhy) {
  const Interactions train = interactions({{"a", "x"}}, false, false);
  const Interactions test = interactions({{"b", "x"}}, false, false);
  try {
    require_targets(split_given(train, {}, test));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_NE(std::string(error.what())
                  .find("nobody has a target; pairs of users that are not in training: 1"),
              std::string::npos);
  }
}

TEST(Negatives, RowsRankTheirOwnTarget) {
  const Interactions train = interactions(
      {{"a", "p"}, {"a", "q"}, {"b", "r"}, {"b", "s"}, {"c", "t"}, {"c", "p"}}, false, false);
  const Interactions test = interactions({{"a", "r"}, {"b", "p"}, {"c", "q"}}, false, false);
  Split split = split_given(train, {}, test);
  const NegativesUse use = use_negatives(
      split, {{{.user = "b", .item = "p", .negatives = {"t", "q", "p", "t", "unheard"}},
               {.user = "a", .item = "t", .negatives = {"q"}},  // Not in the test file.
               {.user = "c", .item = "q", .negatives = {"nobody", "knows"}},
               {.user = "a", .item = {}, .negatives = {"s", "t"}}}});
  expect_sound(split);
  EXPECT_EQ(split.labels, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(pairs_of(split, split.targets), (LabelPairs{{"b", "p"}, {"a", "r"}}));
  EXPECT_EQ(pairs_of(split, split.negatives),
            (LabelPairs{{"b", "q"}, {"b", "t"}, {"a", "s"}, {"a", "t"}}));
  EXPECT_EQ(use, (NegativesUse{.rows_without_target = 1,
                               .targets_without_row = 1,
                               .unknown_negatives = 3,
                               .negatives_that_are_targets = 1,
                               .rows_without_negatives = 1}));
}

TEST(Negatives, FileIsParsed) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "negatives";
  std::ofstream(path) << "(0,25)\t1064\t174\r\n\nalice p q\n";
  const SampledNegatives sampled = read_negatives(path);
  ASSERT_EQ(sampled.rows.size(), 2U);
  EXPECT_EQ(sampled.rows[0].user, "0");
  EXPECT_EQ(sampled.rows[0].item, "25");
  EXPECT_EQ(sampled.rows[0].negatives, (std::vector<std::string>{"1064", "174"}));
  EXPECT_EQ(sampled.rows[1].user, "alice");
  EXPECT_FALSE(sampled.rows[1].item);
  EXPECT_EQ(sampled.rows[1].negatives, (std::vector<std::string>{"p", "q"}));
}

TEST(Negatives, BadRowsNameTheLine) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "negatives";
  for (const char* text : {"0 1\n(0;1) 2\n", "0 1\n(0,1\n", "0 1\n7\n", "0 1\n(0,1)\n"}) {
    std::ofstream(path) << text;
    try {
      read_negatives(path);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("negatives:2: "), std::string::npos) << error.what();
    }
  }
  std::ofstream(path) << "\n\n";
  EXPECT_THROW(read_negatives(path), Error);
}

// What is written reads back as the same split; labels that need quotes included.
TEST(SplitFiles, ReadBackByTheRatingsReader) {
  Interactions ratings = random_interactions();
  Vocabulary items;
  for (int item = 0; item < 40; ++item) items.insert("film \"" + std::to_string(item) + "\", the");
  ratings.items = items;
  const test::TemporaryFolder folder;
  ThreadPool pool(1);
  const auto read = [&](const char* name) {
    return read_ratings(folder.path() / name, {}, pool).interactions;
  };
  const Split strong = split_strong(ratings, kFourUp, {.held_out_count = 10});
  write_split(strong, folder.path());
  const Split strong_again =
      split_given_new_people(read("train.csv"), kFourUp, read("fold_in.csv"), read("test.csv"));
  expect_sound(strong_again);
  EXPECT_EQ(strong_again.labels, strong.labels);
  EXPECT_EQ(strong_again.left_out, LeftOut{});
  EXPECT_EQ(train_pairs(strong_again), train_pairs(strong));
  EXPECT_EQ(pairs_of(strong_again, strong_again.known), pairs_of(strong, strong.known));
  EXPECT_EQ(pairs_of(strong_again, strong_again.targets), pairs_of(strong, strong.targets));

  const Split ratio = split_ratio(ratings, kFourUp, 0.2, 1);
  write_split(ratio, folder.path() / "deeper" / "still");
  const Split ratio_again =
      split_given(read("deeper/still/train.csv"), kFourUp, read("deeper/still/test.csv"));
  EXPECT_EQ(train_pairs(ratio_again), train_pairs(ratio));
  EXPECT_EQ(pairs_of(ratio_again, ratio_again.targets), pairs_of(ratio, ratio.targets));
  auto times = ratio.train.timestamps;
  auto times_again = ratio_again.train.timestamps;
  std::sort(times.begin(), times.end());
  std::sort(times_again.begin(), times_again.end());
  EXPECT_EQ(times_again, times);
}

TEST(SplitFiles, AFolderThatCannotBeMadeIsAnError) {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  const Split split = split_ratio(random_interactions(), kFourUp, 0.2, 1);
  EXPECT_THROW(write_split(split, folder.path() / "file"), Error);
  EXPECT_THROW(write_split(split, folder.path() / "file" / "below"), Error);
}

}  // namespace
}  // namespace kindred::data
