// How fast an epoch of iALS is, and how near to what the machine can do.
//
//   ials_bench RATINGS|synthetic [--lists] [--dims 26,32,64,128,256] [--epochs 5]
//              [--threads 0] [--solvers primal,automatic,dual] [--positive-from all]
//
// Prints for each d and solver the median seconds of an epoch with the spread over the
// epochs, the processor seconds, and the speed of a core: floating-point operations,
// counted from the algorithm, by processor second. The peak is the same for a large
// single-precision matrix product on the same threads in the same run. Processor time
// rather than elapsed time, because other programs on the machine disturb it less.
// A pair is a positive from the rating --positive-from on, all are without it. `--lists` reads
// lines of "user item item ...".

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/arguments.h"
#include "benchmarks/measure.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/data/positives.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/factorization/cost_model.h"
#include "kindred/factorization/ials.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/kernels/target.h"

namespace kindred {
namespace {

using benchmarks::Arguments;
using benchmarks::peak_gflops;
using benchmarks::processor_name;
using benchmarks::processor_seconds;
using benchmarks::wall_seconds;
using factorization::Ials;
using factorization::IalsOptions;
using factorization::IalsSolver;

// The shape of check-in data: 30,000 users x 40,000 items, histories of 10 to some
// hundreds with a mean of about 27, popularity falling as a power of the rank.
SparseMatrix synthetic() {
  SparseMatrix out;
  out.rows = 30'000;
  out.cols = 40'000;
  for (std::size_t user = 0; user < out.rows; ++user) {
    Rng rng(1, 0, user);
    const double length = 10.0 / std::sqrt(1.0 - 0.9995 * rng.uniform());
    std::vector<std::uint32_t> items;
    for (std::size_t i = 0; i < static_cast<std::size_t>(length); ++i) {
      const double place = std::pow(rng.uniform(), 2.5);
      items.push_back(static_cast<std::uint32_t>(place * static_cast<double>(out.cols)));
    }
    std::ranges::sort(items);
    const auto repeated = std::ranges::unique(items);
    items.erase(repeated.begin(), repeated.end());
    out.columns.insert(out.columns.end(), items.begin(), items.end());
    out.offsets.push_back(out.columns.size());
  }
  out.values.assign(out.columns.size(), 1.0F);
  return out;
}

// Floating-point operations of one side, a multiply-add being two; symmetric products
// count half, and the d x d eigenproblem is left out.
double operations(const SparseMatrix& rows, std::size_t dimensions, IalsSolver solver) {
  const auto d = static_cast<double>(dimensions);
  const auto fixed_count = static_cast<double>(rows.cols);
  const bool with_dual = factorization::eigenbasis_pays(rows, dimensions, solver);
  double sum = fixed_count * d * d + (with_dual ? 2.0 * fixed_count * d * d : 0.0);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const auto n = static_cast<double>(rows.row_size(row));
    if (n == 0.0) continue;
    if (with_dual && factorization::prefers_dual(rows.row_size(row), dimensions, solver)) {
      sum += n * n * d + n * n * n / 3.0 + 2.0 * n * n + 4.0 * n * d + 2.0 * d * d;
    } else {
      sum += n * d * d + d * d * d / 3.0 + 2.0 * d * d + 4.0 * n * d;
    }
  }
  return sum;
}

void measure(const SparseMatrix& positives, const Arguments& arguments, ThreadPool& pool) {
  const double peak = peak_gflops(pool);
  std::printf("peak: %.0f GFLOP/s a core, a 1024 x 1024 matrix product on every thread\n\n", peak);
  std::printf("%5s  %-9s  %8s  %17s  %8s  %12s  %7s  %s\n", "d", "solver", "s/epoch", "spread",
              "cpu s", "GFLOP/s core", "of peak", "primal cpu / this");
  const SparseMatrix by_item = transpose(positives);
  const std::map<std::string, IalsSolver> solvers = {{"primal", IalsSolver::primal},
                                                     {"automatic", IalsSolver::automatic},
                                                     {"dual", IalsSolver::dual}};
  const int epochs = std::max(1, arguments.integer("epochs"));
  for (const int dimensions : arguments.integers("dims")) {
    double primal_seconds = 0.0;
    for (const std::string& name : arguments.texts("solvers")) {
      const auto solver = solvers.find(name);
      if (solver == solvers.end()) {
        throw Error(ErrorCode::invalid_argument, "no solver is called " + name);
      }
      Ials ials(positives, {.dimensions = dimensions,
                            .unobserved_weight = 0.02F,
                            .regularization = 0.004F,
                            .regularization_exponent = 1.0F,
                            .solver = solver->second});
      ials.run_epoch(pool);  // Warms the caches and leaves the random vectors behind.
      std::vector<double> seconds;
      const double processor_start = processor_seconds();
      for (int epoch = 0; epoch < epochs; ++epoch) {
        const double start = wall_seconds();
        ials.run_epoch(pool);
        seconds.push_back(wall_seconds() - start);
      }
      const double processor = (processor_seconds() - processor_start) / epochs;
      std::ranges::sort(seconds);
      const double median = seconds[seconds.size() / 2];
      const auto d = static_cast<std::size_t>(dimensions);
      const double counted =
          operations(positives, d, solver->second) + operations(by_item, d, solver->second);
      if (solver->second == IalsSolver::primal) primal_seconds = processor;
      const double speed = counted / processor / 1e9;
      std::printf("%5d  %-9s  %8.3f  %7.3f - %7.3f  %8.3f  %12.1f  %6.0f%%", dimensions,
                  name.c_str(), median, seconds.front(), seconds.back(), processor, speed,
                  100.0 * speed / peak);
      if (primal_seconds > 0.0) std::printf("  %.2f", primal_seconds / processor);
      std::printf("\n");
      std::fflush(stdout);
    }
  }
}

data::PositiveRule rule_of(const Arguments& arguments) {
  if (arguments.text("positive-from") == "all") return {};
  return {.threshold = static_cast<float>(arguments.real("positive-from"))};
}

int run(const Arguments& arguments) {
  ThreadPool pool(arguments.integer("threads"));
  const std::string& data = arguments.required_word();
  const SparseMatrix pairs =
      data == "synthetic" ? synthetic()
                          : data::read_ratings(data, {.item_lists = arguments.is_on("lists")}, pool)
                                .interactions.by_user;
  const SparseMatrix positives = data::positives(pairs, rule_of(arguments));
  const std::string_view simd = linalg::simd_target();
  std::printf("machine: %s, %d threads, kernels %.*s, BLAS %s\n", processor_name().c_str(),
              pool.thread_count(), static_cast<int>(simd.size()), simd.data(),
              linalg::blas_core().c_str());
  std::printf("data: %s, %zu users x %zu items, %zu pairs; %d epochs each after one to warm up\n",
              data.c_str(), positives.rows, positives.cols, positives.entry_count(),
              arguments.integer("epochs"));
  measure(positives, arguments, pool);
  return 0;
}

}  // namespace
}  // namespace kindred

int main(int count, char** values) {
  try {
    return kindred::run({count,
                         values,
                         "ials_bench RATINGS|synthetic [...]",
                         {.flags = {{"dims", "26,32,64,128,256"},
                                    {"epochs", "5"},
                                    {"threads", "0"},
                                    {"solvers", "primal,automatic,dual"},
                                    {"positive-from", "all"}},
                          .switches = {"lists"}}});
  } catch (const kindred::Error& error) {
    std::fprintf(stderr, "ials_bench: %s\n", error.what());
    return 1;
  }
}
