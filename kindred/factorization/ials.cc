#include "kindred/factorization/ials.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/factorization/cost_model.h"
#include "kindred/factorization/ials_loss.h"
#include "kindred/factorization/row_solver.h"

namespace kindred::factorization {
namespace {

constexpr std::uint32_t kUserStream = 1;
constexpr std::uint32_t kItemStream = 2;

template <typename T>
void require_ials(bool holds, const char* name, T value, const char* range) {
  if (holds) return;
  throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}, not {}", name, value, range));
}

// Each row has its own generator, so the drawing does not depend on the thread count.
Matrix draw(std::size_t rows, const IalsOptions& options, std::uint32_t stream) {
  Matrix vectors(rows, static_cast<std::size_t>(options.dimensions));
  const double scale = options.init_stddev / std::sqrt(static_cast<double>(options.dimensions));
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(options.seed, stream, row);
    for (float& value : vectors.row(row)) value = static_cast<float>(scale * rng.normal());
  }
  return vectors;
}

double solve_side(const SparseMatrix& pairs, MatrixView fixed, const IalsOptions& options,
                  Matrix& solved, ThreadPool& pool) {
  const bool with_eigenbasis = eigenbasis_pays(pairs, fixed.cols, options.solver);
  return RowSolver(fixed, options, with_eigenbasis, pool).solve_all(pairs, solved, pool);
}

}  // namespace

void validate(const IalsOptions& options) {
  require_ials(options.dimensions >= 1 && options.dimensions <= 16384, "dimensions",
               options.dimensions, "in 1..16384");
  require_ials(options.epochs >= 1, "epochs", options.epochs, "at least 1");
  require_ials(std::isfinite(options.unobserved_weight) && options.unobserved_weight >= 0.0F,
               "unobserved weight", options.unobserved_weight, "a number of at least 0");
  require_ials(std::isfinite(options.regularization) && options.regularization > 0.0F,
               "regularization", options.regularization, "a number above 0");
  require_ials(options.regularization_exponent >= 0.0F && options.regularization_exponent <= 1.0F,
               "regularization exponent", options.regularization_exponent, "in 0..1");
  require_ials(std::isfinite(options.init_stddev) && options.init_stddev > 0.0F,
               "initial standard deviation", options.init_stddev, "a number above 0");
}

Matrix draw_user_vectors(std::size_t user_count, const IalsOptions& options) {
  return draw(user_count, options, kUserStream);
}

Matrix draw_item_vectors(std::size_t item_count, const IalsOptions& options) {
  return draw(item_count, options, kItemStream);
}

void require_shapes(const Matrix& user_vectors, const Matrix& item_vectors, std::size_t user_count,
                    std::size_t item_count, const IalsOptions& options) {
  const auto d = static_cast<std::size_t>(options.dimensions);
  const bool fits = user_vectors.rows() == user_count && user_vectors.cols() == d &&
                    item_vectors.rows() == item_count && item_vectors.cols() == d;
  if (!fits) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("checkpoint vectors are {} x {} and {} x {}, the data needs {} x {} "
                            "and {} x {}",
                            user_vectors.rows(), user_vectors.cols(), item_vectors.rows(),
                            item_vectors.cols(), user_count, d, item_count, d));
  }
}

Ials::Ials(const SparseMatrix& positives, const IalsOptions& options)
    : by_user_(positives), by_item_(transpose(positives)), options_(options) {
  validate(options);
  user_vectors_ = draw_user_vectors(positives.rows, options);
  item_vectors_ = draw_item_vectors(positives.cols, options);
}

void Ials::restore(Matrix user_vectors, Matrix item_vectors, int epoch) {
  require_shapes(user_vectors, item_vectors, by_user_.rows, by_user_.cols, options_);
  user_vectors_ = std::move(user_vectors);
  item_vectors_ = std::move(item_vectors);
  minimum_.reset();
  epoch_ = epoch;
}

void Ials::run_epoch(ThreadPool& pool) {
  solve_users(pool);
  solve_items(pool);
  ++epoch_;
}

void Ials::solve_users(ThreadPool& pool) {
  minimum_.reset();
  solve_side(by_user_, item_vectors_, options_, user_vectors_, pool);
}

void Ials::solve_items(ThreadPool& pool) {
  minimum_ = solve_side(by_item_, user_vectors_, options_, item_vectors_, pool);
}

IalsLoss Ials::loss(ThreadPool& pool) const {
  return loss_of({user_vectors_, by_user_}, {item_vectors_, by_item_}, options_, pool);
}

IalsLoss Ials::epoch_loss(ThreadPool& pool) const {
  KINDRED_CHECK(minimum_.has_value());
  return loss_at_minimum(*minimum_, {item_vectors_, by_item_}, {user_vectors_, by_user_}, options_,
                         pool);
}

}  // namespace kindred::factorization
