#include "kindred/learning/validation.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/evaluation/ranking.h"
#include "kindred/learning/vector_ranker.h"

namespace kindred::learning {
namespace {

// Streams of the seed; far from those that training draws from.
constexpr std::uint32_t kUserChoiceStream = 0x76616C31;
constexpr std::uint32_t kTargetChoiceStream = 0x76616C32;
constexpr std::size_t kPositivesPerTarget = 5;

std::vector<std::size_t> choose_users(const SparseMatrix& positives, std::size_t user_count,
                                      std::uint64_t seed) {
  std::vector<std::size_t> eligible;
  for (std::size_t user = 0; user < positives.rows; ++user) {
    if (positives.row_size(user) >= 2) eligible.push_back(user);
  }
  Rng(seed, kUserChoiceStream).shuffle(std::span(eligible));
  eligible.resize(std::min(user_count, eligible.size() / 2));
  std::sort(eligible.begin(), eligible.end());
  return eligible;
}

// Which of a person's `count` positives are targets: a fifth of them, at least one.
std::vector<bool> choose_targets(std::size_t count, std::uint64_t seed, std::size_t user) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng(seed, kTargetChoiceStream, user).shuffle(std::span(order));
  std::vector<bool> is_target(count, false);
  const std::size_t target_count = std::max<std::size_t>(1, count / kPositivesPerTarget);
  for (std::size_t i = 0; i < target_count; ++i) is_target[order[i]] = true;
  return is_target;
}

SparseMatrix empty_rows(std::size_t cols) {
  SparseMatrix matrix;
  matrix.cols = cols;
  return matrix;
}

}  // namespace

Validation::Validation(const SparseMatrix& positives, std::size_t user_count, std::uint64_t seed)
    : training_(empty_rows(positives.cols)),
      history_(empty_rows(positives.cols)),
      targets_(empty_rows(positives.cols)) {
  const std::vector<std::size_t> held_out = choose_users(positives, user_count, seed);
  auto next = held_out.begin();
  for (std::size_t user = 0; user < positives.rows; ++user) {
    const auto items = positives.row_columns(user);
    const auto weights = positives.row_values(user);
    if (next == held_out.end() || *next != user) {
      training_.append_row(items, weights);
      continue;
    }
    ++next;
    training_.close_row();
    const std::vector<bool> is_target = choose_targets(items.size(), seed, user);
    for (std::size_t i = 0; i < items.size(); ++i) {
      SparseMatrix& part = is_target[i] ? targets_ : history_;
      part.columns.push_back(items[i]);
      part.values.push_back(weights[i]);
    }
    history_.close_row();
    targets_.close_row();
  }
}

evaluation::MetricResult Validation::measure(const Ranker& ranker, const evaluation::Metric& metric,
                                             ThreadPool& pool) const {
  std::vector<Asked> people(history_.rows);
  for (std::size_t person = 0; person < people.size(); ++person) {
    people[person].liked = people[person].seen = history_.row_columns(person);
    people[person].weights = history_.row_values(person);
  }
  const std::vector<RankedItems> lists = ranker.best(people, metric.k, pool);
  std::vector<double> values(lists.size());
  pool.parallel_for(lists.size(), [&](std::size_t person, int) {
    std::vector<std::uint32_t> list;
    for (const search::Neighbor& neighbor : lists[person]) list.push_back(neighbor.id);
    const evaluation::RankingTask task{history_.row_columns(person), targets_.row_columns(person)};
    values[person] = evaluation::person_value(metric, evaluation::rank_list(list, task));
  });
  return evaluation::summarise(metric, std::move(values));
}

evaluation::MetricResult Validation::measure(MatrixView item_vectors,
                                             const factorization::IalsOptions& options,
                                             const evaluation::Metric& metric,
                                             ThreadPool& pool) const {
  const Vectors vectors{.users = {}, .items = item_vectors, .fold_in = options};
  return measure(VectorRanker(vectors, {.only_learned = false}, pool), metric, pool);
}

double Validation::score(const Ranker& ranker, ThreadPool& pool) const {
  if (history_.rows == 0) return 0.0;
  return measure(ranker, evaluation::parse_metric(kValidationMetric), pool).value;
}

double Validation::score(MatrixView item_vectors, const factorization::IalsOptions& options,
                         ThreadPool& pool) const {
  if (history_.rows == 0) return 0.0;
  const evaluation::Metric metric = evaluation::parse_metric(kValidationMetric);
  return measure(item_vectors, options, metric, pool).value;
}

}  // namespace kindred::learning
