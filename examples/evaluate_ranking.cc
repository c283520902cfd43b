// Ranking metrics on scores of your own, without any model of Kindred's.
//
// Three people, six films. Each row of scores is somebody's model; the metrics come with
// the definitions they are computed by.

#include <cstdint>
#include <cstdio>
#include <vector>

#include "kindred/evaluation/ranking.h"
#include "kindred/evaluation/result.h"

int main() {
  using kindred::evaluation::RankingTask;
  const std::vector<std::vector<float>> scores = {
      {9, 8, 7, 3, 2, 1}, {1, 2, 3, 7, 8, 9}, {5, 5, 5, 5, 5, 5}};  // No opinion: ties.
  const std::vector<std::vector<std::uint32_t>> seen = {{0}, {5}, {}};
  const std::vector<std::vector<std::uint32_t>> watched_next = {{1}, {0, 4}, {3}};

  std::vector<kindred::evaluation::Metric> metrics;
  for (const char* name : {"ndcg@2", "recall@2", "recall_all@2", "mrr", "auc"}) {
    metrics.push_back(kindred::evaluation::parse_metric(name));
  }
  kindred::evaluation::RankingScores collected(metrics, scores.size(), 6, 1);
  for (std::size_t person = 0; person < scores.size(); ++person) {
    const RankingTask task{seen[person], watched_next[person]};
    collected.add(person, kindred::evaluation::rank_scores(scores[person], task), {}, 0);
  }
  for (const auto& result : collected.results()) {
    std::printf("%-13s %.4f  %s\n", kindred::evaluation::name(result.metric).c_str(), result.value,
                kindred::evaluation::definition(result.metric).c_str());
  }
}
