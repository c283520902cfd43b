#include "kindred/linalg/gramian.h"

#include <algorithm>
#include <cstddef>

#include "kindred/linalg/blas.h"

namespace kindred::linalg {
namespace {

// 512 rows: long enough for a matrix product to reach its speed, short enough that the
// rounding of a single-precision sum stays near 1e-6.
constexpr std::size_t kBlockRows = 512;
// Blocks whose products are held at once.
constexpr std::size_t kWaveBlocks = 16;

}  // namespace

std::vector<double> gramian(MatrixView vectors, ThreadPool& pool) {
  const std::size_t d = vectors.cols;
  const std::size_t block_count = (vectors.rows + kBlockRows - 1) / kBlockRows;
  std::vector<double> sums(d * d, 0.0);
  std::vector<Matrix> products(std::min(block_count, kWaveBlocks));
  for (Matrix& product : products) product = Matrix(d, d);

  for (std::size_t wave = 0; wave < block_count; wave += kWaveBlocks) {
    const std::size_t wave_size = std::min(kWaveBlocks, block_count - wave);
    pool.parallel_for(wave_size, [&](std::size_t index, int) {
      const std::size_t begin = (wave + index) * kBlockRows;
      const std::size_t end = std::min(begin + kBlockRows, vectors.rows);
      gram_upper(vectors.slice(begin, end), {products[index].values().data(), d, d, d});
    });
    pool.parallel_for(d, [&](std::size_t i, int) {
      for (std::size_t index = 0; index < wave_size; ++index) {
        const auto row = products[index].row(i);
        for (std::size_t j = i; j < d; ++j) sums[i * d + j] += double{row[j]};
      }
    });
  }
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < i; ++j) sums[i * d + j] = sums[j * d + i];
  }
  return sums;
}

}  // namespace kindred::linalg
