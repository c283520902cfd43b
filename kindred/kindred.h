// Kindred as a library: include this, and link Kindred::kindred.
//
//   read_ratings   a file to ratings and attributes                api/ratings.h
//   train          ratings to a model                              api/train.h
//   Recommendations, similar, Predictions     asking a model       api/recommend.h, ...
//   evaluate       how good a way to learn is                      api/evaluate.h
//   model::save, model::load                  the model file       model/io.h
//
// Every call of api/ validates what it is given and throws kindred::Error; none prints, none
// starts a thread but those of the pool it is handed. The other headers are the parts
// beneath; examples/ratings_to_recommendations.cc shows the whole way.

#pragma once

// IWYU pragma: begin_exports
#include "kindred/api/evaluate.h"
#include "kindred/api/predict.h"
#include "kindred/api/ratings.h"
#include "kindred/api/recommend.h"
#include "kindred/api/similar.h"
#include "kindred/api/train.h"
#include "kindred/base/error.h"
#include "kindred/model/io.h"
// IWYU pragma: end_exports
