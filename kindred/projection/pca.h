// Principal components: the directions in which the data varies most.
//
// The data is centred first (without that the first "component" mostly points at the mean),
// then the eigenvectors of its covariance matrix are taken, largest eigenvalue first, by
// LAPACK: exact up to the rounding of the covariance, about 1e-6. Where there are fewer rows
// than columns the smaller matrix of products between rows is decomposed instead. Signs are
// arbitrary in theory; here the largest coefficient of every axis is positive.
//
// Cost: n d^2 flop at the speed of matrix products, then 4/3 d^3 (or n^3, where n < d);
// memory: a centred copy of the data and two d x d matrices of doubles.
// Thread safety: pure functions; the same bytes for any number of threads.

#pragma once

#include <cstddef>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/matrix.h"

namespace kindred::projection {

struct Pca {
  std::vector<double> mean;       // d.
  Matrix axes;                    // components x d, orthonormal rows.
  std::vector<double> variances;  // Of each component, descending; divisor n - 1.
  double variance_total = 0.0;    // Of all d directions together.

  std::size_t component_count() const noexcept { return variances.size(); }
  // The share of the total variance in one component, and in all components together; 0 for
  // data without variance.
  double explained(std::size_t component) const;
  double explained_total() const;

  // (v - mean) along each axis: rows x components. Requires: vectors.cols == mean.size().
  Matrix transform(MatrixView vectors, ThreadPool& pool) const;
};

// Fewer components come back where the data has fewer rows or columns. A component beyond
// the rank of the data has variance 0 and, with fewer rows than columns, an axis of zeros.
// Throws Error(invalid_argument) if there are no rows, columns or components, if a value is
// not finite, or if both rows and columns are more than 16,384.
Pca fit_pca(MatrixView vectors, std::size_t components, ThreadPool& pool);

// What to look for neighbours in where there are many columns: the first `columns` principal
// components, which hold nearly all that is not noise; a copy where there are no more columns
// than that. Fifty are usual before t-SNE, and make it better as well as faster: on
// handwritten digits the neighbours of 50 components vote right more often than those of 784
// pixels (.952 against .942).
Matrix reduced(MatrixView vectors, std::size_t columns, ThreadPool& pool);

}  // namespace kindred::projection
