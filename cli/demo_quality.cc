#include "cli/demo_quality.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "kindred/base/rng.h"
#include "kindred/evaluation/metrics.h"
#include "kindred/evaluation/result.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::cli {
namespace {

constexpr std::uint32_t kHidingStream = 100;
constexpr std::uint32_t kLotStream = 101;

}  // namespace

HiddenMovies::HiddenMovies(const SparseMatrix& seen, const SparseMatrix& liked, std::uint64_t seed)
    : seed_(seed) {
  rest_.rows = liked.rows;
  rest_.cols = liked.cols;
  for (std::size_t row = 0; row < liked.rows; ++row) {
    const auto movies = liked.row_columns(row);
    rest_.columns.insert(rest_.columns.end(), movies.begin(), movies.end());
    if (movies.size() >= 2) {
      const std::uint32_t hidden = movies[Rng(seed, kHidingStream, row).below(movies.size())];
      const auto first = rest_.columns.end() - static_cast<std::ptrdiff_t>(movies.size());
      rest_.columns.erase(std::find(first, rest_.columns.end(), hidden));
      Person person{.row = row, .hidden = hidden, .watched = {}};
      for (const std::uint32_t movie : seen.row_columns(row)) {
        if (movie != hidden) person.watched.push_back(movie);
      }
      people_.push_back(std::move(person));
    }
    rest_.offsets.push_back(rest_.columns.size());
  }
  rest_.values.assign(rest_.columns.size(), 1.0F);
}

Quality HiddenMovies::judge(std::string name, const Ranker& rank, ThreadPool& pool) const {
  evaluation::RankingScores scores(
      {evaluation::parse_metric("hr@10"), evaluation::parse_metric("ndcg@10")}, people_.size(),
      rest_.cols, pool.thread_count());
  pool.parallel_for(people_.size(), [&](std::size_t index, int worker) {
    const Person& person = people_[index];
    const evaluation::RankingTask task{person.watched, {&person.hidden, 1}};
    scores.add(index, rank(person, task), {}, worker);
  });
  const std::vector<evaluation::MetricResult> results = scores.results();
  Quality quality{.name = std::move(name)};
  quality.hit_rate = results[0].value;
  quality.hit_rate_interval = results[0].interval.value_or(evaluation::Interval{});
  quality.ndcg = results[1].value;
  return quality;
}

Quality HiddenMovies::learned(const factorization::IalsOptions& options, ThreadPool& pool) const {
  const auto start = std::chrono::steady_clock::now();
  factorization::Ials ials(rest_, options);
  for (int epoch = 0; epoch < options.epochs; ++epoch) ials.run_epoch(pool);
  ials.finish(pool);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;

  const auto rank = [&](const Person& person, const evaluation::RankingTask& task) {
    std::vector<float> scores(rest_.cols);
    for (std::size_t movie = 0; movie < scores.size(); ++movie) {
      scores[movie] =
          linalg::dot(ials.user_vectors().row(person.row), ials.item_vectors().row(movie));
    }
    return evaluation::rank_scores(scores, task);
  };
  Quality quality = judge("learned", rank, pool);
  quality.dimensions = options.dimensions;
  quality.seconds = elapsed.count();
  return quality;
}

Quality HiddenMovies::popularity(ThreadPool& pool) const {
  std::vector<float> counts(rest_.cols);
  for (const std::uint32_t movie : rest_.columns) counts[movie] += 1.0F;
  const auto rank = [&](const Person&, const evaluation::RankingTask& task) {
    return evaluation::rank_scores(counts, task);
  };
  return judge("popularity", rank, pool);
}

Quality HiddenMovies::random(ThreadPool& pool) const {
  const auto rank = [&](const Person& person, const evaluation::RankingTask& task) {
    return evaluation::rank_randomly(rest_.cols, task, 1, Rng(seed_, kLotStream, person.row))
        .person;
  };
  return judge("random", rank, pool);
}

}  // namespace kindred::cli
