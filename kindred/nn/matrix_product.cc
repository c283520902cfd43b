#include "kindred/nn/matrix_product.h"

#include <algorithm>

#include "kindred/linalg/blas.h"
#include "kindred/nn/tape.h"

namespace kindred::nn {
namespace {

using linalg::Block;
using linalg::ConstBlock;

// A block is worth a thread from about 2 MFLOP on, 40 us of one core: waking one costs ten.
constexpr std::size_t kBlockFlops = 1U << 21;

// Rows of a block, so that each has about kBlockFlops; a multiple of 16.
std::size_t rows_per_block(std::size_t flops_per_row) {
  const std::size_t rows = kBlockFlops / std::max<std::size_t>(1, flops_per_row);
  return std::max<std::size_t>(16, rows / 16 * 16);
}

linalg::Product kind(bool adds) {
  return adds ? linalg::Product::is_added : linalg::Product::replaces;
}

}  // namespace

template <>
void product(ThreadPool* pool, const float* a, const float* b, float* c, std::size_t n,
             std::size_t k, std::size_t m, bool adds) {
  for_blocks(pool, n, rows_per_block(2 * k * m), [&](std::size_t begin, std::size_t end) {
    linalg::multiply(ConstBlock(a + begin * k, end - begin, k, k), ConstBlock(b, k, m, m),
                     Block{c + begin * m, end - begin, m, m}, kind(adds));
  });
}

template <>
void product_transposed(ThreadPool* pool, const float* a, const float* b, float* c, std::size_t n,
                        std::size_t k, std::size_t m, bool adds) {
  for_blocks(pool, n, rows_per_block(2 * k * m), [&](std::size_t begin, std::size_t end) {
    linalg::multiply_transposed(ConstBlock(a + begin * k, end - begin, k, k),
                                ConstBlock(b, m, k, k), Block{c + begin * m, end - begin, m, m},
                                kind(adds));
  });
}

template <>
void product_left_transposed(ThreadPool* pool, const float* a, const float* b, float* c,
                             std::size_t n, std::size_t k, std::size_t m, bool adds) {
  for_blocks(pool, k, rows_per_block(2 * n * m), [&](std::size_t begin, std::size_t end) {
    linalg::multiply_left_transposed(ConstBlock(a + begin, n, end - begin, k),
                                     ConstBlock(b, n, m, m),
                                     Block{c + begin * m, end - begin, m, m}, kind(adds));
  });
}

template <>
void product(ThreadPool*, const double* a, const double* b, double* c, std::size_t n, std::size_t k,
             std::size_t m, bool adds) {
  if (!adds) std::fill_n(c, n * m, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t l = 0; l < k; ++l) {
      for (std::size_t j = 0; j < m; ++j) c[i * m + j] += a[i * k + l] * b[l * m + j];
    }
  }
}

template <>
void product_transposed(ThreadPool*, const double* a, const double* b, double* c, std::size_t n,
                        std::size_t k, std::size_t m, bool adds) {
  if (!adds) std::fill_n(c, n * m, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < m; ++j) {
      for (std::size_t l = 0; l < k; ++l) c[i * m + j] += a[i * k + l] * b[j * k + l];
    }
  }
}

template <>
void product_left_transposed(ThreadPool*, const double* a, const double* b, double* c,
                             std::size_t n, std::size_t k, std::size_t m, bool adds) {
  if (!adds) std::fill_n(c, k * m, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t l = 0; l < k; ++l) {
      for (std::size_t j = 0; j < m; ++j) c[l * m + j] += a[i * k + l] * b[i * m + j];
    }
  }
}

}  // namespace kindred::nn
