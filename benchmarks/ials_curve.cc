// How good an iALS model is after how many seconds of training.
//
//   ials_curve TRAIN --test FILE [--lists] [--dim 64] [--epochs 12] [--regularization 0.004]
//              [--unobserved-weight 0.02] [--exponent 1] [--threads 0] [--people 5000]
//
// Prints after every epoch the seconds of training so far, elapsed and of the processor, and
// NDCG@20 over at most `people` users, evenly spread, with all other items as candidates.
// Seconds count the epochs up to there and the last solve of the users, which only a model that
// is used needs; measuring is not counted. rivals/implicit_curve.py prints the same of implicit.

#include <algorithm>
#include <cstdio>
#include <vector>

#include "benchmarks/arguments.h"
#include "benchmarks/measure.h"
#include "kindred/base/error.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/positives.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/data/split.h"
#include "kindred/evaluation/metrics.h"
#include "kindred/evaluation/ranking.h"
#include "kindred/factorization/ials.h"
#include "kindred/search/top_k.h"

namespace kindred {
namespace {

using benchmarks::Arguments;
using benchmarks::processor_seconds;
using benchmarks::wall_seconds;

// The mean NDCG@20 of the people in `chosen`, rows of the split.
double ndcg(const data::Split& split, const std::vector<std::size_t>& chosen, MatrixView users,
            MatrixView items, ThreadPool& pool) {
  const evaluation::Metric metric = evaluation::parse_metric("ndcg@20");
  Matrix people(chosen.size(), users.cols);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    std::ranges::copy(users.row(split.users[chosen[i]]), people.row(i).begin());
  }
  search::TopKFilter filter;
  filter.excluded = [&](std::size_t i) { return split.seen(chosen[i]); };
  const auto lists = search::top_k(people, items, metric.k, filter, pool);
  double sum = 0.0;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    std::vector<std::uint32_t> list;
    for (const search::Neighbor& near : lists[i]) list.push_back(near.id);
    const evaluation::RankingTask task{split.seen(chosen[i]), split.targets.row_columns(chosen[i])};
    sum += evaluation::person_value(metric, evaluation::rank_list(list, task));
  }
  return sum / static_cast<double>(chosen.size());
}

int run(const Arguments& arguments) {
  ThreadPool pool(arguments.integer("threads"));
  data::RatingsOptions reading;
  reading.item_lists = arguments.is_on("lists");
  data::Interactions train =
      data::read_ratings(arguments.required_word(), reading, pool).interactions;
  const data::Interactions test =
      data::read_ratings(arguments.text("test"), reading, pool).interactions;
  const data::Split split = data::split_given(std::move(train), {}, test);
  const SparseMatrix positives = data::positives(split.train.by_user, {});
  std::vector<std::size_t> chosen;
  const std::size_t wanted = arguments.count("people", split.person_count());
  for (std::size_t i = 0; i < wanted; ++i) chosen.push_back(i * split.person_count() / wanted);

  factorization::Ials ials(
      positives, {.dimensions = arguments.integer("dim"),
                  .epochs = arguments.integer("epochs"),
                  .unobserved_weight = static_cast<float>(arguments.real("unobserved-weight")),
                  .regularization = static_cast<float>(arguments.real("regularization")),
                  .regularization_exponent = static_cast<float>(arguments.real("exponent")),
                  .seed = arguments.count("seed")});
  std::printf("Kindred, d %d, %zu users x %zu items, %zu pairs, %d threads, %zu people\n",
              arguments.integer("dim"), positives.rows, positives.cols, positives.entry_count(),
              pool.thread_count(), wanted);
  std::printf("%5s  %9s  %11s  %8s\n", "epoch", "elapsed s", "processor s", "ndcg@20");
  double elapsed = 0.0;
  double processor = 0.0;
  for (int epoch = 1; epoch <= arguments.integer("epochs"); ++epoch) {
    const double start = wall_seconds();
    const double processor_start = processor_seconds();
    ials.run_epoch(pool);
    elapsed += wall_seconds() - start;
    processor += processor_seconds() - processor_start;
    const double last_start = wall_seconds();
    const double processor_last_start = processor_seconds();
    ials.finish(pool);  // Without effect on later epochs, which begin with the same solve.
    std::printf("%5d  %9.3f  %11.3f  %8.4f\n", epoch, elapsed + wall_seconds() - last_start,
                processor + processor_seconds() - processor_last_start,
                ndcg(split, chosen, ials.user_vectors(), ials.item_vectors(), pool));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace kindred

int main(int count, char** values) {
  try {
    return kindred::run({count,
                         values,
                         "ials_curve TRAIN --test FILE [...]",
                         {.flags = {{"test", ""},
                                    {"dim", "64"},
                                    {"epochs", "12"},
                                    {"regularization", "0.004"},
                                    {"unobserved-weight", "0.02"},
                                    {"exponent", "1"},
                                    {"threads", "0"},
                                    {"people", "5000"},
                                    {"seed", "1"}},
                          .switches = {"lists"}}});
  } catch (const kindred::Error& error) {
    std::fprintf(stderr, "ials_curve: %s\n", error.what());
    return 2;
  }
}
