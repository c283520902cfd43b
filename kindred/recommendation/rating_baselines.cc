#include "kindred/recommendation/rating_baselines.h"

#include "kindred/factorization/rating_scale.h"

namespace kindred::recommendation {
namespace {

// Usual values on star ratings: a bias counts against so many ratings of 0.
constexpr double kUserPull = 15.0;
constexpr double kItemPull = 10.0;
constexpr int kRounds = 10;

std::vector<double> row_means(const SparseMatrix& ratings, double fallback) {
  std::vector<double> means(ratings.rows, fallback);
  for (std::size_t row = 0; row < ratings.rows; ++row) {
    const auto values = ratings.row_values(row);
    if (values.empty()) continue;
    double sum = 0.0;
    for (const float value : values) sum += double{value};
    means[row] = sum / static_cast<double>(values.size());
  }
  return means;
}

// The rows' biases, given those of the columns.
void fit_biases(const SparseMatrix& ratings, double mean, const std::vector<double>& columns,
                double pull, std::vector<double>& rows) {
  for (std::size_t row = 0; row < ratings.rows; ++row) {
    double sum = 0.0;
    for (std::size_t n = 0; n < ratings.row_size(row); ++n) {
      sum += double{ratings.row_values(row)[n]} - mean - columns[ratings.row_columns(row)[n]];
    }
    rows[row] = sum / (pull + static_cast<double>(ratings.row_size(row)));
  }
}

}  // namespace

const char* name(RatingBaseline baseline) noexcept {
  switch (baseline) {
    case RatingBaseline::global_mean:
      return "global mean";
    case RatingBaseline::user_mean:
      return "user mean";
    case RatingBaseline::item_mean:
      return "item mean";
    case RatingBaseline::bias:
      break;
  }
  return "bias";
}

RatingBaselines::RatingBaselines(const SparseMatrix& ratings)
    : mean_(factorization::rating_scale(ratings).mean),
      user_biases_(ratings.rows, 0.0),
      item_biases_(ratings.cols, 0.0) {
  const SparseMatrix by_item = transpose(ratings);
  user_means_ = row_means(ratings, mean_);
  item_means_ = row_means(by_item, mean_);
  for (int round = 0; round < kRounds; ++round) {
    fit_biases(by_item, mean_, user_biases_, kItemPull, item_biases_);
    fit_biases(ratings, mean_, item_biases_, kUserPull, user_biases_);
  }
}

float RatingBaselines::predict(RatingBaseline baseline, std::size_t user,
                               std::size_t item) const noexcept {
  switch (baseline) {
    case RatingBaseline::global_mean:
      return static_cast<float>(mean_);
    case RatingBaseline::user_mean:
      return static_cast<float>(user_means_[user]);
    case RatingBaseline::item_mean:
      return static_cast<float>(item_means_[item]);
    case RatingBaseline::bias:
      break;
  }
  return static_cast<float>(mean_ + user_biases_[user] + item_biases_[item]);
}

}  // namespace kindred::recommendation
