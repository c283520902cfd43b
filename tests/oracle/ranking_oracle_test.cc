// Ranking metrics against plain loops over a sorted list, and properties that hold of
// every ranking.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "kindred/base/rng.h"
#include "kindred/evaluation/ranking.h"

namespace kindred::evaluation {
namespace {

struct Case {
  std::vector<float> scores;
  std::vector<std::uint32_t> excluded;
  std::vector<std::uint32_t> targets;

  RankingTask task() const { return {excluded, targets}; }
};

// Few distinct scores, so that ties are frequent; at least one target.
Case random_case(std::uint64_t seed, std::size_t item_count) {
  Case out;
  Rng rng(seed, 1);
  for (std::uint32_t item = 0; item < item_count; ++item) {
    out.scores.push_back(static_cast<float>(rng.below(item_count / 2 + 1)));
    const std::uint64_t role = rng.below(5);
    if (role == 0) out.excluded.push_back(item);
    if (role == 1) out.targets.push_back(item);
  }
  if (out.targets.empty()) {
    out.targets = {0};
    std::erase(out.excluded, 0U);
  }
  return out;
}

bool holds(const std::vector<std::uint32_t>& ids, std::uint32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::vector<std::uint32_t> sorted_candidates(const Case& given) {
  std::vector<std::uint32_t> ids;
  for (std::uint32_t id = 0; id < given.scores.size(); ++id) {
    if (!holds(given.excluded, id)) ids.push_back(id);
  }
  std::stable_sort(ids.begin(), ids.end(), [&](std::uint32_t a, std::uint32_t b) {
    return given.scores[a] > given.scores[b];
  });
  return ids;
}

// Every metric by its definition, from the sorted list.
double plain_value(const Metric& metric, const Case& given) {
  const auto list = sorted_candidates(given);
  const std::size_t length = metric.k == 0 ? list.size() : std::min(metric.k, list.size());
  const auto target_count = static_cast<double>(given.targets.size());
  const auto k = static_cast<double>(metric.k);
  double hits = 0.0;
  double gains = 0.0;
  double precisions = 0.0;
  double first = 0.0;
  for (std::size_t rank = 1; rank <= length; ++rank) {
    if (!holds(given.targets, list[rank - 1])) continue;
    hits += 1.0;
    gains += 1.0 / std::log2(1.0 + static_cast<double>(rank));
    precisions += hits / static_cast<double>(rank);
    if (first == 0.0) first = 1.0 / static_cast<double>(rank);
  }
  double ideal = 0.0;
  for (double rank = 1.0; rank <= std::min(k, target_count); rank += 1.0) {
    ideal += 1.0 / std::log2(1.0 + rank);
  }
  double won = 0.0;
  double pairs = 0.0;
  for (const std::uint32_t target : given.targets) {
    for (const std::uint32_t other : list) {
      if (holds(given.targets, other)) continue;
      pairs += 1.0;
      if (given.scores[target] > given.scores[other]) won += 1.0;
      if (given.scores[target] == given.scores[other]) won += 0.5;
    }
  }
  switch (metric.kind) {
    case MetricKind::recall:
      return hits / std::min(k, target_count);
    case MetricKind::recall_all:
      return hits / target_count;
    case MetricKind::precision:
      return hits / k;
    case MetricKind::ndcg:
      return gains / ideal;
    case MetricKind::hit_rate:
      return hits > 0.0 ? 1.0 : 0.0;
    case MetricKind::average_precision:
      return precisions / (metric.k == 0 ? target_count : std::min(k, target_count));
    case MetricKind::reciprocal_rank:
      return first;
    default:
      return won / pairs;
  }
}

const std::vector<const char*> kMetrics = {
    "recall@1", "recall@5", "recall_all@5", "precision@3", "ndcg@1", "ndcg@5", "ndcg@1000",
    "hr@2",     "map@4",    "map",          "mrr",         "mrr@3",  "auc"};

TEST(RankingOracle, AgreesWithPlainLoops) {
  for (const std::size_t item_count : {1, 2, 3, 10, 57, 255, 256, 257, 600}) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const Case given = random_case(seed * 1000 + item_count, item_count);
      const RankedPerson person = rank_scores(given.scores, given.task());
      for (const char* name : kMetrics) {
        const Metric metric = parse_metric(name);
        const double expected = plain_value(metric, given);
        const double value = person_value(metric, person);
        if (std::isnan(expected)) {
          EXPECT_TRUE(std::isnan(value)) << name;
        } else {
          EXPECT_NEAR(value, expected, 1e-12) << name << " of " << item_count << " items";
          EXPECT_GE(value, 0.0) << name;
          EXPECT_LE(value, 1.0 + 1e-12) << name;
        }
      }
    }
  }
}

TEST(RankingOracle, ListsGiveTheSameAsFullRankings) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Case given = random_case(seed, 60);
    auto list = sorted_candidates(given);
    list.resize(std::min<std::size_t>(list.size(), 5));
    const RankedPerson full = rank_scores(given.scores, given.task());
    const RankedPerson listed = rank_list(list, given.task());
    for (const char* name : {"recall@5", "ndcg@5", "map@4", "mrr@3", "hr@2"}) {
      const Metric metric = parse_metric(name);
      EXPECT_EQ(person_value(metric, listed), person_value(metric, full)) << name;
    }
  }
}

// Only the order of the scores matters, not their values; raising a target's score never
// makes any metric worse.
TEST(RankingOracle, InvariantUnderMonotoneMapsAndMonotoneInTargets) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Case given = random_case(seed, 80);
    const RankedPerson before = rank_scores(given.scores, given.task());
    Case mapped = given;
    for (float& score : mapped.scores) score = 3.0F * score - 100.0F;
    const RankedPerson same = rank_scores(mapped.scores, mapped.task());
    EXPECT_EQ(same.positions, before.positions);
    EXPECT_EQ(same.auc, before.auc);

    given.scores[given.targets.back()] += 10.5F;
    const RankedPerson after = rank_scores(given.scores, given.task());
    for (const char* name : kMetrics) {
      const Metric metric = parse_metric(name);
      EXPECT_GE(person_value(metric, after), person_value(metric, before) - 1e-12) << name;
    }
  }
}

}  // namespace
}  // namespace kindred::evaluation
