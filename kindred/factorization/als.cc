#include "kindred/factorization/als.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/gramian.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::factorization {
namespace {

constexpr double kStartSpread = 0.1;

template <typename T>
void require_als(bool holds, const char* name, T value, const char* range) {
  if (holds) return;
  throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}, not {}", name, value, range));
}

Matrix draw_start(std::size_t rows, const AlsOptions& options, std::uint32_t stream) {
  const auto d = static_cast<std::size_t>(options.dimensions);
  Matrix vectors(rows, d + 1);
  const double scale = kStartSpread / std::sqrt(static_cast<double>(d));
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(options.seed, stream, row);
    for (float& value : vectors.row(row).first(d)) value = static_cast<float>(scale * rng.normal());
  }
  return vectors;
}

// l n^v; a row without ratings has the penalty of one, so that its vector is 0.
float ridge(std::size_t rating_count, const AlsOptions& options) {
  const auto count = static_cast<double>(std::max<std::size_t>(1, rating_count));
  return static_cast<float>(double{options.regularization} *
                            std::pow(count, double{options.regularization_exponent}));
}

// w T'T, D x D.
std::vector<float> weighted_gramian(const Matrix& table, float weight, ThreadPool& pool) {
  const std::vector<double> gramian = linalg::gramian(table, pool);
  std::vector<float> out(gramian.size());
  std::ranges::transform(gramian, out.begin(),
                         [&](double value) { return static_cast<float>(value * double{weight}); });
  return out;
}

// w times the sum of the table's rows of what was rated.
std::vector<float> implicit_pull(const Matrix& table, std::span<const std::uint32_t> rated,
                                 float weight) {
  std::vector<float> pull(table.cols(), 0.0F);
  if (weight == 0.0F) return pull;
  for (const std::uint32_t id : rated) {
    const auto row = table.row(id);
    for (std::size_t k = 0; k < pull.size(); ++k) pull[k] += row[k];
  }
  for (float& value : pull) value *= weight;
  return pull;
}

void solve_row(const RatingDesign& design, const AlsOptions& options, const Matrix& table,
               std::span<const float> gramian, std::span<const std::uint32_t> rated,
               std::span<const float> centred_ratings, RatingRow& scratch,
               std::span<float> solution) {
  if (rated.empty()) {
    std::ranges::fill(solution, 0.0F);
    return;
  }
  scratch.start(gramian, implicit_pull(table, rated, options.implicit_weight));
  scratch.add_to_diagonal(ridge(rated.size(), options));
  scratch.add(design, rated, centred_ratings, 1.0F);
  scratch.solve({}, solution);
}

}  // namespace

void validate(const AlsOptions& options) {
  require_als(options.dimensions >= 1 && options.dimensions <= 4096, "dimensions",
              options.dimensions, "in 1..4096");
  require_als(options.epochs >= 1, "epochs", options.epochs, "at least 1");
  require_als(std::isfinite(options.regularization) && options.regularization > 0.0F,
              "regularization", options.regularization, "a number above 0");
  require_als(options.regularization_exponent >= 0.0F && options.regularization_exponent <= 1.0F,
              "regularization exponent", options.regularization_exponent, "in 0..1");
  require_als(std::isfinite(options.implicit_weight) && options.implicit_weight >= 0.0F,
              "implicit weight", options.implicit_weight, "a number of at least 0");
}

Als::Als(const SparseMatrix& ratings, const AlsOptions& options)
    : scale_(rating_scale(ratings)), unit_(rating_unit(ratings)), options_(options) {
  validate(options);
  users_.ratings = centred(ratings, scale_.mean, unit_);
  items_.ratings = transpose(users_.ratings);
  users_.vectors = draw_start(ratings.rows, options, 0);
  items_.vectors = draw_start(ratings.cols, options, 1);
  users_.table = draw_start(ratings.rows, options, 2);
  items_.table = draw_start(ratings.cols, options, 3);
}

Als::State Als::state() const {
  return {users_.vectors, items_.vectors, users_.table, items_.table, epoch_};
}

void Als::restore(State state) {
  const auto fits = [](const Matrix& matrix, const Matrix& expected) {
    return matrix.rows() == expected.rows() && matrix.cols() == expected.cols();
  };
  if (!fits(state.user_vectors, users_.vectors) || !fits(state.item_vectors, items_.vectors) ||
      !fits(state.user_table, users_.table) || !fits(state.item_table, items_.table)) {
    throw Error(ErrorCode::invalid_argument,
                "the vectors to continue from have other numbers of users, items or dimensions "
                "than this training");
  }
  users_.vectors = std::move(state.user_vectors);
  items_.vectors = std::move(state.item_vectors);
  users_.table = std::move(state.user_table);
  items_.table = std::move(state.item_table);
  epoch_ = state.epoch;
}

void Als::solve(const Side& fixed, Side& solved, ThreadPool& pool) const {
  const RatingDesign design(fixed.vectors);
  const auto gramian = weighted_gramian(fixed.table, options_.implicit_weight, pool);
  for_each_row(solved.ratings, fixed.vectors.cols(), pool,
               [&](std::size_t row, RatingRow& scratch) {
                 solve_row(design, options_, fixed.table, gramian, solved.ratings.row_columns(row),
                           solved.ratings.row_values(row), scratch, solved.vectors.row(row));
               });
}

// Row i of the table, given the other side's vectors: every row has the same matrix.
void Als::solve_table(const Side& fixed, Side& solved, ThreadPool& pool) const {
  Matrix vectors = fixed.vectors;
  for (std::size_t row = 0; row < vectors.rows(); ++row) vectors.row(row).back() = 0.0F;
  const auto gramian = weighted_gramian(vectors, options_.implicit_weight, pool);
  for_each_row(solved.ratings, vectors.cols(), pool, [&](std::size_t row, RatingRow& scratch) {
    const auto raters = solved.ratings.row_columns(row);
    scratch.start(gramian, implicit_pull(vectors, raters, options_.implicit_weight));
    scratch.add_to_diagonal(ridge(raters.size(), options_));
    scratch.solve({}, solved.table.row(row));
  });
}

void Als::solve_users(ThreadPool& pool) { solve(items_, users_, pool); }

void Als::solve_items(ThreadPool& pool) { solve(users_, items_, pool); }

void Als::run_epoch(ThreadPool& pool) {
  solve_users(pool);
  solve_items(pool);
  if (options_.implicit_weight > 0.0F) {
    solve_table(users_, items_, pool);
    solve_table(items_, users_, pool);
  }
  ++epoch_;
}

double Als::penalty(const Side& side) const {
  double sum = 0.0;
  for (std::size_t row = 0; row < side.vectors.rows(); ++row) {
    double norm = 0.0;
    for (const float value : side.vectors.row(row)) norm += double{value} * double{value};
    if (options_.implicit_weight > 0.0F) {
      for (const float value : side.table.row(row)) norm += double{value} * double{value};
    }
    sum += double{ridge(side.ratings.row_size(row), options_)} * norm;
  }
  return sum;
}

double Als::loss(ThreadPool& pool) const {
  const std::size_t d = users_.vectors.cols() - 1;
  std::vector<double> sums(users_.ratings.rows, 0.0);
  const double weight = options_.implicit_weight;
  pool.parallel_for(sums.size(), [&](std::size_t user, int) {
    const auto items = users_.ratings.row_columns(user);
    const auto vector = users_.vectors.row(user);
    for (std::size_t n = 0; n < items.size(); ++n) {
      const auto item = items_.vectors.row(items[n]);
      const double error =
          double{users_.ratings.row_values(user)[n]} - double{rating_offset(vector, item)};
      sums[user] += error * error;
      if (weight == 0.0) continue;
      // ([rated] - s)^2 = s^2 + 1 - 2 s where it was rated; the squares come from Gramians.
      const auto of = [&](std::span<const float> a, std::span<const float> b) {
        return double{linalg::dot(a.first(d), b.first(d))};
      };
      sums[user] += weight * (2.0 - 2.0 * of(vector, items_.table.row(items[n])) -
                              2.0 * of(users_.table.row(user), item));
    }
  });
  double total = std::accumulate(sums.begin(), sums.end(), 0.0) + penalty(users_) + penalty(items_);
  if (weight == 0.0) return total;
  // sum over all pairs of <p_u, y_i>^2 is the inner product of the Gramians of p and y.
  const auto all_pairs = [&](Matrix vectors, const Matrix& table) {
    for (std::size_t row = 0; row < vectors.rows(); ++row) vectors.row(row).back() = 0.0F;
    const auto a = linalg::gramian(vectors, pool);
    const auto b = linalg::gramian(table, pool);
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  total += weight * all_pairs(users_.vectors, items_.table);
  total += weight * all_pairs(items_.vectors, users_.table);
  return total;
}

float Als::predict(std::size_t user, std::size_t item) const noexcept {
  return static_cast<float>(scale_.mean) +
         static_cast<float>(unit_) *
             rating_offset(users_.vectors.row(user), items_.vectors.row(item));
}

}  // namespace kindred::factorization
