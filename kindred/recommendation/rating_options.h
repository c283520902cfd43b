// Which rating model, and what it may learn from.

#pragma once

#include <cstddef>

#include "kindred/factorization/als.h"
#include "kindred/factorization/bayesian.h"

namespace kindred::recommendation {

enum class RatingModelKind { als, bayesian };

struct RatingModelOptions {
  RatingModelKind kind = RatingModelKind::als;
  factorization::AlsOptions als;            // For als.
  factorization::BayesianOptions bayesian;  // For bayesian, with the next ones:
  bool implicit_sets = true;                // Whom a person rated, and who rated a thing.
  bool attributes = true;                   // The columns of the tables.
  std::size_t period_count = 0;             // Of biases by time; 0: time plays no part.

  int dimensions() const noexcept {
    return kind == RatingModelKind::als ? als.dimensions : bayesian.dimensions;
  }
  // Epochs of ALS, or sweeps.
  int step_count() const noexcept {
    return kind == RatingModelKind::als ? als.epochs : bayesian.burn_in + bayesian.samples;
  }
};

}  // namespace kindred::recommendation
