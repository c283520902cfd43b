#include "kindred/recommendation/recommender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/recommendation/item_list.h"
#include "tests/support/movie_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::recommendation {
namespace {

const model::Model& movie_model() {
  static const model::Model model = test::movie_model(300, 8);
  return model;
}

std::vector<std::uint32_t> everybody(const model::Model& model) {
  std::vector<std::uint32_t> users(model.users.size());
  std::iota(users.begin(), users.end(), 0U);
  return users;
}

bool contains(const RecommendationList& list, std::uint32_t item) {
  return std::ranges::any_of(list.items, [item](const auto& r) { return r.item == item; });
}

TEST(Recommender, NothingSeenComesBackNotEvenWhatWasRatedOne) {
  const model::Model& model = movie_model();
  ThreadPool pool(2);
  const Recommender recommender(model, {});
  const auto lists = recommender.for_users(everybody(model), model.items.size(), pool);
  std::size_t disliked = 0;
  for (std::size_t user = 0; user < lists.size(); ++user) {
    const auto seen = model.seen.row_columns(user);
    const auto ratings = model.seen.row_values(user);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_FALSE(contains(lists[user], seen[i])) << "user " << user << " rated " << ratings[i];
      disliked += ratings[i] == 1.0F ? 1U : 0U;
    }
    // All the rest comes, in order, and no score is NaN.
    EXPECT_EQ(lists[user].items.size() + seen.size(), model.items.size());
    for (const Recommendation& r : lists[user].items) EXPECT_TRUE(std::isfinite(r.score));
  }
  EXPECT_GT(disliked, 0U) << "the world must hold ratings of 1 for this test to mean anything";
}

TEST(Recommender, ScoresAreDotProductsAndRanksCount) {
  const model::Model& model = movie_model();
  ThreadPool pool(1);
  const std::vector<std::uint32_t> users = {7};
  const auto list = Recommender(model, {}).for_users(users, 10, pool).front();
  ASSERT_EQ(list.items.size(), 10U);
  EXPECT_FALSE(list.by_popularity);
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    EXPECT_EQ(list.items[i].rank, i + 1);
    EXPECT_EQ(list.items[i].score,
              linalg::dot(model.users.vectors.row(7), model.items.vectors.row(list.items[i].item)));
  }
}

TEST(Recommender, ManyOrFewPeopleAndAnyThreadCountGiveTheSame) {
  const model::Model& model = movie_model();
  const auto users = everybody(model);
  ThreadPool one(1);
  ThreadPool four(4);
  const Recommender batch(model, {.allowed = {}, .many_people = true});
  const Recommender plain(model, {});
  const auto lists = batch.for_users(users, 10, four);
  EXPECT_EQ(lists, batch.for_users(users, 10, one));
  EXPECT_EQ(lists, plain.for_users(users, 10, four));
  EXPECT_EQ(lists[5], plain.for_users(std::vector<std::uint32_t>{5}, 10, one).front());
}

TEST(Recommender, OnlyWhatIsAllowed) {
  const model::Model& model = movie_model();
  ThreadPool pool(1);
  std::vector<bool> allowed(model.items.size(), false);
  allowed[3] = allowed[4] = allowed[100] = true;
  const Recommender recommender(model, {.allowed = allowed});
  EXPECT_EQ(recommender.candidate_count(), 3U);
  for (const auto& list : recommender.for_users(everybody(model), 10, pool)) {
    for (const Recommendation& r : list.items) EXPECT_TRUE(allowed[r.item]);
  }
  const Recommender nothing(model, {.allowed = std::vector<bool>(model.items.size(), false)});
  EXPECT_EQ(nothing.candidate_count(), 0U);
  EXPECT_TRUE(nothing.for_users(std::vector<std::uint32_t>{0}, 10, pool).front().items.empty());
}

// A world in which user 2 liked nothing and item 3 was liked by nobody.
model::Model odd_model() {
  model::Model model;
  factorization::IalsOptions options;
  options.dimensions = 2;
  model.watching = model::IalsPart{options};
  model.positive_rule.threshold = 4.0F;
  model.has_values = true;
  for (const char* label : {"a", "b", "c", "d"}) model.items.labels.insert(label);
  for (const char* label : {"x", "y", "z"}) model.users.labels.insert(label);
  model.items.vectors = Matrix(4, 2, {1, 0, 1, 0, 0, 1, 0, 0});
  model.users.vectors = Matrix(3, 2, {1, 0, 0, 1, 0, 0});
  model.items.metadata = data::Table(4);
  model.users.metadata = data::Table(3);
  model.seen.rows = 3;
  model.seen.cols = 4;
  model.seen.offsets = {0, 1, 4, 5};
  model.seen.columns = {2, 1, 2, 3, 2};
  model.seen.values = {5, 4, 4, 1, 1};
  model::validate(model);
  return model;
}

TEST(Recommender, EqualScoresGoByOrderAndUnlearnedItemsStayAway) {
  const model::Model model = odd_model();
  ThreadPool pool(1);
  const auto list =
      Recommender(model, {}).for_users(std::vector<std::uint32_t>{0}, 10, pool).front();
  EXPECT_THAT(list.items,
              testing::ElementsAre(Recommendation{0, 1, 1.0F}, Recommendation{1, 2, 1.0F}));
}

TEST(Recommender, SomebodyWhoLikedNothingGetsWhatIsPopular) {
  const model::Model model = odd_model();
  ThreadPool pool(1);
  const Recommender recommender(model, {});
  const auto list = recommender.for_users(std::vector<std::uint32_t>{2}, 2, pool).front();
  EXPECT_TRUE(list.by_popularity);
  // Item 3 was seen as often, but nobody liked it.
  EXPECT_THAT(list.items,
              testing::ElementsAre(Recommendation{1, 1, 1.0F / 3.0F}, Recommendation{0, 2, 0.0F}));
  const Person nobody;
  const auto cold = recommender.for_person(std::vector<float>(2), nobody, 1, pool);
  EXPECT_TRUE(cold.by_popularity);
  EXPECT_EQ(cold.items.front().item, 2U);
}

TEST(Person, LikedAndSeenFollowTheRuleOfTraining) {
  const model::Model model = odd_model();
  const Person known = known_person(model, 1);
  EXPECT_THAT(known.liked, testing::ElementsAre(1, 2));
  EXPECT_THAT(known.seen, testing::ElementsAre(1, 2, 3));

  const TitleMatcher titles(model.items);
  const auto entries = find_entries(model, titles, parse_history("d=5;b=2;a;d=1"));
  ASSERT_EQ(entries.size(), 3U);  // Of the two entries for d the last counts.
  EXPECT_FALSE(entries[0].liked);
  EXPECT_TRUE(entries[1].liked);
  const Person person = made_up_person(model, entries);
  EXPECT_THAT(person.liked, testing::ElementsAre(0));
  EXPECT_THAT(person.seen, testing::ElementsAre(0, 1, 3));
  EXPECT_EQ(person.weights.size(), 1U);
}

TEST(Person, RenamedIdsChangeNothing) {
  model::Model renamed = movie_model();
  renamed.items.labels = {};
  for (std::size_t item = 0; item < renamed.items.size(); ++item) {
    renamed.items.labels.insert("tt" + std::to_string(9000 - item));
  }
  ThreadPool pool(1);
  const std::vector<std::uint32_t> users = {0, 1, 2};
  EXPECT_EQ(Recommender(movie_model(), {}).for_users(users, 10, pool),
            Recommender(renamed, {}).for_users(users, 10, pool));
}

TEST(ItemList, IdsAndTitlesOneALine) {
  const test::TemporaryFolder folder;
  const TitleMatcher titles(movie_model().items);
  test::write_bytes(folder / "list", "shrek (2001)\n\n2\n1\n  2  \n");
  const ItemList list = read_item_list(folder / "list", titles);
  EXPECT_EQ(list.items.size(), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(list.items));
  EXPECT_EQ(list.unknown_count, 0U);
  test::write_bytes(folder / "list", "\n");
  EXPECT_THROW(read_item_list(folder / "list", titles), Error);
}

TEST(ItemList, LinesThatNameNothingAreCounted) {
  const test::TemporaryFolder folder;
  const TitleMatcher titles(movie_model().items);
  test::write_bytes(folder / "list", "1\nnot a movie at all\nB0042\n");
  const ItemList list = read_item_list(folder / "list", titles);
  EXPECT_EQ(list.items.size(), 1U);
  EXPECT_EQ(list.line_count, 3U);
  EXPECT_EQ(list.unknown_count, 2U);
  EXPECT_THAT(list.unknown_examples,
              testing::ElementsAre("line 2 'not a movie at all'", "line 3 'B0042'"));
  test::write_bytes(folder / "list", "not a movie at all\n");
  try {
    read_item_list(folder / "list", titles);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("none of its lines names an item"));
  }
}

}  // namespace
}  // namespace kindred::recommendation
