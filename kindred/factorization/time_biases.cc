#include "kindred/factorization/time_biases.h"

#include <cmath>

#include "kindred/base/check.h"
#include "kindred/base/rng.h"
#include "kindred/factorization/random_draws.h"

namespace kindred::factorization {
namespace {

// Purposes 0 to 10 belong to rows and priors.
constexpr std::uint32_t kBiasNoise = 11;
constexpr std::uint32_t kBiasPrecision = 12;

// One side's biases, given the residuals without the other side's.
template <typename OtherBias>
void draw_side(const SparseMatrix& residuals, std::span<const std::uint32_t> periods,
               double noise_precision, const DrawKey& key, OtherBias other_bias, Matrix& biases,
               double& bias_precision, ThreadPool& pool) {
  const std::size_t period_count = biases.cols();
  constexpr std::size_t kBlockRows = 64;
  std::vector<double> squares((residuals.rows + kBlockRows - 1) / kBlockRows, 0.0);
  pool.parallel_for(squares.size(), [&](std::size_t block, int) {
    const std::size_t end = std::min(residuals.rows, (block + 1) * kBlockRows);
    std::vector<double> sums(period_count);
    std::vector<double> counts(period_count);
    for (std::size_t row = block * kBlockRows; row < end; ++row) {
      std::fill(sums.begin(), sums.end(), 0.0);
      std::fill(counts.begin(), counts.end(), 0.0);
      for (std::size_t n = 0; n < residuals.row_size(row); ++n) {
        const std::size_t period = periods[residuals.offsets[row] + n];
        const std::uint32_t other = residuals.row_columns(row)[n];
        sums[period] += double{residuals.row_values(row)[n]} - double{other_bias(other, period)};
        counts[period] += 1.0;
      }
      Rng rng(key.seed, key.stream(kBiasNoise), row);
      for (std::size_t period = 0; period < period_count; ++period) {
        const double precision = noise_precision * counts[period] + bias_precision;
        const double drawn =
            noise_precision * sums[period] / precision + rng.normal() / std::sqrt(precision);
        biases.row(row)[period] = static_cast<float>(drawn);
        squares[block] += drawn * drawn;
      }
    }
  });
  double sum = 0.0;
  for (const double square : squares) sum += square;
  Rng rng(key.seed, key.stream(kBiasPrecision));
  bias_precision = draw_precision(rng, residuals.rows * period_count, sum);
}

}  // namespace

TimeBiases::TimeBiases(const SparseMatrix& ratings, const RatingTimes& times) {
  if (times.periods.empty()) return;
  KINDRED_CHECK(times.periods.size() == ratings.entry_count());
  periods_by_user_ = times.periods;
  // Periods travel through the transposition as values; small whole numbers stay exact.
  KINDRED_CHECK(times.period_count < (std::size_t{1} << 20U));
  SparseMatrix carried = ratings;
  for (std::size_t i = 0; i < times.periods.size(); ++i) {
    KINDRED_CHECK(times.periods[i] < times.period_count);
    carried.values[i] = static_cast<float>(times.periods[i]);
  }
  for (const float period : transpose(carried).values) {
    periods_by_item_.push_back(static_cast<std::uint32_t>(period));
  }
  state_.users = Matrix(ratings.rows, times.period_count);
  state_.items = Matrix(ratings.cols, times.period_count);
}

void TimeBiases::take_off(SparseMatrix& by_user, SparseMatrix& by_item) const {
  for (std::size_t user = 0; user < by_user.rows; ++user) {
    for (std::uint64_t entry = by_user.offsets[user]; entry < by_user.offsets[user + 1]; ++entry) {
      by_user.values[entry] -= bias(user, by_user.columns[entry], periods_by_user_[entry]);
    }
  }
  for (std::size_t item = 0; item < by_item.rows; ++item) {
    for (std::uint64_t entry = by_item.offsets[item]; entry < by_item.offsets[item + 1]; ++entry) {
      by_item.values[entry] -= bias(by_item.columns[entry], item, periods_by_item_[entry]);
    }
  }
}

void TimeBiases::draw(const SparseMatrix& user_residuals, const SparseMatrix& item_residuals,
                      double precision, const DrawKey& key, ThreadPool& pool) {
  draw_side(
      user_residuals, periods_by_user_, precision, {key.seed, key.sweep, 0},
      [&](std::uint32_t item, std::size_t period) { return state_.items.row(item)[period]; },
      state_.users, state_.user_precision, pool);
  draw_side(
      item_residuals, periods_by_item_, precision, {key.seed, key.sweep, 1},
      [&](std::uint32_t user, std::size_t period) { return state_.users.row(user)[period]; },
      state_.items, state_.item_precision, pool);
}

}  // namespace kindred::factorization
