// From scores to positions: where a person's targets lie in a ranking.
//
// Three ways in, for three ways of ranking. All items scored: the position of a target
// is the number of candidates with a higher score, and, among equal scores, of those that
// the task's order of ties puts first. A list of the first k: targets
// beyond it are "not listed". Given negatives: strictly higher scores outrank, ties
// count half, so that a model that scores everything alike gains nothing from luck.
//
// Cost: O(targets x items) compares for all items, else O(n log n). Memory: the result.
// Thread safety: pure functions.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/evaluation/metrics.h"

namespace kindred::evaluation {

// One person: who may not be listed, and what is looked for. Both ascend and are
// disjoint; targets is not empty. Everything else is a candidate.
struct RankingTask {
  std::span<const std::uint32_t> excluded;
  std::span<const std::uint32_t> targets;
  // Of each item its place among equal scores; empty: by id. Ids follow the rows of a file, so
  // what is reported should not go by them.
  std::span<const std::uint32_t> tie_ranks = {};
};

// From the scores of all items; equal scores in the order of ties, half in the AUC. A NaN ranks
// last.
RankedPerson rank_scores(std::span<const float> scores, const RankingTask& task);

// From the best of the ranking, best first.
RankedPerson rank_list(std::span<const std::uint32_t> list, const RankingTask& task);

// Targets against given negatives; ties count half.
RankedPerson rank_sampled(std::span<const float> target_scores,
                          std::span<const float> negative_scores);

// A ranking of all candidates in random order: the baseline to beat.
struct RandomRanking {
  RankedPerson person;
  std::vector<std::uint32_t> list;  // The first k.
};

// Draws only what is looked at, so it costs O(targets + k), not O(items).
RandomRanking rank_randomly(std::size_t item_count, const RankingTask& task, std::size_t k,
                            Rng rng);

}  // namespace kindred::evaluation
