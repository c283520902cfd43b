// The numeric ground: a Gramian, its eigenvectors, and the score of a pair.

#include <cmath>
#include <cstdio>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/gramian.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/linalg/kernels/target.h"
#include "kindred/linalg/matrix.h"

int main() {
  using namespace kindred;
  const std::string_view simd = linalg::simd_target();
  std::printf("kernels: %.*s, BLAS: %s\n", static_cast<int>(simd.size()), simd.data(),
              linalg::blas_core().c_str());

  // Points along the diagonal of the plane, slightly off it.
  const Matrix points(4, 2, {1.0F, 1.1F, 2.0F, 1.9F, 3.0F, 3.2F, 4.0F, 3.9F});
  ThreadPool pool(2);
  std::vector<double> vectors = linalg::gramian(points, pool);
  std::printf("Gramian: %.2f %.2f / %.2f %.2f\n", vectors[0], vectors[1], vectors[2], vectors[3]);

  // The rows of `vectors` become the eigenvectors; the last belongs to the largest value.
  std::vector<double> values(2);
  linalg::symmetric_eigen(vectors, values);
  std::printf("largest eigenvalue %.3f, direction %.3f %.3f\n", values[1], vectors[2], vectors[3]);

  const float score = linalg::dot(points.row(0), points.row(3));
  std::printf("score of the first and the last point: %.3f\n", score);
  const bool diagonal = std::abs(std::abs(vectors[2]) - std::sqrt(0.5)) < 0.02;
  return diagonal && std::abs(score - 8.29F) < 1e-5F ? 0 : 1;
}
