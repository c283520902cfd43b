#include "kindred/factorization/bayesian.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/factorization/random_draws.h"
#include "kindred/factorization/rating_scale.h"

namespace kindred::factorization {
namespace {

// Purposes 0 to 3 belong to the priors, 11 and 12 to the biases of time.
constexpr std::uint32_t kRowNoise = 8;
constexpr std::uint32_t kNoisePrecision = 9;
constexpr std::uint32_t kStart = 10;

constexpr double kDrawSpread = 0.1;

void require_bayesian(bool holds, const char* name, int value, const char* range) {
  if (holds) return;
  throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}, not {}", name, value, range));
}

Matrix draw_first_sample(std::size_t rows, std::size_t dimensions, const DrawKey& key) {
  Matrix vectors(rows, dimensions);
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng(key.seed, key.stream(kStart), row);
    for (float& value : vectors.row(row)) value = static_cast<float>(kDrawSpread * rng.normal());
  }
  return vectors;
}

std::size_t vector_size(const BayesianOptions& options) {
  return static_cast<std::size_t>(options.dimensions) + 1;
}

bool fits(const Matrix& matrix, const Matrix& expected) {
  return matrix.rows() == expected.rows() && matrix.cols() == expected.cols();
}

bool fits(const std::vector<RowPrior::Table>& tables,
          const std::vector<RowPrior::Table>& expected) {
  if (tables.size() != expected.size()) return false;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (!fits(tables[i].weights, expected[i].weights)) return false;
  }
  return true;
}

}  // namespace

void validate(const BayesianOptions& options) {
  require_bayesian(options.dimensions >= 1 && options.dimensions <= 1024, "dimensions",
                   options.dimensions, "in 1..1024");
  require_bayesian(options.burn_in >= 0, "burn-in", options.burn_in, "at least 0");
  require_bayesian(options.samples >= 1, "samples", options.samples, "at least 1");
}

Bayesian::Bayesian(const SparseMatrix& ratings, const SideFeatures& features,
                   const BayesianOptions& options, const RatingTimes& times)
    : scale_(rating_scale(ratings)),
      by_user_(centred(ratings, scale_.mean)),
      by_item_(transpose(by_user_)),
      options_((validate(options), options)),
      user_prior_(ratings.rows, vector_size(options), features.users),
      item_prior_(ratings.cols, vector_size(options), features.items),
      times_(ratings, times) {
  if (!times_.is_empty()) {
    net_by_user_ = by_user_;
    net_by_item_ = by_item_;
  }
  state_.times = times_.state();
  state_.user_vectors = draw_first_sample(ratings.rows, vector_size(options), {options.seed, 0, 0});
  state_.item_vectors = draw_first_sample(ratings.cols, vector_size(options), {options.seed, 0, 1});
  state_.user_tables = user_prior_.tables();
  state_.item_tables = item_prior_.tables();
}

void Bayesian::restore(State state) {
  if (!fits(state.user_vectors, state_.user_vectors) ||
      !fits(state.item_vectors, state_.item_vectors) ||
      !fits(state.user_tables, state_.user_tables) ||
      !fits(state.item_tables, state_.item_tables) ||
      !fits(state.times.users, state_.times.users) ||
      !fits(state.times.items, state_.times.items)) {
    throw Error(ErrorCode::invalid_argument,
                "the draw to continue from has other numbers of users, items, dimensions, "
                "features or periods than this data");
  }
  times_.restore(state.times);
  if (!times_.is_empty()) {
    net_by_user_ = by_user_;
    net_by_item_ = by_item_;
    times_.take_off(net_by_user_, net_by_item_);
  }
  user_prior_.restore(state.user_tables);
  item_prior_.restore(state.item_tables);
  state_ = std::move(state);
}

void Bayesian::draw_rows(const SparseMatrix& ratings, const Matrix& fixed, const RowPrior& prior,
                         std::uint32_t side, Matrix& vectors, ThreadPool& pool) const {
  const DrawKey key = {options_.seed, static_cast<std::uint32_t>(state_.sweep), side};
  const RatingDesign design(fixed);
  const auto weight = static_cast<float>(state_.noise_precision);
  for_each_row(ratings, fixed.cols(), pool, [&](std::size_t row, RatingRow& scratch) {
    std::vector<float> noise(fixed.cols());
    Rng rng(key.seed, key.stream(kRowNoise), row);
    for (float& value : noise) value = static_cast<float>(rng.normal());
    scratch.start(prior.precision(), prior.pulls().row(row));
    scratch.add(design, ratings.row_columns(row), ratings.row_values(row), weight);
    scratch.solve(noise, vectors.row(row));
  });
}

// What biases and vectors leave of each rating.
SparseMatrix Bayesian::residuals(const SparseMatrix& ratings, const Matrix& rows,
                                 const Matrix& columns, ThreadPool& pool) const {
  SparseMatrix out = ratings;
  pool.parallel_for(ratings.rows, [&](std::size_t row, int) {
    for (std::uint64_t entry = out.offsets[row]; entry < out.offsets[row + 1]; ++entry) {
      out.values[entry] -= rating_offset(rows.row(row), columns.row(out.columns[entry]));
    }
  });
  return out;
}

void Bayesian::draw_times(ThreadPool& pool) {
  times_.draw(residuals(by_user_, state_.user_vectors, state_.item_vectors, pool),
              residuals(by_item_, state_.item_vectors, state_.user_vectors, pool),
              state_.noise_precision, {options_.seed, static_cast<std::uint32_t>(state_.sweep), 0},
              pool);
  net_by_user_.values = by_user_.values;
  net_by_item_.values = by_item_.values;
  times_.take_off(net_by_user_, net_by_item_);
  state_.times = times_.state();
}

void Bayesian::draw_noise_precision(ThreadPool& pool) {
  const SparseMatrix& ratings = times_.is_empty() ? by_user_ : net_by_user_;
  constexpr std::size_t kBlockRows = 256;
  std::vector<double> squares((ratings.rows + kBlockRows - 1) / kBlockRows, 0.0);
  pool.parallel_for(squares.size(), [&](std::size_t block, int) {
    const std::size_t end = std::min(ratings.rows, (block + 1) * kBlockRows);
    for (std::size_t user = block * kBlockRows; user < end; ++user) {
      const auto items = ratings.row_columns(user);
      for (std::size_t n = 0; n < items.size(); ++n) {
        const double error =
            double{ratings.row_values(user)[n]} -
            double{rating_offset(state_.user_vectors.row(user), state_.item_vectors.row(items[n]))};
        squares[block] += error * error;
      }
    }
  });
  const DrawKey key = {options_.seed, static_cast<std::uint32_t>(state_.sweep), 0};
  Rng rng(key.seed, key.stream(kNoisePrecision));
  state_.noise_precision = draw_precision(rng, ratings.entry_count(),
                                          std::accumulate(squares.begin(), squares.end(), 0.0));
}

void Bayesian::run_sweep(ThreadPool& pool) {
  ++state_.sweep;
  const auto sweep = static_cast<std::uint32_t>(state_.sweep);
  const bool timeless = times_.is_empty();
  user_prior_.draw(state_.user_vectors, {options_.seed, sweep, 0}, pool);
  draw_rows(timeless ? by_user_ : net_by_user_, state_.item_vectors, user_prior_, 0,
            state_.user_vectors, pool);
  item_prior_.draw(state_.item_vectors, {options_.seed, sweep, 1}, pool);
  draw_rows(timeless ? by_item_ : net_by_item_, state_.user_vectors, item_prior_, 1,
            state_.item_vectors, pool);
  if (!timeless) draw_times(pool);
  draw_noise_precision(pool);
  state_.user_tables = user_prior_.tables();
  state_.item_tables = item_prior_.tables();
}

float Bayesian::predict(std::size_t user, std::size_t item) const noexcept {
  return static_cast<float>(scale_.mean) +
         rating_offset(state_.user_vectors.row(user), state_.item_vectors.row(item));
}

}  // namespace kindred::factorization
