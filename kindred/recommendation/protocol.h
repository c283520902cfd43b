// Runs an evaluation: train, rank, measure, and do the same for two baselines.
//
//   split -> a learner on its positives -> rankings -> metrics
//
// Known people are ranked as the learner knows them, new people by what they liked. Nothing that
// a person has already is a candidate. The baselines are popularity, which ranks items
// by how many training users like them, and chance: a model that does not beat the first
// has learned nothing about persons, one that does not beat the second nothing at all.
//
// All items are ranked, people in tiles, so the scores of all pairs never exist at once:
// lists come from exact top-k, and metrics that look beyond them (auc, map, mrr without
// @k) from one row of scores a thread. With given negatives only those are scored, and
// ties count half.
//
// Cost of a full ranking: 2 people x items x d flop, and as much again for the metrics
// that look beyond the lists. Thread safety: functions of their arguments alone.

#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/positives.h"
#include "kindred/data/split.h"
#include "kindred/evaluation/result.h"
#include "kindred/factorization/ials.h"
#include "kindred/learning/families.h"
#include "kindred/linalg/matrix.h"
#include "kindred/training/training_loop.h"

namespace kindred::recommendation {

using Results = std::vector<evaluation::MetricResult>;  // In the order of the metrics.

// A model beside its baselines, on the same people.
struct Comparison {
  Results model;
  Results popularity;
  Results random;
  // People whose history holds no positive: the model knows nothing of them, and they are
  // ranked by popularity.
  std::size_t people_without_history = 0;
  double training_seconds = 0.0;
  double ranking_seconds = 0.0;  // Of the model, without the baselines.
};

struct ProtocolOptions {
  learning::WatchOptions family;  // Of evaluate_vectors(): iALS, by which people are folded in.
  data::PositiveRule rule;
  std::vector<evaluation::Metric> metrics;
  int seed_count = 1;      // Trainings with seeds seed, seed + 1, ...; results are averaged.
  std::uint64_t seed = 1;  // Of the baseline of chance.
  // Told of every epoch, if set, with the number of the seed from 0.
  std::function<void(int, const training::Epoch&)> observe;
};

// Trains on the split and evaluates. Throws Error(invalid_argument) when nobody has a
// target, when there is no positive to learn from, and for coverage or Gini with given
// negatives.
Comparison run_protocol(const data::Split& split, const ProtocolOptions& options, ThreadPool& pool);

// Evaluates what knows the users and items of split.train already, with only_learned = false.
Comparison evaluate_ranker(const data::Split& split, const learning::Ranker& ranker,
                           const ProtocolOptions& options, ThreadPool& pool);

// Evaluates vectors that are there already: of the users of split.train (|U| x d; unused
// for new people) and of its items (|I| x d).
Comparison evaluate_vectors(const data::Split& split, MatrixView users, MatrixView items,
                            const ProtocolOptions& options, ThreadPool& pool);

}  // namespace kindred::recommendation
