#include "kindred/recommendation/rating_predictor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/factorization/rating_rows.h"

namespace kindred::recommendation {
namespace {

using factorization::LowerFactor;
using model::RatingDraw;
using model::RatingModel;

constexpr std::size_t kTypicalItems = 256;

// The ratings seen, or the usual scale that they lie on: that nobody gave one star yet does not
// make one star impossible.
void require_on_scale(float rating, const factorization::RatingScale& scale) {
  float low = scale.low;
  float high = scale.high;
  if (low >= 0.0F && high <= 10.0F) {
    low = std::min(low, 1.0F);
    high = high <= 5.0F ? 5.0F : high <= 7.0F ? 7.0F : 10.0F;
  }
  if (rating >= low && rating <= high) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("a rating of {:g} is not on the scale of the model's ratings, which goes "
                          "from {:g} to {:g}",
                          rating, low, high));
}

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
  for (const float rating : ratings) require_on_scale(rating, model_.scale);
  const std::size_t width = model_.draws.front().users.cols();
  Rater rater;
  rater.vectors = Matrix(model_.draws.size(), width);
  // Without ratings all that ALS knows of a person is that the penalties pull them to 0.
  if (model_.kind == "als" && items.empty()) return rater;
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

PredictedRating RatingPredictor::predict_unknown(const Rater& rater) const {
  PredictedRating predicted;
  if (model_.kind == "als") {  // An unknown item's vector and bias are 0.
    predicted.centre = static_cast<float>(model_.scale.mean + double{rater.vectors.row(0).back()});
    predicted.rating = model_.scale.clip(predicted.centre);
    return predicted;
  }
  // As one of the items that are known, whichever: some of them, evenly spread, stand for all.
  const std::size_t count = model_.draws.front().items.rows();
  const std::size_t sample = std::min(count, kTypicalItems);
  double sum = 0.0;
  double squares = 0.0;
  double variance = 0.0;
  for (std::size_t i = 0; i < sample; ++i) {
    const PredictedRating one = predict(rater, static_cast<std::uint32_t>(count * i / sample));
    sum += double{one.centre};
    squares += double{one.centre} * double{one.centre};
    variance += std::pow(double{one.deviation.value_or(0.0F)}, 2.0);
  }
  const auto n = static_cast<double>(std::max<std::size_t>(1, sample));
  const double mean = sample == 0 ? model_.scale.mean : sum / n;
  predicted.centre = static_cast<float>(mean);
  predicted.rating = model_.scale.clip(predicted.centre);
  const double spread = std::max(0.0, squares / n - mean * mean);
  predicted.deviation = static_cast<float>(std::sqrt(spread + variance / n));
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
