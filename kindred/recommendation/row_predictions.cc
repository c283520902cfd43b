#include "kindred/recommendation/row_predictions.h"

#include <cstddef>
#include <optional>

namespace kindred::recommendation {
namespace {

std::vector<std::optional<std::uint32_t>> rows_in_model(const data::Vocabulary& model,
                                                        const data::Vocabulary& labels) {
  std::vector<std::optional<std::uint32_t>> found;
  found.reserve(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) found.push_back(model.find(labels.label(i)));
  return found;
}

}  // namespace

const char* note_of(const RowPrediction& prediction) noexcept {
  if (prediction.user && prediction.item) return "";
  if (prediction.item) return "unknown user";
  return prediction.user ? "unknown item" : "unknown user and item";
}

std::vector<RowPrediction> predict_rows(const model::Model& model, const RatingPredictor& predictor,
                                        const data::Interactions& pairs,
                                        std::span<const data::RatingsRow> rows, ThreadPool& pool) {
  const auto users = rows_in_model(model.users.labels, pairs.users);
  const auto items = rows_in_model(model.items.labels, pairs.items);
  std::vector<std::vector<std::size_t>> rows_of(pairs.users.size());
  for (std::size_t row = 0; row < rows.size(); ++row) rows_of[rows[row].user].push_back(row);
  std::vector<RowPrediction> out(rows.size());
  pool.parallel_for(rows_of.size(), [&](std::size_t user, int) {
    if (rows_of[user].empty()) return;
    const Rater rater = users[user] ? predictor.known(*users[user]) : predictor.fold_in({}, {});
    std::optional<PredictedRating> typical;  // Of the items that are unknown.
    for (const std::size_t row : rows_of[user]) {
      const auto item = items[rows[row].item];
      if (!item && !typical) typical = predictor.predict_unknown(rater);
      out[row] = {item ? predictor.predict(rater, *item) : *typical, users[user], item};
    }
  });
  return out;
}

}  // namespace kindred::recommendation
