#include "kindred/factorization/ials_loss.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "kindred/factorization/fixed_side.h"
#include "kindred/linalg/gramian.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::factorization {
namespace {

// The sum of term(row) for all rows: fixed blocks in parallel, added in order.
template <typename Term>
double sum_over_rows(std::size_t row_count, ThreadPool& pool, Term term) {
  constexpr std::size_t kBlockRows = 256;
  std::vector<double> sums((row_count + kBlockRows - 1) / kBlockRows, 0.0);
  pool.parallel_for(sums.size(), [&](std::size_t block, int) {
    const std::size_t end = std::min((block + 1) * kBlockRows, row_count);
    for (std::size_t row = block * kBlockRows; row < end; ++row) sums[block] += term(row);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

double penalty(const IalsSide& side, const IalsOptions& options, ThreadPool& pool) {
  const double norms = sum_over_rows(side.vectors.rows(), pool, [&](std::size_t row) {
    double norm = 0.0;
    for (const float value : side.vectors.row(row)) norm += double{value} * double{value};
    return row_regularization(side.rows.row_size(row), side.rows.cols, options) * norm;
  });
  return double{options.regularization} * norms;
}

// The sum over all pairs of <w, h>^2 is the inner product of the two Gramians.
double unobserved(const Matrix& users, const Matrix& items, const IalsOptions& options,
                  ThreadPool& pool) {
  const std::vector<double> user_gramian = linalg::gramian(users, pool);
  const std::vector<double> item_gramian = linalg::gramian(items, pool);
  return double{options.unobserved_weight} *
         std::inner_product(user_gramian.begin(), user_gramian.end(), item_gramian.begin(), 0.0);
}

}  // namespace

IalsLoss loss_of(const IalsSide& users, const IalsSide& items, const IalsOptions& options,
                 ThreadPool& pool) {
  IalsLoss loss;
  loss.observed = sum_over_rows(users.rows.rows, pool, [&](std::size_t user) {
    const auto ids = users.rows.row_columns(user);
    const auto weights = users.rows.row_values(user);
    double sum = 0.0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const double score = linalg::dot(users.vectors.row(user), items.vectors.row(ids[i]));
      sum += double{weights[i]} * (score - 1.0) * (score - 1.0);
    }
    return sum;
  });
  loss.unobserved = unobserved(users.vectors, items.vectors, options, pool);
  loss.regularization = penalty(users, options, pool) + penalty(items, options, pool);
  return loss;
}

IalsLoss loss_at_minimum(double minimum, const IalsSide& solved, const IalsSide& fixed,
                         const IalsOptions& options, ThreadPool& pool) {
  const double penalty_of_solved = penalty(solved, options, pool);
  IalsLoss loss;
  loss.unobserved = unobserved(solved.vectors, fixed.vectors, options, pool);
  loss.regularization = penalty_of_solved + penalty(fixed, options, pool);
  // What rounding leaves of a perfect fit may be below nothing.
  const double observed = minimum - loss.unobserved - penalty_of_solved;
  loss.observed = observed < 0.0 ? 0.0 : observed;
  return loss;
}

}  // namespace kindred::factorization
