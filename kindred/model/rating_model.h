// What a model knows of ratings: enough to predict one, to say how sure that is, and to
// predict for somebody who has rated a few things just now.
//
// An ALS model is one set of vectors. A Bayesian one is several draws, each as probable
// as the data make it; predictions average over them. Where all draws would not fit into
// memory it holds their mean and the variance of every value instead.
//
// A plain value. A part of model.h; docs/format/model.md draws the bytes.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kindred/base/json.h"
#include "kindred/factorization/als.h"
#include "kindred/factorization/bayesian.h"
#include "kindred/factorization/rating_scale.h"
#include "kindred/linalg/matrix.h"
#include "kindred/model/parts.h"

namespace kindred::model {

// One set of vectors, D = d + 1 values each with the bias last, and what a new person is
// expected to be like before their ratings are seen.
struct RatingDraw {
  Matrix users;                  // |U| x D.
  Matrix items;                  // |I| x D.
  double noise_precision = 0.0;  // 1 / variance of a rating about its prediction; 0: unknown.
  Matrix prior_precision;        // D x D.
  Matrix prior_mean;             // 1 x D.
  Matrix rated;                  // |I| x D: what having rated an item tells; or 0 rows.

  bool operator==(const RatingDraw&) const = default;
};

struct RatingModel {
  std::string kind = "als";                 // Or "bayesian".
  factorization::AlsOptions als;            // For als.
  factorization::BayesianOptions bayesian;  // For bayesian.
  factorization::RatingScale scale;
  double typical_error = 0.0;     // Root mean squared error on the ratings it learned from.
  std::vector<RatingDraw> draws;  // At least one.
  Matrix user_variances;          // As `users`, where one draw stands for all; else 0 rows.
  Matrix item_variances;
};

// Throws Error(corrupt) unless all parts fit together and hold finite numbers.
void validate(const RatingModel& model, std::size_t user_count, std::size_t item_count);

// Bytes in memory and on disk, roughly.
std::size_t rating_model_bytes(std::size_t user_count, std::size_t item_count, int dimensions,
                               std::size_t draw_count) noexcept;

// As the functions of parts.h; tensors are called "rating.0.user.vectors" and so on.
Json add_rating_model(PartWriter& parts, const RatingModel& model);
RatingModel read_rating_model(storage::ContainerReader& reader, const Json& description);

Json to_json(const factorization::AlsOptions& options);
Json to_json(const factorization::BayesianOptions& options);

}  // namespace kindred::model
