#include "kindred/recommendation/rating_predictor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/factorization/rating_rows.h"

namespace kindred::recommendation {
namespace {

using factorization::LowerFactor;
using model::RatingDraw;
using model::RatingModel;

// A and b of a person's equations in one draw.
struct Equations {
  std::vector<double> matrix;  // D x D.
  std::vector<double> pull;    // D.
};

// What is believed before the ratings: see als.h and row_prior.h.
Equations prior_equations(const RatingModel& model, const RatingDraw& draw,
                          std::span<const std::uint32_t> items) {
  const std::size_t width = draw.prior_precision.cols();
  Equations out;
  out.matrix.assign(draw.prior_precision.values().begin(), draw.prior_precision.values().end());
  out.pull.assign(width, 0.0);
  std::vector<double> told(width, 0.0);  // By having rated these items.
  if (draw.rated.rows() > 0) {
    for (const std::uint32_t item : items) {
      for (std::size_t k = 0; k < width; ++k) told[k] += double{draw.rated.row(item)[k]};
    }
  }
  const auto count = static_cast<double>(std::max<std::size_t>(1, items.size()));
  if (model.kind == "als") {
    const double ridge = double{model.als.regularization} *
                         std::pow(count, double{model.als.regularization_exponent});
    for (std::size_t i = 0; i < width; ++i) {
      out.matrix[i * width + i] += ridge;
      out.pull[i] = double{model.als.implicit_weight} * told[i];
    }
    return out;
  }
  for (std::size_t k = 0; k < width; ++k) {
    const double mean = double{draw.prior_mean.row(0)[k]} + told[k] / std::sqrt(count);
    for (std::size_t i = 0; i < width; ++i) out.pull[i] += out.matrix[i * width + k] * mean;
  }
  return out;
}

void add_ratings(const RatingModel& model, const RatingDraw& draw,
                 std::span<const std::uint32_t> items, std::span<const float> ratings,
                 Equations& equations) {
  const std::size_t width = equations.pull.size();
  const double weight = model.kind == "als" ? 1.0 : draw.noise_precision;
  for (std::size_t n = 0; n < items.size(); ++n) {
    const auto item = draw.items.row(items[n]);
    std::vector<double> x(item.begin(), item.end());
    const double residual = double{ratings[n]} - model.scale.mean - x.back();
    x.back() = 1.0;
    for (std::size_t i = 0; i < width; ++i) {
      equations.pull[i] += weight * x[i] * residual;
      for (std::size_t j = 0; j < width; ++j) {
        equations.matrix[i * width + j] += weight * x[i] * x[j];
      }
    }
  }
}

// x' inverse(A) x, the variance of a new person's part of a rating.
double person_variance(const LowerFactor& factor, std::span<const float> item) {
  std::vector<double> x(item.begin(), item.end());
  x.back() = 1.0;
  factor.solve(x);
  double sum = 0.0;
  for (const double value : x) sum += value * value;
  return sum;
}

// The variance of b + c + <p, q> where all values are independent.
double product_variance(std::span<const float> user, std::span<const float> user_variance,
                        std::span<const float> item, std::span<const float> item_variance) {
  const std::size_t d = user.size() - 1;
  double sum = double{user_variance[d]} + double{item_variance[d]};
  for (std::size_t k = 0; k < d; ++k) {
    const double p = double{user[k]};
    const double q = double{item[k]};
    const double vp = double{user_variance[k]};
    const double vq = double{item_variance[k]};
    sum += p * p * vq + q * q * vp + vp * vq;
  }
  return sum;
}

}  // namespace

Rater RatingPredictor::known(std::uint32_t user) const {
  Rater rater;
  rater.vectors = Matrix(model_.draws.size(), model_.draws.front().users.cols());
  for (std::size_t i = 0; i < model_.draws.size(); ++i) {
    std::ranges::copy(model_.draws[i].users.row(user), rater.vectors.row(i).begin());
  }
  rater.user = user;
  return rater;
}

Rater RatingPredictor::fold_in(std::span<const std::uint32_t> items,
                               std::span<const float> ratings) const {
  KINDRED_CHECK(items.size() == ratings.size());
  const std::size_t width = model_.draws.front().users.cols();
  Rater rater;
  rater.vectors = Matrix(model_.draws.size(), width);
  for (std::size_t i = 0; i < model_.draws.size(); ++i) {
    Equations equations = prior_equations(model_, model_.draws[i], items);
    add_ratings(model_, model_.draws[i], items, ratings, equations);
    LowerFactor factor(equations.matrix, width);
    factor.solve(equations.pull);
    factor.solve_transposed(equations.pull);
    std::ranges::transform(equations.pull, rater.vectors.row(i).begin(),
                           [](double value) { return static_cast<float>(value); });
    if (model_.kind != "als") rater.factors.push_back(std::move(factor));
  }
  return rater;
}

PredictedRating RatingPredictor::predict(const Rater& rater, std::uint32_t item) const {
  double sum = 0.0;
  double squares = 0.0;
  double variance = 0.0;
  for (std::size_t i = 0; i < model_.draws.size(); ++i) {
    const RatingDraw& draw = model_.draws[i];
    const auto user = rater.vectors.row(i);
    const auto other = draw.items.row(item);
    const double value = model_.scale.mean + double{factorization::rating_offset(user, other)};
    sum += value;
    squares += value * value;
    if (draw.noise_precision > 0.0) variance += 1.0 / draw.noise_precision;
    if (!rater.factors.empty()) variance += person_variance(rater.factors[i], other);
    if (model_.item_variances.rows() > 0) {
      // A new person's own variance has been added already.
      const std::vector<float> none(user.size(), 0.0F);
      const auto own =
          rater.user ? model_.user_variances.row(*rater.user) : std::span<const float>(none);
      variance += product_variance(user, own, other, model_.item_variances.row(item));
    }
  }
  const auto count = static_cast<double>(model_.draws.size());
  const double mean = sum / count;
  PredictedRating predicted;
  predicted.centre = static_cast<float>(mean);
  predicted.rating = model_.scale.clip(predicted.centre);
  if (variance > 0.0) {
    const double spread = std::max(0.0, squares / count - mean * mean);
    predicted.deviation = static_cast<float>(std::sqrt(spread + variance / count));
  }
  return predicted;
}

double RatingPredictor::chance_of_at_least(const PredictedRating& predicted,
                                           float threshold) const {
  const double deviation =
      std::max(1e-6, predicted.deviation ? double{*predicted.deviation} : model_.typical_error);
  const double distance = (double{predicted.centre} - double{threshold}) / deviation;
  return 0.5 * std::erfc(-distance / std::sqrt(2.0));
}

}  // namespace kindred::recommendation
