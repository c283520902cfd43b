// How fast an epoch of explicit ALS and a Gibbs sweep are, and how near to what the
// machine can do.
//
//   rating_bench RATINGS [--dims 32,64] [--epochs 5] [--threads 0]
//
// Prints for each model and d the median seconds of an epoch with the spread over the
// epochs, the processor seconds, and the speed of a core by processor second. Operations
// are those of the rows' equations alone: for each rating D^2 + 2 D for the sums, by both
// sides, and D^3/3 + 2 D^2 a row for the solve, D = d + 1; random draws, priors and
// features are not counted, though their time is. The peak is that of a large
// single-precision matrix product on the same threads in the same run.

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "benchmarks/arguments.h"
#include "benchmarks/measure.h"
#include "kindred/base/error.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/factorization/als.h"
#include "kindred/factorization/bayesian.h"
#include "kindred/recommendation/rating_protocol.h"

namespace kindred {
namespace {

using benchmarks::Arguments;

double operations(const SparseMatrix& ratings, int dimensions) {
  const double width = dimensions + 1.0;
  const auto entries = static_cast<double>(ratings.entry_count());
  const auto rows = static_cast<double>(ratings.rows + ratings.cols);
  return 2.0 * entries * (width * width + 2.0 * width) +
         rows * (width * width * width / 3.0 + 2.0 * width * width);
}

void report(const std::string& name, int dimensions, double flops, double peak, int epochs,
            const std::function<void()>& epoch) {
  epoch();  // The first one takes memory and warms caches.
  std::vector<double> walls;
  const double processor_start = benchmarks::processor_seconds();
  for (int i = 0; i < epochs; ++i) {
    const double start = benchmarks::wall_seconds();
    epoch();
    walls.push_back(benchmarks::wall_seconds() - start);
  }
  const double processor = (benchmarks::processor_seconds() - processor_start) / epochs;
  std::sort(walls.begin(), walls.end());
  const double speed = flops / processor / 1e9;
  std::printf("%-34s %4d  %8.3f (%.3f .. %.3f)  %9.3f  %9.1f  %5.0f %%\n", name.c_str(), dimensions,
              walls[walls.size() / 2], walls.front(), walls.back(), processor, speed,
              100.0 * speed / peak);
  std::fflush(stdout);
}

void run(const Arguments& arguments) {
  ThreadPool pool(arguments.integer("threads"));
  const data::Ratings ratings = data::read_ratings(arguments.required_word(), {}, pool);
  const SparseMatrix& pairs = ratings.interactions.by_user;
  const double peak = benchmarks::peak_gflops(pool);
  std::printf("%s, %d threads, peak %.1f GFLOP/s a core; %zu users, %zu items, %zu ratings\n\n",
              benchmarks::processor_name().c_str(), pool.thread_count(), peak, pairs.rows,
              pairs.cols, pairs.entry_count());
  std::printf("%-34s %4s  %-28s  %9s  %9s  %7s\n", "", "d", "s an epoch (least .. most)",
              "processor", "GFLOP/s", "of peak");
  const int epochs = std::max(1, arguments.integer("epochs"));
  for (const int d : arguments.integers("dims")) {
    const double flops = operations(pairs, d);
    factorization::Als plain(pairs, {.dimensions = d, .implicit_weight = 0.0F});
    report("ALS", d, flops, peak, epochs, [&] { plain.run_epoch(pool); });
    factorization::Als als(pairs, {.dimensions = d});
    report("ALS with implicit features", d, flops, peak, epochs, [&] { als.run_epoch(pool); });
    factorization::Bayesian bayesian(pairs, {}, {.dimensions = d});
    report("Gibbs", d, flops, peak, epochs, [&] { bayesian.run_sweep(pool); });
    factorization::Bayesian sets(
        pairs, recommendation::side_features(pairs, data::Table(), data::Table(), {}),
        {.dimensions = d});
    report("Gibbs with implicit sets", d, flops, peak, epochs, [&] { sets.run_sweep(pool); });
  }
}

}  // namespace
}  // namespace kindred

int main(int argc, char** argv) {
  try {
    kindred::run(
        {argc,
         argv,
         "rating_bench RATINGS [--dims 32,64] [--epochs 5] [--threads 0]",
         {.flags = {{"dims", "32,64"}, {"epochs", "5"}, {"threads", "0"}}, .switches = {}}});
  } catch (const kindred::Error& error) {
    std::fprintf(stderr, "rating_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
