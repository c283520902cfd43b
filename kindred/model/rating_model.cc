#include "kindred/model/rating_model.h"

#include <fmt/format.h>

#include <cmath>

#include "kindred/base/error.h"

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

std::string prefix_of(std::size_t draw) { return fmt::format("rating.{}", draw); }

factorization::AlsOptions als_from_json(const Json& json) {
  factorization::AlsOptions options;
  options.dimensions = as_int32(json.at("dimensions"));
  options.epochs = as_int32(json.at("epochs"));
  options.regularization = as_float(json.at("regularization"));
  options.regularization_exponent = as_float(json.at("regularization_exponent"));
  options.implicit_weight = as_float(json.at("implicit_weight"));
  options.seed = json.at("seed").as_uint();
  return options;
}

factorization::BayesianOptions bayesian_from_json(const Json& json) {
  factorization::BayesianOptions options;
  options.dimensions = as_int32(json.at("dimensions"));
  options.burn_in = as_int32(json.at("burn_in"));
  options.samples = as_int32(json.at("samples"));
  options.seed = json.at("seed").as_uint();
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
    corrupt_ratings(fmt::format("a model of the kind '{}', not als or bayesian", model.kind));
  }
  try {
    factorization::validate(model.als);
    factorization::validate(model.bayesian);
  } catch (const Error& error) {
    corrupt_ratings(error.what());
  }
  const auto& scale = model.scale;
  if (!std::isfinite(scale.mean) || !(scale.low <= scale.high) || !std::isfinite(scale.high) ||
      !std::isfinite(scale.low) || !(model.typical_error >= 0.0)) {
    corrupt_ratings("the scale of the ratings makes no sense");
  }
  if (model.draws.empty()) corrupt_ratings("there are no vectors");
  const int d = model.kind == "als" ? model.als.dimensions : model.bayesian.dimensions;
  const auto width = static_cast<std::size_t>(d) + 1;
  for (const RatingDraw& draw : model.draws) {
    require_shape(draw.users, user_count, width, "users");
    require_shape(draw.items, item_count, width, "items");
    require_shape(draw.prior_precision, width, width, "prior precision");
    require_shape(draw.prior_mean, 1, width, "prior mean");
    if (draw.rated.rows() > 0) require_shape(draw.rated, item_count, width, "rated");
    if (!(draw.noise_precision >= 0.0)) corrupt_ratings("a noise precision below 0");
  }
  if (model.user_variances.rows() > 0) {
    require_shape(model.user_variances, user_count, width, "user variances");
    require_shape(model.item_variances, item_count, width, "item variances");
  }
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
