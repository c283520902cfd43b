#include "kindred/evaluation/ranking.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/evaluation/result.h"

namespace kindred::evaluation {
namespace {

using Ids = std::vector<std::uint32_t>;
using Floats = std::vector<float>;

double value(const char* metric, const RankedPerson& person) {
  return person_value(parse_metric(metric), person);
}

// Ten items; the best first: 7 3 0 5 9 | 1 2 4 6 8. Targets 3, 5 and 8 at 1, 3 and 9.
const Floats kScores = {8, 5, 4, 9, 3, 7, 2, 10, 1, 6};
const Ids kTargets = {3, 5, 8};

TEST(Ranking, HandWorkedExample) {
  const RankedPerson person = rank_scores(kScores, {{}, kTargets});
  EXPECT_EQ(person.positions, (std::vector<double>{1, 3, 9}));
  EXPECT_DOUBLE_EQ(value("recall@2", person), 1.0 / 2.0);      // 1 of min(2, 3)
  EXPECT_DOUBLE_EQ(value("recall_all@2", person), 1.0 / 3.0);  // 1 of 3
  EXPECT_DOUBLE_EQ(value("recall@5", person), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(value("precision@5", person), 2.0 / 5.0);
  EXPECT_DOUBLE_EQ(value("hr@1", person), 0.0);
  EXPECT_DOUBLE_EQ(value("hr@2", person), 1.0);
  // Ranks 2 and 4 count: (1/log2 3 + 1/log2 5) / (1/log2 2 + 1/log2 3 + 1/log2 4)
  //   = (0.630930 + 0.430677) / (1 + 0.630930 + 0.5) = 1.061606 / 2.130930
  EXPECT_NEAR(value("ndcg@5", person), 0.498189, 1e-6);
  // The ideal is cut at k: (1/log2 3) / (1 + 1/log2 3) = 0.630930 / 1.630930
  EXPECT_NEAR(value("ndcg@2", person), 0.386853, 1e-6);
  EXPECT_DOUBLE_EQ(value("mrr", person), 1.0 / 2.0);
  EXPECT_DOUBLE_EQ(value("mrr@1", person), 0.0);
  // Precision at ranks 2, 4 and 10: (1/2 + 2/4 + 3/10) / 3
  EXPECT_DOUBLE_EQ(value("map", person), 1.3 / 3.0);
  EXPECT_DOUBLE_EQ(value("map@2", person), 0.5 / 2.0);
  // Others above the targets: 1 + 2 + 7 of 3 x 7 pairs.
  EXPECT_DOUBLE_EQ(value("auc", person), 1.0 - 10.0 / 21.0);
}

TEST(Ranking, ExcludedItemsAreNoCandidates) {
  const Ids excluded = {0, 7};
  const RankedPerson person = rank_scores(kScores, {excluded, kTargets});
  EXPECT_EQ(person.positions, (std::vector<double>{0, 1, 7}));
  EXPECT_DOUBLE_EQ(person.auc, 1.0 - 5.0 / 15.0);  // Above: 0 + 0 + 5 of 3 x 5.
}

TEST(Ranking, EqualScoresGoByIdAndHalfInTheAuc) {
  const Floats scores(5, 1.0F);
  const Ids targets = {1, 3};
  const RankedPerson person = rank_scores(scores, {{}, targets});
  EXPECT_EQ(person.positions, (std::vector<double>{1, 3}));
  EXPECT_DOUBLE_EQ(person.auc, 0.5);
}

TEST(Ranking, NanRanksLast) {
  const Floats scores = {1.0F, std::numeric_limits<float>::quiet_NaN(), -5.0F};
  const Ids targets = {1};
  EXPECT_EQ(rank_scores(scores, {{}, targets}).positions, (std::vector<double>{2}));
}

TEST(Ranking, ListKnowsOnlyItsOwn) {
  const Ids list = {7, 3, 0, 5};
  const RankedPerson person = rank_list(list, {{}, kTargets});
  EXPECT_EQ(person.positions, (std::vector<double>{1, 3, kBeyondList}));
  EXPECT_TRUE(std::isnan(person.auc));
  EXPECT_DOUBLE_EQ(value("recall_all@4", person), 2.0 / 3.0);
}

TEST(Ranking, SampledTiesCountHalf) {
  const Floats target = {0.5F};
  const Floats negatives = {0.9F, 0.5F, 0.5F, 0.5F, 0.1F};
  const RankedPerson person = rank_sampled(target, negatives);
  EXPECT_EQ(person.positions, (std::vector<double>{2.5}));  // 1 higher, 3 tied.
  EXPECT_DOUBLE_EQ(value("hr@3", person), 1.0);
  EXPECT_DOUBLE_EQ(value("hr@2", person), 0.0);
  EXPECT_DOUBLE_EQ(value("ndcg@3", person), 1.0 / std::log2(4.5));
  EXPECT_DOUBLE_EQ(person.auc, 0.5);  // Of 5 pairs 1 lost, 3 tied, 1 won.
}

TEST(Ranking, SampledTiedTargetsStayApart) {
  const Floats targets = {1.0F, 1.0F};
  const Floats negatives = {1.0F};
  const RankedPerson person = rank_sampled(targets, negatives);
  EXPECT_EQ(person.positions, (std::vector<double>{0.5, 1.5}));
  EXPECT_DOUBLE_EQ(person.auc, 0.5);
}

TEST(Ranking, EveryCandidateATargetHasNoAuc) {
  const Floats scores = {1, 2};
  const Ids targets = {0, 1};
  EXPECT_TRUE(std::isnan(rank_scores(scores, {{}, targets}).auc));
}

TEST(Ranking, RandomListsHoldNoExcludedItemAndAgreeWithThePositions) {
  const Ids excluded = {2, 4, 6};
  for (std::uint64_t row = 0; row < 200; ++row) {
    const RandomRanking random = rank_randomly(10, {excluded, kTargets}, 20, Rng(1, 2, row));
    EXPECT_EQ(random.list.size(), 7U);  // All candidates, fewer than k.
    EXPECT_EQ(rank_list(random.list, {excluded, kTargets}).positions, random.person.positions);
    for (const std::uint32_t id : excluded) {
      EXPECT_EQ(std::count(random.list.begin(), random.list.end(), id), 0);
    }
  }
}

TEST(Ranking, RandomRankingsAverageToChance) {
  std::vector<double> hits;
  std::vector<double> aucs;
  const Ids targets = {17};
  for (std::uint64_t row = 0; row < 20000; ++row) {
    const RandomRanking random = rank_randomly(100, {{}, targets}, 10, Rng(1, 2, row));
    hits.push_back(value("hr@10", random.person));
    aucs.push_back(random.person.auc);
  }
  EXPECT_NEAR(summarise(parse_metric("hr@10"), hits).value, 0.1, 0.01);
  EXPECT_NEAR(summarise(parse_metric("auc"), aucs).value, 0.5, 0.01);
}

TEST(Metrics, NamesRoundTripAndCarryADefinition) {
  for (const char* text : {"recall@20", "recall_all@20", "precision@5", "ndcg@100", "hr@10", "map",
                           "map@10", "mrr", "mrr@10", "auc", "coverage@10", "gini@10"}) {
    const Metric metric = parse_metric(text);
    EXPECT_EQ(name(metric), text);
    EXPECT_FALSE(definition(metric).empty());
  }
}

TEST(Metrics, UnknownNamesListTheKnownOnes) {
  for (const char* text : {"", "recall", "ndcg@0", "ndcg@-1", "ndcg@ten", "ndcg@1x", "auc@10",
                           "rmse", "ndcg@99999999999", "@5"}) {
    try {
      parse_metric(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_NE(std::string(error.what()).find("recall@k, recall_all@k"), std::string::npos);
    }
  }
}

TEST(Metrics, Gini) {
  EXPECT_DOUBLE_EQ(gini_coefficient({3, 3, 3, 3}), 0.0);
  EXPECT_DOUBLE_EQ(gini_coefficient({0, 0, 0, 8}), 0.75);  // (n - 1) / n
  EXPECT_DOUBLE_EQ(gini_coefficient({1, 3}), 0.25);        // Mean |difference| / (2 x mean)
  EXPECT_DOUBLE_EQ(gini_coefficient({0, 0}), 0.0);
}

}  // namespace
}  // namespace kindred::evaluation
