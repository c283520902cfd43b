// How fast the exact batch top-k is, against two rivals that do the same job in memory:
//   gemm+partial_sort   scores a tile by the same GEMM, then std::partial_sort a query
//   plain loop          linalg::dot for every pair (on a sample, extrapolated)
// over synthetic items whose norms are skewed by an exponent: 0 all alike, 1 as spread as
// those of a trained model. Prints the median of the repetitions and their spread, and
// checks that the lists are equal.
//
//   top_k_bench [QUERIES] [ITEMS] [THREADS] [REPETITIONS]

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <vector>

#include "kindred/base/rng.h"
#include "kindred/base/thread_pool.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/search/top_k.h"

using namespace kindred;

namespace {

constexpr std::size_t kCount = 10;

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Timing {
  double median = 0.0;
  double spread = 0.0;  // (largest - smallest) / median.
};

Timing timed(int repetitions, const std::function<void()>& work) {
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) seconds.push_back(seconds_of(work));
  std::ranges::sort(seconds);
  const double median = seconds[seconds.size() / 2];
  return {median, (seconds.back() - seconds.front()) / median};
}

// Norms are log-normal, exp(0.6 z), raised to `exponent`.
Matrix vectors(std::size_t rows, std::size_t cols, double exponent, std::uint64_t seed) {
  Matrix matrix(rows, cols);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(seed, 0, row);
    const double scale = std::exp(0.6 * exponent * rng.normal());
    for (float& value : matrix.row(row)) value = static_cast<float>(scale * rng.normal());
  }
  return matrix;
}

// What one would write first: the scores of a tile, then a partial sort of each row.
void gemm_and_sort(MatrixView queries, MatrixView items, ThreadPool& pool) {
  constexpr std::size_t kTile = 32;
  pool.parallel_for((queries.rows + kTile - 1) / kTile, [&](std::size_t t, int) {
    const MatrixView tile = queries.slice(t * kTile, std::min((t + 1) * kTile, queries.rows));
    std::vector<float> scores(tile.rows * items.rows);
    linalg::multiply_transposed(tile, items, {scores.data(), tile.rows, items.rows, items.rows});
    std::vector<std::uint32_t> order(items.rows);
    for (std::size_t q = 0; q < tile.rows; ++q) {
      const float* row = scores.data() + q * items.rows;
      std::iota(order.begin(), order.end(), 0U);
      std::partial_sort(order.begin(), order.begin() + kCount, order.end(),
                        [row](std::uint32_t a, std::uint32_t b) { return row[a] > row[b]; });
    }
  });
}

void plain_loop(MatrixView queries, MatrixView items) {
  float best = 0.0F;
  for (std::size_t q = 0; q < queries.rows; ++q) {
    for (std::size_t item = 0; item < items.rows; ++item) {
      best = std::max(best, linalg::dot(queries.row(q), items.row(item)));
    }
  }
  if (best == 0.5F) std::puts("");  // Keeps the loop.
}

bool agree(MatrixView queries, MatrixView items,
           const std::vector<std::vector<search::Neighbor>>& found) {
  for (std::size_t q = 0; q < queries.rows; q += std::max<std::size_t>(1, queries.rows / 8)) {
    std::vector<search::Neighbor> all;
    for (std::uint32_t id = 0; id < items.rows; ++id) {
      all.push_back({id, linalg::dot_plain(queries.row(q), items.row(id))});
    }
    std::partial_sort(all.begin(), all.begin() + kCount, all.end(), search::better);
    all.resize(kCount);
    if (all != found[q]) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, std::size_t otherwise) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : otherwise;
  };
  const std::size_t query_count = argument(1, 2048);
  const std::size_t item_count = argument(2, 100000);
  const int repetitions = static_cast<int>(argument(4, 5));
  ThreadPool pool(static_cast<int>(argument(3, 1)));
  std::printf("%zu queries, %zu items, k %zu, %d thread(s), BLAS %s, median of %d\n", query_count,
              item_count, kCount, pool.thread_count(), linalg::blas_core().c_str(), repetitions);
  std::printf("%4s %5s %11s %9s %7s %16s %12s %8s %8s\n", "d", "skew", "kindred s", "GFLOP/s",
              "spread", "gemm+sort s", "plain s", "x sort", "x plain");
  bool equal = true;
  for (const std::size_t d : {32U, 64U, 128U}) {
    for (const double skew : {0.0, 0.2, 1.0}) {
      const Matrix queries = vectors(query_count, d, 0.0, 1);
      const Matrix items = vectors(item_count, d, skew, 2);
      std::vector<std::vector<search::Neighbor>> found;
      const Timing ours =
          timed(repetitions, [&] { found = search::top_k(queries, items, kCount, {}, pool); });
      const Timing sort = timed(repetitions, [&] { gemm_and_sort(queries, items, pool); });
      const std::size_t sample = std::min<std::size_t>(16, query_count);
      const double plain = seconds_of([&] { plain_loop(queries.view().slice(0, sample), items); }) *
                           static_cast<double>(query_count) / static_cast<double>(sample) /
                           pool.thread_count();
      equal = equal && agree(queries, items, found);
      const double work = 2e-9 * static_cast<double>(query_count * item_count * d);
      std::printf("%4zu %5.1f %11.3f %9.1f %6.0f%% %16.3f %12.2f %7.1fx %7.1fx\n", d, skew,
                  ours.median, work / ours.median, 100.0 * ours.spread, sort.median, plain,
                  sort.median / ours.median, plain / ours.median);
    }
  }
  std::printf("%s\n", equal ? "lists equal the plain loop's" : "LISTS DIFFER");
  return equal ? 0 : 1;
}
