#include "kindred/search/exact.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

#include "kindred/base/check.h"
#include "kindred/base/error.h"
#include "kindred/linalg/kernels/dot.h"
#include "kindred/search/best_k.h"
#include "kindred/search/normalised_rows.h"

namespace kindred::search {
namespace {

std::vector<Neighbor> nearest(std::span<const float> query, MatrixView vectors, std::size_t k,
                              std::span<const std::uint32_t> excluded,
                              const std::vector<bool>& allowed) {
  BestK best(k);
  for (std::uint32_t id = 0; id < vectors.rows; ++id) {
    if (!allowed.empty() && !allowed[id]) continue;
    const float score = -std::sqrt(linalg::squared_distance(query, vectors.row(id)));
    if (score >= best.threshold() && !std::ranges::binary_search(excluded, id)) {
      best.offer({id, score});
    }
  }
  return best.take();
}

}  // namespace

std::string_view name_of(Metric metric) noexcept {
  if (metric == Metric::dot) return "dot";
  return metric == Metric::cosine ? "cosine" : "euclidean";
}

Metric parse_metric(std::string_view name) {
  if (name == "dot") return Metric::dot;
  if (name == "cosine") return Metric::cosine;
  if (name == "euclidean") return Metric::euclidean;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("the metric is '{}', not dot, cosine or euclidean", name));
}

ExactIndex::ExactIndex(MatrixView vectors, Metric metric) : vectors_(vectors), metric_(metric) {
  if (vectors.rows == 0 || vectors.cols == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("an index of {} vectors of {} dimensions has nothing to search",
                            vectors.rows, vectors.cols));
  }
  if (metric == Metric::cosine) normalised_ = normalised_rows(vectors);
}

void ExactIndex::prepare(ThreadPool& pool) {
  if (metric_ == Metric::dot) prepared_.emplace(vectors_, std::vector<bool>(), pool);
  if (metric_ == Metric::cosine) prepared_.emplace(normalised_, std::vector<bool>(), pool);
}

std::vector<std::vector<Neighbor>> ExactIndex::search(MatrixView queries, std::size_t k,
                                                      const TopKFilter& filter,
                                                      ThreadPool& pool) const {
  KINDRED_CHECK(queries.cols == dimensions() && k > 0);
  KINDRED_CHECK(filter.allowed.empty() || filter.allowed.size() == size());
  if (metric_ != Metric::euclidean) {
    const Matrix directions = metric_ == Metric::cosine ? normalised_rows(queries) : Matrix();
    const MatrixView asked = metric_ == Metric::cosine ? directions : queries;
    if (prepared_) return prepared_->search(asked, k, filter, pool);
    return top_k(asked, metric_ == Metric::cosine ? normalised_ : vectors_, k, filter, pool);
  }
  std::vector<std::vector<Neighbor>> found(queries.rows);
  pool.parallel_for(queries.rows, [&](std::size_t q, int) {
    const auto excluded = filter.excluded ? filter.excluded(q) : std::span<const std::uint32_t>();
    found[q] = nearest(queries.row(q), vectors_, k, excluded, filter.allowed);
  });
  return found;
}

}  // namespace kindred::search
