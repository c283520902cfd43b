// What benchmarks share: clocks, the machine's name, and the peak to compare with.

#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/matrix.h"

namespace kindred::benchmarks {

inline double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline double processor_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

inline std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

// GFLOP/s of a core while all threads multiply 1024 x 1024 matrices: the best of some rounds.
inline double peak_gflops(ThreadPool& pool) {
  constexpr std::size_t kSize = 1024;
  constexpr int kRounds = 5;
  constexpr int kProducts = 8;
  const auto threads = static_cast<std::size_t>(pool.thread_count());
  const Matrix factor(kSize, kSize, std::vector<float>(kSize * kSize, 0.5F));
  std::vector<Matrix> products(threads, Matrix(kSize, kSize));
  double best = 0.0;
  for (int round = 0; round < kRounds; ++round) {
    const double start = processor_seconds();
    pool.parallel_for(threads, [&](std::size_t index, int) {
      for (int product = 0; product < kProducts; ++product) {
        linalg::multiply(factor.view(), factor.view(),
                         {products[index].values().data(), kSize, kSize, kSize});
      }
    });
    const double operations =
        2.0 * kSize * kSize * kSize * kProducts * static_cast<double>(threads);
    best = std::max(best, operations / (processor_seconds() - start) / 1e9);
  }
  return best;
}

}  // namespace kindred::benchmarks
