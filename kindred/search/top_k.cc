#include "kindred/search/top_k.h"

#include <algorithm>
#include <cmath>

#include "kindred/base/check.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::search {

std::vector<std::vector<Neighbor>> top_k(MatrixView queries, MatrixView items, std::size_t k,
                                         const TopKFilter& filter, ThreadPool& pool) {
  KINDRED_CHECK(queries.cols == items.cols && k > 0);
  std::vector<std::vector<Neighbor>> found(queries.rows);
  pool.parallel_for(queries.rows, [&](std::size_t q, int) {
    const auto excluded = filter.excluded ? filter.excluded(q) : std::span<const std::uint32_t>();
    auto& best = found[q];
    for (std::uint32_t id = 0; id < items.rows; ++id) {
      if (!filter.allowed.empty() && !filter.allowed[id]) continue;
      if (std::binary_search(excluded.begin(), excluded.end(), id)) continue;
      const float score = linalg::dot(queries.row(q), items.row(id));
      if (!std::isnan(score)) best.push_back({id, score});
    }
    const std::size_t kept = std::min(k, best.size());
    std::partial_sort(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(kept), best.end(),
                      better);
    best.resize(kept);
  });
  return found;
}

}  // namespace kindred::search
