// Matrix products for the tape: floats go to BLAS in blocks of rows on the pool, doubles
// through plain loops. Shapes are row-major without gaps. Thread safety: pure.

#pragma once

#include <cstddef>

#include "kindred/base/thread_pool.h"

namespace kindred::nn {

// c = a b, or c += a b: a is n x k, b is k x m, c is n x m.
template <typename Real>
void product(ThreadPool* pool, const Real* a, const Real* b, Real* c, std::size_t n, std::size_t k,
             std::size_t m, bool adds);

// c = a b', or c += a b': a is n x k, b is m x k, c is n x m.
template <typename Real>
void product_transposed(ThreadPool* pool, const Real* a, const Real* b, Real* c, std::size_t n,
                        std::size_t k, std::size_t m, bool adds);

// c = a'b, or c += a'b: a is n x k, b is n x m, c is k x m. Split over rows of c, so that
// every sum runs over all n in one order.
template <typename Real>
void product_left_transposed(ThreadPool* pool, const Real* a, const Real* b, Real* c, std::size_t n,
                             std::size_t k, std::size_t m, bool adds);

}  // namespace kindred::nn
