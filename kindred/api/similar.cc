#include "kindred/api/similar.h"

#include <fmt/format.h>

#include <algorithm>

#include "kindred/base/error.h"
#include "kindred/embedding/embeddings.h"
#include "kindred/learning/families.h"

namespace kindred::api {
namespace {

std::vector<bool> allowed_rows(const SimilarOptions& options, std::size_t count) {
  if (options.allowed.empty()) return std::vector<bool>(count, true);
  if (options.allowed.size() == count) return options.allowed;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} flags say which of {} are allowed", options.allowed.size(), count));
}

}  // namespace

std::vector<search::Neighbor> similar(const model::Model& model, std::uint32_t row,
                                      const SimilarOptions& options, ThreadPool& pool) {
  const embedding::Embeddings& things = options.users ? model.users : model.items;
  if (row >= things.size()) {
    throw Error(ErrorCode::not_found,
                fmt::format("row {} is none of the model's {}", row, things.size()));
  }
  if (options.count == 0) throw Error(ErrorCode::invalid_argument, "0 neighbours were asked for");
  const std::size_t count = std::min(options.count, things.size());
  std::vector<bool> allowed = allowed_rows(options, things.size());
  if (!model.has_vectors()) {
    if (options.users) model::require_vectors(model, "finding similar users");
    if (options.metric != search::Metric::cosine) model::require_vectors(model, "another metric");
    return learning::make_ranker(model, {.allowed = allowed}, pool)
        ->similar_items(row, count, pool);
  }
  if (!embedding::is_learned(things.vectors.row(row))) {
    throw Error(ErrorCode::not_found,
                fmt::format("nothing was learned about '{}'", things.labels.label(row)));
  }
  for (std::size_t other = 0; other < things.size(); ++other) {
    allowed[other] = allowed[other] && embedding::is_learned(things.vectors.row(other));
  }
  allowed[row] = false;
  const search::ExactIndex index(things.vectors, options.metric);
  const MatrixView query = things.vectors.view().slice(row, std::size_t{row} + 1);
  return index.search(query, count, {{}, allowed}, pool).front();
}

}  // namespace kindred::api
