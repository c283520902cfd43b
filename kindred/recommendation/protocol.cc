#include "kindred/recommendation/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/evaluation/ranking.h"
#include "kindred/factorization/fold_in.h"
#include "kindred/factorization/ials.h"
#include "kindred/recommendation/popularity.h"
#include "kindred/recommendation/scorer.h"
#include "kindred/training/training_loop.h"

namespace kindred::recommendation {
namespace {

// People ranked at a time: enough to keep all threads busy, few enough that their lists
// stay in the cache until they are measured.
constexpr std::size_t kTilePeople = 1024;
constexpr std::uint32_t kRandomStream = 0x726E6B31;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

evaluation::RankingTask task_of(const data::Split& split, std::size_t person,
                                std::span<const std::uint32_t> tie_ranks = {}) {
  return {split.seen(person), split.targets.row_columns(person), tie_ranks};
}

bool has_given_negatives(const data::Split& split) { return split.negatives.rows > 0; }

std::vector<float> scores_of(const Scorer& scorer, std::size_t person,
                             std::span<const std::uint32_t> items) {
  std::vector<float> scores;
  for (const std::uint32_t item : items) scores.push_back(scorer.score(person, item));
  return scores;
}

evaluation::RankingScores collector(const data::Split& split,
                                    const std::vector<evaluation::Metric>& metrics,
                                    const ThreadPool& pool) {
  return {metrics, split.person_count(), split.targets.cols, pool.thread_count()};
}

Results measure_sampled(const data::Split& split, const Scorer& scorer,
                        const std::vector<evaluation::Metric>& metrics, ThreadPool& pool) {
  evaluation::RankingScores scores = collector(split, metrics, pool);
  pool.parallel_for(split.person_count(), [&](std::size_t person, int worker) {
    const auto targets = scores_of(scorer, person, split.targets.row_columns(person));
    const auto negatives = scores_of(scorer, person, split.negatives.row_columns(person));
    scores.add(person, evaluation::rank_sampled(targets, negatives), {}, worker);
  });
  return scores.results();
}

Results measure_full(const data::Split& split, const Scorer& scorer,
                     const std::vector<evaluation::Metric>& metrics, ThreadPool& pool) {
  evaluation::RankingScores scores = collector(split, metrics, pool);
  const bool full = scores.needs_full_ranking();
  const bool listed = scores.needs_lists() || !full;
  std::vector<std::vector<float>> buffers(static_cast<std::size_t>(pool.thread_count()));
  const auto ties = full ? label_ranks(split.train.items) : std::vector<std::uint32_t>();
  for (std::size_t begin = 0; begin < split.person_count(); begin += kTilePeople) {
    const std::size_t end = std::min(begin + kTilePeople, split.person_count());
    const auto lists = listed ? scorer.lists(begin, end, scores.longest_list(), pool)
                              : std::vector<RankedIds>(end - begin);
    pool.parallel_for(end - begin, [&](std::size_t row, int worker) {
      const std::size_t person = begin + row;
      const evaluation::RankingTask task = task_of(split, person, ties);
      if (!full) {
        scores.add(person, evaluation::rank_list(lists[row], task), lists[row], worker);
        return;
      }
      auto& buffer = buffers[static_cast<std::size_t>(worker)];
      buffer.resize(split.targets.cols);
      const auto all = scorer.scores(person, buffer);
      scores.add(person, evaluation::rank_scores(all, task), lists[row], worker);
    });
  }
  return scores.results();
}

Results measure(const data::Split& split, const Scorer& scorer,
                const std::vector<evaluation::Metric>& metrics, ThreadPool& pool) {
  return has_given_negatives(split) ? measure_sampled(split, scorer, metrics, pool)
                                    : measure_full(split, scorer, metrics, pool);
}

Results measure_random(const data::Split& split, const ProtocolOptions& options, ThreadPool& pool) {
  evaluation::RankingScores scores = collector(split, options.metrics, pool);
  pool.parallel_for(split.person_count(), [&](std::size_t person, int worker) {
    const Rng rng(options.seed, kRandomStream, person);
    evaluation::RankingTask task = task_of(split, person);
    std::size_t candidate_count = split.targets.cols;
    if (has_given_negatives(split)) {
      // Which items these are does not matter to chance, only how many.
      candidate_count = task.targets.size() + split.negatives.row_size(person);
      std::vector<std::uint32_t> targets(task.targets.size());
      for (std::size_t i = 0; i < targets.size(); ++i) targets[i] = static_cast<std::uint32_t>(i);
      scores.add(person, evaluation::rank_randomly(candidate_count, {{}, targets}, 0, rng).person,
                 {}, worker);
      return;
    }
    const auto random =
        evaluation::rank_randomly(candidate_count, task, scores.longest_list(), rng);
    scores.add(person, random.person, random.list, worker);
  });
  return scores.results();
}

// One row of the result for each person of the split.
Matrix vectors_of_people(const data::Split& split, MatrixView users, MatrixView items,
                         const ProtocolOptions& options, ThreadPool& pool) {
  if (split.folded_in) {
    const factorization::FoldIn fold_in(items, std::get<factorization::IalsOptions>(options.family),
                                        pool);
    return fold_in.solve_all(data::positives(split.known, options.rule), pool);
  }
  Matrix people(split.person_count(), items.cols);
  for (std::size_t person = 0; person < split.person_count(); ++person) {
    const auto from = users.row(split.users[person]);
    std::copy(from.begin(), from.end(), people.row(person).begin());
  }
  return people;
}

std::size_t count_without_history(const data::Split& split, const data::PositiveRule& rule,
                                  const SparseMatrix& positives) {
  const SparseMatrix known = data::positives(split.known, rule);
  std::size_t count = 0;
  for (std::size_t person = 0; person < split.person_count(); ++person) {
    const std::size_t size =
        split.folded_in ? known.row_size(person) : positives.row_size(split.users[person]);
    count += size == 0 ? 1 : 0;
  }
  return count;
}

void require_measurable(const data::Split& split, const ProtocolOptions& options) {
  data::require_targets(split);
  if (!has_given_negatives(split)) return;
  for (const evaluation::Metric& metric : options.metrics) {
    if (!is_aggregate(metric)) continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} needs rankings of all items, not of given negatives",
                            evaluation::name(metric)));
  }
}

Comparison baselines(const data::Split& split, const SparseMatrix& positives,
                     const ProtocolOptions& options, ThreadPool& pool) {
  Comparison comparison;
  const PopularityScorer popularity(split, positives);
  comparison.popularity = measure(split, popularity, options.metrics, pool);
  comparison.random = measure_random(split, options, pool);
  comparison.people_without_history = count_without_history(split, options.rule, positives);
  return comparison;
}

Results measure_vectors(const data::Split& split, MatrixView users, MatrixView items,
                        const ProtocolOptions& options, ThreadPool& pool) {
  const Matrix people = vectors_of_people(split, users, items, options, pool);
  return measure(split, VectorScorer(split, people, items, pool), options.metrics, pool);
}

Results measure_ranker(const data::Split& split, const learning::Ranker& ranker,
                       const ProtocolOptions& options, ThreadPool& pool) {
  const SparseMatrix known =
      split.folded_in ? data::positives(split.known, options.rule) : SparseMatrix();
  return measure(split, RankerScorer(split, known, ranker), options.metrics, pool);
}

// The options of a training that begins with another seed, where one plays a part.
learning::WatchOptions with_seed(learning::WatchOptions family, int run) {
  if (auto* ials = std::get_if<factorization::IalsOptions>(&family)) {
    ials->seed += static_cast<std::uint64_t>(run);
  }
  return family;
}

// One training and the ranking by it.
Results train_and_measure(const data::Split& split, const SparseMatrix& positives,
                          const ProtocolOptions& options, int run, ThreadPool& pool,
                          Comparison& comparison) {
  const learning::WatchOptions family = with_seed(options.family, run);
  const training::Run seen{.pool = pool, .observe = [&](const training::Epoch& epoch) {
                             if (options.observe) options.observe(run, epoch);
                           }};
  const auto start = Clock::now();
  if (const auto* ials_options = std::get_if<factorization::IalsOptions>(&family)) {
    factorization::Ials ials(positives, *ials_options);
    training::Trainee trainee;
    trainee.run_epoch = [&] { ials.run_epoch(pool); };
    training::run_training(trainee, {.epochs = ials_options->epochs}, {}, seen.observe);
    ials.finish(pool);
    comparison.training_seconds += seconds_since(start);
    const auto ranking = Clock::now();
    Results results =
        measure_vectors(split, ials.user_vectors(), ials.item_vectors(), options, pool);
    comparison.ranking_seconds += seconds_since(ranking);
    return results;
  }
  const auto learner = learning::make_watch_learner(family, positives, positives);
  learning::learn(*learner, {}, seen);
  comparison.training_seconds += seconds_since(start);
  const auto ranking = Clock::now();
  const auto ranker = learner->ranker({.only_learned = false, .many_people = true}, pool);
  Results results = measure_ranker(split, *ranker, options, pool);
  comparison.ranking_seconds += seconds_since(ranking);
  return results;
}

Results mean_of(const std::vector<Results>& runs) {
  Results mean;
  for (std::size_t m = 0; m < runs.front().size(); ++m) {
    std::vector<evaluation::MetricResult> of_metric;
    for (const Results& run : runs) of_metric.push_back(run[m]);
    mean.push_back(evaluation::mean_over_seeds(of_metric));
  }
  return mean;
}

}  // namespace

Comparison evaluate_vectors(const data::Split& split, MatrixView users, MatrixView items,
                            const ProtocolOptions& options, ThreadPool& pool) {
  require_measurable(split, options);
  const SparseMatrix positives = data::positives(split.train.by_user, options.rule);
  Comparison comparison = baselines(split, positives, options, pool);
  const auto start = Clock::now();
  comparison.model = measure_vectors(split, users, items, options, pool);
  comparison.ranking_seconds = seconds_since(start);
  return comparison;
}

Comparison evaluate_ranker(const data::Split& split, const learning::Ranker& ranker,
                           const ProtocolOptions& options, ThreadPool& pool) {
  require_measurable(split, options);
  const SparseMatrix positives = data::positives(split.train.by_user, options.rule);
  Comparison comparison = baselines(split, positives, options, pool);
  const auto start = Clock::now();
  comparison.model = measure_ranker(split, ranker, options, pool);
  comparison.ranking_seconds = seconds_since(start);
  return comparison;
}

Comparison run_protocol(const data::Split& split, const ProtocolOptions& options,
                        ThreadPool& pool) {
  require_measurable(split, options);
  const SparseMatrix positives = data::positives(split.train.by_user, options.rule);
  if (positives.entry_count() == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("nothing to learn from: of {} training pairs none is {}",
                            split.train.by_user.entry_count(), data::describe(options.rule)));
  }
  Comparison comparison = baselines(split, positives, options, pool);
  std::vector<Results> runs;
  for (int run = 0; run < options.seed_count; ++run) {
    runs.push_back(train_and_measure(split, positives, options, run, pool, comparison));
  }
  comparison.model = mean_of(runs);
  return comparison;
}

}  // namespace kindred::recommendation
