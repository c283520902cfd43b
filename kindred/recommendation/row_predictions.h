// A file of pairs, predicted: one answer for each of its rows, in order.
//
// A pair that comes twice is answered twice, and a user or an item that the model does not know
// gets the typical prediction (rating_predictor.h) and is marked, so that answers can be put
// beside the rows of the file.
//
// Cost: a prediction a row; each user's vectors are looked up once. Same answers for any number
// of threads.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kindred/base/thread_pool.h"
#include "kindred/data/interactions.h"
#include "kindred/data/ratings_reader.h"
#include "kindred/model/model.h"
#include "kindred/recommendation/rating_predictor.h"

namespace kindred::recommendation {

struct RowPrediction {
  PredictedRating predicted;
  std::optional<std::uint32_t> user;  // The row in the model; none: unknown.
  std::optional<std::uint32_t> item;
};

// "", "unknown user", "unknown item" or "unknown user and item".
const char* note_of(const RowPrediction& prediction) noexcept;

// `rows` name users and items of `pairs`. Requires: model.ratings is what `predictor` looks at.
std::vector<RowPrediction> predict_rows(const model::Model& model, const RatingPredictor& predictor,
                                        const data::Interactions& pairs,
                                        std::span<const data::RatingsRow> rows, ThreadPool& pool);

}  // namespace kindred::recommendation
