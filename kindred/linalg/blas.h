// The seam to BLAS and LAPACK: the only header through which Kindred reaches OpenBLAS.
//
// Everything here runs in the calling thread: OpenBLAS is set to one thread once, and
// parallelism comes from our own pool, over blocks whose shapes never depend on the
// thread count, so results do not either.
//
// An OpenBLAS that is older than the processor does not recognise it and falls back to
// code of 2004, five times slower than what the processor can do (0.3.21 does so on
// every Intel server newer than Ice Lake). blas.cc notices and selects the
// proper core, unless OPENBLAS_CORETYPE says otherwise.
//
// Thread safety: every function from any number of threads.

#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "kindred/linalg/matrix.h"

namespace kindred::linalg {

// A row-major block within a larger matrix; does not own it.
struct ConstBlock {
  const float* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;  // Floats from one row to the next, at least cols.

  ConstBlock(const float* block, std::size_t row_count, std::size_t col_count,
             std::size_t row_stride)
      : data(block), rows(row_count), cols(col_count), stride(row_stride) {}
  ConstBlock(MatrixView view)
      : data(view.data), rows(view.rows), cols(view.cols), stride(view.cols) {}
};

struct Block {
  float* data = nullptr;
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::size_t stride = 0;

  operator ConstBlock() const { return {data, rows, cols, stride}; }
};

// What happens to what c held before.
enum class Product { replaces, is_added };

// c = a b. Requires: a is m x k, b is k x n, c is m x n, and c overlaps neither.
void multiply(ConstBlock a, ConstBlock b, Block c, Product product = Product::replaces);

// c = a b'. Requires: a is m x k, b is n x k, c is m x n, and c overlaps neither.
void multiply_transposed(ConstBlock a, ConstBlock b, Block c, Product product = Product::replaces);

// c = a'b. Requires: a is k x m, b is k x n, c is m x n, and c overlaps neither.
void multiply_left_transposed(ConstBlock a, ConstBlock b, Block c,
                              Product product = Product::replaces);

// The upper triangle of c = a'a; what lies below the diagonal stays as it is.
// Requires: a is n x d, c is d x d and does not overlap a.
void gram_upper(ConstBlock a, Block c);

// Eigenvalues (ascending) and eigenvectors of a symmetric matrix of which only the
// upper triangle is read. `matrix` is d x d, row-major; on return its *rows* are the
// orthonormal eigenvectors. Throws Error(invalid_argument) if it holds NaN or Inf.
// Requires: matrix.size() == values.size()^2.
void symmetric_eigen(std::span<double> matrix, std::span<double> values);

// The values.size() largest eigenvalues of a symmetric matrix, descending, and their
// orthonormal eigenvectors as the rows of `vectors`, signs arbitrary. Cheaper than all of
// them: O(4/3 d^3) and little more. `matrix` is d x d, of which only the upper triangle is
// read; it is destroyed. Throws Error(invalid_argument) if it holds NaN or Inf.
// Requires: values.size() <= d, vectors.size() == values.size() * d.
void largest_eigen(std::span<double> matrix, std::span<double> values, std::span<double> vectors);

// The name of the processor type that OpenBLAS runs for, such as "SkylakeX"; for doctor.
std::string blas_core();

// The version and build options of OpenBLAS; for doctor.
std::string blas_version();

}  // namespace kindred::linalg
