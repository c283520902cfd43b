#include "kindred/model/rating_model.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "kindred/base/error.h"
#include "kindred/model/io.h"
#include "tests/support/sample_model.h"
#include "tests/support/temporary_folder.h"

namespace kindred::model {
namespace {

// 5 users, 7 items, two draws of 2 dimensions.
Model rated_model() {
  Model model = test::sample_model(5, 7, 3);
  RatingModel ratings;
  ratings.kind = "bayesian";
  ratings.bayesian = {.dimensions = 2, .burn_in = 3, .samples = 4, .seed = 9};
  ratings.scale = {.mean = 3.25, .low = 0.5F, .high = 5.0F};
  ratings.typical_error = 0.75;
  for (int i = 0; i < 2; ++i) {
    const auto value = static_cast<float>(i + 1);
    ratings.draws.push_back({.users = Matrix(5, 3, std::vector<float>(15, value)),
                             .items = Matrix(7, 3, std::vector<float>(21, -value)),
                             .noise_precision = 1.5,
                             .prior_precision = Matrix(3, 3, std::vector<float>(9, 0.5F)),
                             .prior_mean = Matrix(1, 3, {1, 2, 3}),
                             .rated = i == 0 ? Matrix(7, 3) : Matrix()});
  }
  model.ratings = std::move(ratings);
  return model;
}

TEST(RatingModel, RoundTrip) {
  const test::TemporaryFolder folder;
  Model model = rated_model();
  save(model, folder / "m");
  const std::string bytes = test::read_bytes(folder / "m");
  const Model read = load(folder / "m");
  ASSERT_TRUE(read.ratings.has_value());
  EXPECT_EQ(read.ratings->draws, model.ratings->draws);
  EXPECT_EQ(read.ratings->bayesian, model.ratings->bayesian);
  EXPECT_EQ(read.ratings->als, model.ratings->als);
  EXPECT_EQ(read.ratings->scale, model.ratings->scale);
  EXPECT_EQ(read.ratings->typical_error, 0.75);
  save(read, folder / "m");
  EXPECT_EQ(test::read_bytes(folder / "m"), bytes);
}

TEST(RatingModel, AModelOfRatingsAloneAndOneWithVariances) {
  const test::TemporaryFolder folder;
  Model model = rated_model();
  model.watching = std::monostate{};
  model.ratings->draws.resize(1);
  model.ratings->user_variances = Matrix(5, 3, std::vector<float>(15, 0.25F));
  model.ratings->item_variances = Matrix(7, 3, std::vector<float>(21, 0.5F));
  save(model, folder / "m");
  const Model read = load(folder / "m");
  EXPECT_STREQ(kind_of(read), "rating");
  EXPECT_EQ(read.ratings->user_variances, model.ratings->user_variances);
  EXPECT_EQ(read.ratings->item_variances, model.ratings->item_variances);
}

TEST(RatingModel, WhatDoesNotFitTogetherIsRefused) {
  const std::vector<std::function<void(Model&)>> damages = {
      [](Model& model) { model.ratings->kind = "oracle"; },
      [](Model& model) { model.ratings->draws.clear(); },
      [](Model& model) { model.ratings->draws[1].users = Matrix(4, 3); },
      [](Model& model) { model.ratings->draws[0].items = Matrix(7, 4); },
      [](Model& model) { model.ratings->draws[0].prior_precision = Matrix(2, 2); },
      [](Model& model) { model.ratings->draws[0].prior_mean = Matrix(3, 1); },
      [](Model& model) { model.ratings->draws[0].rated = Matrix(6, 3); },
      [](Model& model) { model.ratings->draws[0].noise_precision = -1.0; },
      [](Model& model) { model.ratings->draws[0].noise_precision = 0.0; },
      [](Model& model) { model.ratings->draws[1].noise_precision = 1e300; },
      [](Model& model) { model.ratings->draws[1].prior_precision.row(0)[0] = -1.0F; },
      [](Model& model) { model.ratings->draws[1].prior_precision.row(0)[1] = 0.75F; },
      [](Model& model) { model.ratings->draws[0].users.row(0)[0] = 1e30F; },
      [](Model& model) { model.ratings->scale.mean = 1e300; },
      [](Model& model) { model.ratings->scale.mean = 0.25; },
      [](Model& model) { model.ratings->typical_error = 1e300; },
      [](Model& model) { model.ratings->bayesian.samples = 1; },
      [](Model& model) { model.ratings->kind = "als"; },
      [](Model& model) { model.has_values = false; },
      [](Model& model) { model.watching = TowerPart{}; },
      [](Model& model) { model.history[1].epoch = 1; },
      [](Model& model) { model.positive_rule.weight_per_value = -1.0F; },
      [](Model& model) { model.ratings->bayesian.dimensions = 3; },
      [](Model& model) { model.ratings->bayesian.samples = 0; },
      [](Model& model) { model.ratings->user_variances = Matrix(5, 3); },
      [](Model& model) { model.ratings->scale.high = 0.0F; },
      [](Model& model) { model.ratings->scale.mean = std::numeric_limits<double>::quiet_NaN(); },
      [](Model& model) {
        model.watching = std::monostate{};
        model.ratings.reset();
      }};
  for (std::size_t i = 0; i < damages.size(); ++i) {
    Model model = rated_model();
    damages[i](model);
    try {
      validate(model);
      ADD_FAILURE() << "damage " << i << " was not noticed";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt);
    }
  }
}

}  // namespace
}  // namespace kindred::model
