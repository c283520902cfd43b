#include "kindred/learning/vector_ranker.h"

#include <gtest/gtest.h>

#include "kindred/linalg/kernels/dot.h"

namespace kindred::learning {
namespace {

// Three items; the last has learned nothing.
const Matrix kItems(3, 2, {1.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F});
const Matrix kUsers(2, 2, {2.0F, 1.0F, 0.0F, 0.0F});

Vectors vectors() {
  factorization::IalsOptions options;
  options.dimensions = 2;
  return {.users = kUsers, .items = kItems, .fold_in = options};
}

TEST(VectorRanker, KnownAndMadeUpPeopleInOneCallGetTheirOwn) {
  ThreadPool pool(2);
  const std::vector<std::uint32_t> second = {1};
  const std::vector<float> weight = {1.0F};
  const std::vector<Asked> people = {{.user = 0, .liked = {}, .weights = {}, .seen = {}},
                                     {.user = {}, .liked = second, .weights = weight, .seen = {}},
                                     {.user = 0, .liked = {}, .weights = {}, .seen = second}};
  for (const bool many : {false, true}) {
    const VectorRanker ranker(vectors(), {.many_people = many}, pool);
    const auto lists = ranker.best(people, 5, pool);
    ASSERT_EQ(lists.size(), 3U);
    EXPECT_EQ(lists[0], (RankedItems{{0, 2.0F}, {1, 1.0F}}));
    EXPECT_EQ(lists[1].front().id, 1U);
    EXPECT_EQ(lists[2], (RankedItems{{0, 2.0F}}));
    std::vector<float> scores(3);
    ranker.scores(people[1], std::vector<std::uint32_t>{0, 1, 2}, scores);
    EXPECT_NEAR(scores[1], lists[1].front().score, 1e-6F);
    EXPECT_EQ(ranker.reasons(people[1], 1, 3), (std::vector<Reason>{{1, 1.0F}}));
  }
}

TEST(VectorRanker, KnowsOfWhomSomethingWasLearned) {
  ThreadPool pool(1);
  const VectorRanker ranker(vectors(), {}, pool);
  EXPECT_TRUE(ranker.knows({.user = 0, .liked = {}, .weights = {}, .seen = {}}));
  EXPECT_FALSE(ranker.knows({.user = 1, .liked = {}, .weights = {}, .seen = {}}));
  EXPECT_FALSE(ranker.knows({.user = {}, .liked = {}, .weights = {}, .seen = {}}));
  EXPECT_EQ(ranker.candidates(), (std::vector<bool>{true, true, false}));
  const VectorRanker all(vectors(), {.only_learned = false}, pool);
  EXPECT_EQ(all.candidates(), (std::vector<bool>{true, true, true}));
}

TEST(LargestReasons, AreSharesOfWhatRaises) {
  EXPECT_EQ(largest_reasons({{4, -1.0F}, {2, 1.0F}, {1, 1.0F}, {3, 2.0F}}, 2),
            (std::vector<Reason>{{3, 0.5F}, {1, 0.25F}}));
  EXPECT_TRUE(largest_reasons({{4, 0.0F}}, 2).empty());
}

}  // namespace
}  // namespace kindred::learning
