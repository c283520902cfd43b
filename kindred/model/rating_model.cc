#include "kindred/model/rating_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kindred/base/error.h"
#include "kindred/base/printable.h"
#include "kindred/base/size.h"
#include "kindred/linalg/cholesky.h"

namespace kindred::model {
namespace {

// More than any training keeps; a file that announces more is not one of ours.
constexpr std::uint64_t kDrawCountMax = 512;

[[noreturn]] void corrupt_ratings(const std::string& message) {
  throw Error(ErrorCode::corrupt, "ratings: " + message);
}

void require_shape(const Matrix& matrix, std::size_t rows, std::size_t cols, const char* what) {
  if (matrix.rows() == rows && matrix.cols() == cols) return;
  corrupt_ratings(
      fmt::format("{} is {} x {}, not {} x {}", what, matrix.rows(), matrix.cols(), rows, cols));
}

// The mean of equal ratings may be off by a rounding.
constexpr double kMeanSlack = 1e-6;
// A deviation of more ranges of the scale than this is no error of a prediction.
constexpr double kErrorRanges = 1e6;
// Deviations of draws of one chain differ by less than this factor.
constexpr double kNoiseFactor = 1e4;
// Factoring wider precisions would take longer than reading the model.
constexpr std::size_t kFactoredWidthMax = 512;

void require_scale(const RatingModel& model) {
  const auto& scale = model.scale;
  const auto low = static_cast<double>(scale.low);
  const auto high = static_cast<double>(scale.high);
  if (!std::isfinite(low) || !std::isfinite(high) || !(low <= high)) {
    corrupt_ratings(fmt::format("the scale goes from {} to {}", low, high));
  }
  const double slack = kMeanSlack * std::max({1.0, std::abs(low), std::abs(high)});
  if (!(scale.mean >= low - slack && scale.mean <= high + slack)) {
    corrupt_ratings(fmt::format("the scale has the mean {}, which is not between {} and {}",
                                scale.mean, low, high));
  }
  if (!(model.typical_error >= 0.0 &&
        model.typical_error <= kErrorRanges * std::max(1.0, high - low))) {
    corrupt_ratings(fmt::format("typical_error is {} on a scale from {} to {}", model.typical_error,
                                low, high));
  }
}

void require_draw_count(const RatingModel& model) {
  const std::size_t count = model.draws.size();
  if (count == 0) corrupt_ratings("there are no vectors");
  const auto most =
      model.kind == "als" ? std::size_t{1} : static_cast<std::size_t>(model.bayesian.samples);
  if (count <= most && count <= kDrawCountMax) return;
  corrupt_ratings(fmt::format("{} draws of a model of the kind {} with {} samples", count,
                              model.kind, model.bayesian.samples));
}

void require_noise(const RatingModel& model, const RatingDraw& draw, const std::string& prefix) {
  const double noise = draw.noise_precision;
  if (model.kind == "als") {
    if (noise != 0.0)
      corrupt_ratings(fmt::format("{}: noise_precision is {}, but ALS knows none", prefix, noise));
    return;
  }
  // Each is 1 / deviation^2, and the deviation that of the last draw to within a factor.
  const double ratio = 1.0 / std::sqrt(noise) / model.typical_error;
  if (noise > 0.0 && ratio <= kNoiseFactor && ratio >= 1.0 / kNoiseFactor) return;
  corrupt_ratings(
      fmt::format("{}: noise_precision is {}, a deviation of {:.3g}; typical_error is {:.3g}",
                  prefix, noise, 1.0 / std::sqrt(noise), model.typical_error));
}

// What a person's equations begin with must be positive definite, of ALS once its penalty is
// on the diagonal. Rounding to floats may cost the last digits of that.
void require_precision(const RatingModel& model, const Matrix& precision, const std::string& name) {
  const std::size_t width = precision.rows();
  double largest = 0.0;
  for (std::size_t i = 0; i < width; ++i) {
    largest = std::max(largest, static_cast<double>(precision.row(i)[i]));
  }
  double ridge = 1e-6 * largest;
  if (model.kind == "als") ridge += static_cast<double>(model.als.regularization);
  std::vector<double> matrix(width * width);
  bool good = true;
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      const auto here = static_cast<double>(precision.row(i)[j]);
      const auto there = static_cast<double>(precision.row(j)[i]);
      good = good && std::abs(here - there) <= 1e-3 * largest;
      matrix[i * width + j] = here + (i == j ? ridge : 0.0);
    }
    good = good && matrix[i * width + i] > 0.0;
  }
  std::vector<double> ignored(width, 0.0);
  if (good && (width > kFactoredWidthMax || linalg::solve_positive_definite(matrix, ignored))) {
    return;
  }
  corrupt_ratings(fmt::format("'{}' is not positive definite", name));
}

void require_variances(const RatingModel& model, std::size_t user_count, std::size_t item_count,
                       std::size_t width) {
  if (model.user_variances.rows() == 0 && model.item_variances.rows() == 0) return;
  require_shape(model.user_variances, user_count, width, "user variances");
  require_shape(model.item_variances, item_count, width, "item variances");
  if (model.kind != "bayesian" || model.draws.size() != 1) {
    corrupt_ratings(
        fmt::format("variances beside {} draws of the kind {}", model.draws.size(), model.kind));
  }
  for (const Matrix* matrix : {&model.user_variances, &model.item_variances}) {
    require_moderate(*matrix, "rating.*.variances");
    for (const float value : matrix->values()) {
      if (value < 0.0F) corrupt_ratings(fmt::format("a variance is {}", value));
    }
  }
}

std::string prefix_of(std::size_t draw) { return fmt::format("rating.{}", draw); }

factorization::AlsOptions als_from_json(const Json& json) {
  factorization::AlsOptions options;
  options.dimensions = as_int32(json.at("dimensions"), "dimensions");
  options.epochs = as_int32(json.at("epochs"), "epochs");
  options.regularization = as_float(json.at("regularization"));
  options.regularization_exponent = as_float(json.at("regularization_exponent"));
  options.implicit_weight = as_float(json.at("implicit_weight"));
  options.seed = read_word(json.at("seed"), "seed");
  return options;
}

factorization::BayesianOptions bayesian_from_json(const Json& json) {
  factorization::BayesianOptions options;
  options.dimensions = as_int32(json.at("dimensions"), "dimensions");
  options.burn_in = as_int32(json.at("burn_in"), "burn_in");
  options.samples = as_int32(json.at("samples"), "samples");
  options.seed = read_word(json.at("seed"), "seed");
  return options;
}

}  // namespace

Json to_json(const factorization::AlsOptions& options) {
  Json json;
  json.set("dimensions", options.dimensions);
  json.set("epochs", options.epochs);
  json.set("regularization", short_double(options.regularization));
  json.set("regularization_exponent", short_double(options.regularization_exponent));
  json.set("implicit_weight", short_double(options.implicit_weight));
  json.set("seed", options.seed);
  return json;
}

Json to_json(const factorization::BayesianOptions& options) {
  Json json;
  json.set("dimensions", options.dimensions);
  json.set("burn_in", options.burn_in);
  json.set("samples", options.samples);
  json.set("seed", options.seed);
  return json;
}

void validate(const RatingModel& model, std::size_t user_count, std::size_t item_count) {
  if (model.kind != "als" && model.kind != "bayesian") {
    corrupt_ratings(
        fmt::format("a model of the kind '{}', not als or bayesian", printable(model.kind)));
  }
  try {
    factorization::validate(model.als);
    factorization::validate(model.bayesian);
  } catch (const Error& error) {
    corrupt_ratings(error.what());
  }
  require_scale(model);
  require_draw_count(model);
  const int d = model.kind == "als" ? model.als.dimensions : model.bayesian.dimensions;
  const auto width = static_cast<std::size_t>(d) + 1;
  for (std::size_t i = 0; i < model.draws.size(); ++i) {
    const RatingDraw& draw = model.draws[i];
    require_shape(draw.users, user_count, width, "users");
    require_shape(draw.items, item_count, width, "items");
    require_shape(draw.prior_precision, width, width, "prior_precision");
    require_shape(draw.prior_mean, 1, width, "prior_mean");
    if (draw.rated.rows() > 0) require_shape(draw.rated, item_count, width, "rated");
    const std::string prefix = prefix_of(i);
    require_moderate(draw.users, prefix + ".user.vectors");
    require_moderate(draw.items, prefix + ".item.vectors");
    require_moderate(draw.prior_mean, prefix + ".prior_mean");
    require_moderate(draw.rated, prefix + ".rated");
    require_noise(model, draw, prefix);
    require_precision(model, draw.prior_precision, prefix + ".prior_precision");
  }
  require_variances(model, user_count, item_count, width);
}

std::size_t rating_model_bytes(std::size_t user_count, std::size_t item_count, int dimensions,
                               std::size_t draw_count) noexcept {
  const auto width = static_cast<std::size_t>(dimensions) + 1;
  return draw_count * sizeof(float) * width * (user_count + 2 * item_count + width + 1);
}

Json add_rating_model(PartWriter& parts, const RatingModel& model) {
  Json json;
  json.set("kind", model.kind);
  json.set("als", to_json(model.als));
  json.set("bayesian", to_json(model.bayesian));
  Json scale;
  scale.set("mean", model.scale.mean);
  scale.set("low", short_double(model.scale.low));
  scale.set("high", short_double(model.scale.high));
  json.set("scale", std::move(scale));
  json.set("typical_error", model.typical_error);
  Json draws{Json::Array{}};
  for (std::size_t i = 0; i < model.draws.size(); ++i) {
    const RatingDraw& draw = model.draws[i];
    const std::string prefix = prefix_of(i);
    Json entry;
    entry.set("noise_precision", draw.noise_precision);
    const auto add = [&](const char* name, const Matrix& matrix) {
      if (matrix.rows() == 0) return;
      parts.add_matrix(fmt::format("{}.{}", prefix, name), matrix);
      entry.set(name, shape_of(matrix));
    };
    add("user.vectors", draw.users);
    add("item.vectors", draw.items);
    add("prior_precision", draw.prior_precision);
    add("prior_mean", draw.prior_mean);
    add("rated", draw.rated);
    draws.push(std::move(entry));
  }
  json.set("draws", std::move(draws));
  if (model.user_variances.rows() > 0) {
    parts.add_matrix("rating.user.variances", model.user_variances);
    parts.add_matrix("rating.item.variances", model.item_variances);
    json.set("user.variances", shape_of(model.user_variances));
    json.set("item.variances", shape_of(model.item_variances));
  }
  return json;
}

RatingModel read_rating_model(storage::ContainerReader& reader, const Json& description) {
  RatingModel model;
  model.kind = description.at("kind").as_string();
  model.als = als_from_json(description.at("als"));
  model.bayesian = bayesian_from_json(description.at("bayesian"));
  const Json& scale = description.at("scale");
  model.scale = {.mean = scale.at("mean").as_double(),
                 .low = as_float(scale.at("low")),
                 .high = as_float(scale.at("high"))};
  model.typical_error = description.at("typical_error").as_double();
  const Json::Array& draws = description.at("draws").as_array();
  if (draws.size() > kDrawCountMax) corrupt_ratings(fmt::format("{} draws", draws.size()));
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const auto read = [&](const char* name) {
      return read_shaped(reader, fmt::format("{}.{}", prefix_of(i), name), draws[i].at(name));
    };
    RatingDraw draw;
    draw.noise_precision = draws[i].at("noise_precision").as_double();
    draw.users = read("user.vectors");
    draw.items = read("item.vectors");
    draw.prior_precision = read("prior_precision");
    draw.prior_mean = read("prior_mean");
    if (draws[i].find("rated") != nullptr) draw.rated = read("rated");
    model.draws.push_back(std::move(draw));
  }
  if (const Json* shape = description.find("user.variances")) {
    model.user_variances = read_shaped(reader, "rating.user.variances", *shape);
    model.item_variances =
        read_shaped(reader, "rating.item.variances", description.at("item.variances"));
  }
  return model;
}

}  // namespace kindred::model
