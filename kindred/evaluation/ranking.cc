#include "kindred/evaluation/ranking.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "kindred/base/check.h"

namespace kindred::evaluation {
namespace {

struct Outranking {
  std::size_t higher = 0;  // Strictly higher scores.
  std::size_t higher_or_equal = 0;
};

inline void count_block(const float* scores, std::size_t count, float score, Outranking& by) {
  std::uint32_t higher = 0;
  std::uint32_t higher_or_equal = 0;
  for (std::size_t i = 0; i < count; ++i) {
    higher += scores[i] > score ? 1U : 0U;
    higher_or_equal += scores[i] >= score ? 1U : 0U;
  }
  by.higher += higher;
  by.higher_or_equal += higher_or_equal;
}

// Blocks of a length that the compiler knows become vector compares without a remainder.
Outranking count_outranking(std::span<const float> scores, float score) {
  constexpr std::size_t kBlock = 256;
  Outranking by;
  std::size_t at = 0;
  for (; at + kBlock <= scores.size(); at += kBlock) {
    count_block(scores.data() + at, kBlock, score, by);
  }
  count_block(scores.data() + at, scores.size() - at, score, by);
  return by;
}

// Candidates with the target's own score that the order of ties puts before it.
std::size_t count_tied_before(std::span<const float> scores, const RankingTask& task,
                              std::uint32_t target, float score) {
  std::size_t count = 0;
  for (std::size_t id = 0; id < scores.size(); ++id) {
    if (scores[id] == score && task.tie_ranks[id] < task.tie_ranks[target]) ++count;
  }
  for (const std::uint32_t id : task.excluded) {
    if (scores[id] == score && task.tie_ranks[id] < task.tie_ranks[target]) --count;
  }
  return count;
}

// Of the (target, other candidate) pairs, the share won: `ranks` holds for each target
// the number of candidates above it, ties half. Every pair of targets adds exactly 1 to
// their sum, whoever is ahead, so taking those away leaves the pairs lost to others.
double auc_of(std::span<const double> ranks, std::size_t candidate_count) {
  const auto target_count = static_cast<double>(ranks.size());
  const double pairs = target_count * (static_cast<double>(candidate_count) - target_count);
  if (pairs <= 0.0) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0.0;
  for (const double rank : ranks) sum += rank;
  return 1.0 - (sum - target_count * (target_count - 1.0) / 2.0) / pairs;
}

float last_if_nan(float score) {
  return std::isnan(score) ? -std::numeric_limits<float>::infinity() : score;
}

bool contains(std::span<const std::uint32_t> ascending, std::uint32_t id) {
  return std::binary_search(ascending.begin(), ascending.end(), id);
}

std::vector<double> distinct_positions(std::size_t count, std::size_t candidate_count, Rng& rng) {
  std::vector<double> drawn;
  while (drawn.size() < count) {
    const auto position = static_cast<double>(rng.below(candidate_count));
    const auto place = std::lower_bound(drawn.begin(), drawn.end(), position);
    if (place == drawn.end() || *place != position) drawn.insert(place, position);
  }
  return drawn;
}

}  // namespace

RankedPerson rank_scores(std::span<const float> scores, const RankingTask& task) {
  RankedPerson person;
  std::vector<double> ranks;
  for (const std::uint32_t target : task.targets) {
    const float score = last_if_nan(scores[target]);
    Outranking before = count_outranking(scores.first(target), score);
    Outranking after = count_outranking(scores.subspan(target + 1), score);
    for (const std::uint32_t id : task.excluded) {
      Outranking& side = id < target ? before : after;
      side.higher -= scores[id] > score ? 1U : 0U;
      side.higher_or_equal -= scores[id] >= score ? 1U : 0U;
    }
    const std::size_t higher = before.higher + after.higher;
    const std::size_t tied = before.higher_or_equal + after.higher_or_equal - higher;
    const std::size_t first = task.tie_ranks.empty() ? before.higher_or_equal - before.higher
                              : tied == 0            ? 0
                                          : count_tied_before(scores, task, target, score);
    person.positions.push_back(static_cast<double>(higher + first));
    ranks.push_back(static_cast<double>(before.higher + after.higher + before.higher_or_equal +
                                        after.higher_or_equal) /
                    2.0);
  }
  person.auc = auc_of(ranks, scores.size() - task.excluded.size());
  std::sort(person.positions.begin(), person.positions.end());
  return person;
}

RankedPerson rank_list(std::span<const std::uint32_t> list, const RankingTask& task) {
  RankedPerson person;
  for (std::size_t position = 0; position < list.size(); ++position) {
    if (contains(task.targets, list[position])) {
      person.positions.push_back(static_cast<double>(position));
    }
  }
  person.positions.resize(task.targets.size(), kBeyondList);
  return person;
}

RankedPerson rank_sampled(std::span<const float> target_scores,
                          std::span<const float> negative_scores) {
  RankedPerson person;
  for (const float target : target_scores) {
    const Outranking by = count_outranking(negative_scores, last_if_nan(target));
    person.positions.push_back(static_cast<double>(by.higher + by.higher_or_equal) / 2.0);
  }
  std::sort(person.positions.begin(), person.positions.end());
  // So far each counts the negatives above it alone; the targets ahead come on top.
  for (std::size_t i = 0; i < person.positions.size(); ++i) {
    person.positions[i] += static_cast<double>(i);
  }
  person.auc = auc_of(person.positions, target_scores.size() + negative_scores.size());
  return person;
}

RandomRanking rank_randomly(std::size_t item_count, const RankingTask& task, std::size_t k,
                            Rng rng) {
  RandomRanking ranking;
  const std::size_t candidate_count = item_count - task.excluded.size();
  auto& positions = ranking.person.positions;
  positions = distinct_positions(task.targets.size(), candidate_count, rng);
  ranking.person.auc = auc_of(positions, candidate_count);

  std::vector<std::uint32_t> targets(task.targets.begin(), task.targets.end());
  rng.shuffle(std::span(targets));
  std::size_t placed = 0;
  std::vector<std::uint32_t> taken;  // The others in the list, ascending.
  while (ranking.list.size() < std::min(k, candidate_count)) {
    const bool target_here =
        placed < positions.size() && positions[placed] == static_cast<double>(ranking.list.size());
    if (target_here) {
      ranking.list.push_back(targets[placed++]);
      continue;
    }
    const auto id = static_cast<std::uint32_t>(rng.below(item_count));
    if (contains(task.excluded, id) || contains(task.targets, id) || contains(taken, id)) continue;
    taken.insert(std::upper_bound(taken.begin(), taken.end(), id), id);
    ranking.list.push_back(id);
  }
  return ranking;
}

}  // namespace kindred::evaluation
