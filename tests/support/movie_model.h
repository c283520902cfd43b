// A trained model of the built-in movie world, small enough to make in every test.

#pragma once

#include <cstddef>
#include <utility>

#include "kindred/data/movie_world.h"
#include "kindred/data/positives.h"
#include "kindred/recommendation/train.h"

namespace kindred::test {

inline model::Model movie_model(std::size_t people = 600, int dimensions = 16) {
  data::MovieWorld world = data::simulate_movie_world({.people = people});
  recommendation::TrainOptions options;
  options.ials.dimensions = dimensions;
  options.ials.epochs = 6;
  options.positive_rule = data::default_positive_rule(world.ratings);
  ThreadPool pool(2);
  model::Model model = recommendation::train(world.ratings, options, {.pool = pool}).model;
  model.items.metadata = std::move(world.movies);
  model.users.metadata = std::move(world.people);
  return model;
}

}  // namespace kindred::test
