#include "kindred/search/kmeans.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "kindred/base/error.h"
#include "kindred/base/rng.h"
#include "kindred/linalg/blas.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::search {
namespace {

constexpr std::size_t kClusterTileRows = 256;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

void require_clusters(MatrixView points, std::size_t clusters) {
  if (clusters == 0 || clusters > points.rows || points.cols == 0) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} rows of {} columns cannot be cut into {} clusters", points.rows,
                            points.cols, clusters));
  }
  for (std::size_t row = 0; row < points.rows; ++row) {
    for (const float value : points.row(row)) {
      if (std::isfinite(value)) continue;
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("row {} holds {}: it belongs to no cluster", row, value));
    }
  }
}

void in_tiles(std::size_t rows, ThreadPool& pool,
              const std::function<void(std::size_t begin, std::size_t end)>& task) {
  pool.parallel_for((rows + kClusterTileRows - 1) / kClusterTileRows, [&](std::size_t tile, int) {
    task(tile * kClusterTileRows, std::min((tile + 1) * kClusterTileRows, rows));
  });
}

// Squared distances to the nearest of the centres so far, lowered by one more row.
std::vector<float> lowered(MatrixView points, std::span<const float> nearest, std::size_t centre,
                           ThreadPool& pool) {
  std::vector<float> out(points.rows);
  in_tiles(points.rows, pool, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const float distance = linalg::squared_distance(points.row(row), points.row(centre));
      out[row] = std::min(nearest.empty() ? kInfinity : nearest[row], distance);
    }
  });
  return out;
}

double sum_of(std::span<const float> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// A row, each as likely as its weight; any row where all weights are zero.
std::size_t draw_row(std::span<const float> weights, double total, Rng& rng) {
  if (!(total > 0.0)) return rng.below(weights.size());
  double left = rng.uniform() * total;
  std::size_t last = 0;
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (weights[row] <= 0.0F) continue;
    last = row;
    left -= weights[row];
    if (left < 0.0) return row;
  }
  return last;  // Rounding used up the sum.
}

// k-means++, each centre the best of 2 + log k draws.
Matrix drawn_centres(MatrixView points, std::size_t clusters, std::uint64_t seed, int restart,
                     ThreadPool& pool) {
  Rng rng(seed, static_cast<std::uint32_t>(restart));
  Matrix centres(clusters, points.cols);
  const int draws = 2 + static_cast<int>(std::log(static_cast<double>(clusters)));
  std::size_t chosen = rng.below(points.rows);
  std::vector<float> nearest = lowered(points, {}, chosen, pool);
  std::ranges::copy(points.row(chosen), centres.row(0).begin());
  for (std::size_t c = 1; c < clusters; ++c) {
    const double total = sum_of(nearest);
    double best_sum = std::numeric_limits<double>::infinity();
    std::vector<float> best;
    for (int draw = 0; draw < draws; ++draw) {
      const std::size_t candidate = draw_row(nearest, total, rng);
      std::vector<float> with = lowered(points, nearest, candidate, pool);
      const double sum = sum_of(with);
      if (sum >= best_sum) continue;
      best_sum = sum;
      best = std::move(with);
      chosen = candidate;
    }
    nearest = std::move(best);
    std::ranges::copy(points.row(chosen), centres.row(c).begin());
  }
  return centres;
}

struct NearestTwo {
  std::uint32_t first = 0;
  std::uint32_t second = 0;  // Equal to first where there is one centre only.
};

// The two nearest centres of rows [begin, end): the smallest |c|^2 / 2 - x c.
void nearest_centres(MatrixView points, const Matrix& centres, std::span<const float> half_norms,
                     std::size_t begin, std::size_t end, std::span<NearestTwo> found) {
  const std::size_t k = centres.rows();
  std::vector<float> products((end - begin) * k);
  linalg::multiply_transposed(points.slice(begin, end), centres.view(),
                              {products.data(), end - begin, k, k});
  for (std::size_t row = begin; row < end; ++row) {
    const float* product = products.data() + (row - begin) * k;
    float first = kInfinity;
    float second = kInfinity;
    NearestTwo two;
    for (std::size_t c = 0; c < k; ++c) {
      const float value = half_norms[c] - product[c];
      if (value < first) {
        second = first;
        two.second = two.first;
        first = value;
        two.first = static_cast<std::uint32_t>(c);
      } else if (value < second) {
        second = value;
        two.second = static_cast<std::uint32_t>(c);
      }
    }
    found[row] = two;
  }
}

std::vector<NearestTwo> nearest_centres_of_all(MatrixView points, const Matrix& centres,
                                               ThreadPool& pool) {
  std::vector<float> half_norms(centres.rows());
  for (std::size_t c = 0; c < centres.rows(); ++c) {
    half_norms[c] = 0.5F * linalg::dot(centres.row(c), centres.row(c));
  }
  std::vector<NearestTwo> found(points.rows);
  in_tiles(points.rows, pool, [&](std::size_t begin, std::size_t end) {
    nearest_centres(points, centres, half_norms, begin, end, found);
  });
  return found;
}

// Rows by cluster: those of cluster c are order[offsets[c]] to order[offsets[c + 1]].
struct Members {
  Members(std::span<const std::uint32_t> cluster_of, std::size_t clusters)
      : offsets(clusters + 1, 0), order(cluster_of.size()) {
    for (const std::uint32_t cluster : cluster_of) ++offsets[cluster + 1];
    std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
    std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
    for (std::uint32_t row = 0; row < cluster_of.size(); ++row) {
      order[next[cluster_of[row]]++] = row;
    }
  }
  std::span<const std::uint32_t> of(std::size_t cluster) const {
    return std::span(order).subspan(offsets[cluster], offsets[cluster + 1] - offsets[cluster]);
  }

  std::vector<std::size_t> offsets;
  std::vector<std::uint32_t> order;
};

void move_centres(MatrixView points, Kmeans& state, ThreadPool& pool) {
  const Members members(state.cluster_of, state.centres.rows());
  pool.parallel_for(state.centres.rows(), [&](std::size_t c, int) {
    const std::span<const std::uint32_t> rows = members.of(c);
    if (rows.empty()) return;
    std::vector<double> sum(points.cols, 0.0);
    for (const std::uint32_t row : rows) {
      const float* point = points.row(row).data();
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += point[i];
    }
    for (std::size_t i = 0; i < sum.size(); ++i) {
      state.centres.row(c)[i] = static_cast<float>(sum[i] / static_cast<double>(rows.size()));
    }
  });
}

void measure(MatrixView points, Kmeans& state, ThreadPool& pool) {
  state.distances.resize(points.rows);
  in_tiles(points.rows, pool, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      state.distances[row] = std::sqrt(
          linalg::squared_distance(points.row(row), state.centres.row(state.cluster_of[row])));
    }
  });
  state.inertia = 0.0;
  for (const float distance : state.distances) {
    state.inertia += static_cast<double>(distance) * distance;
  }
}

// Gives every empty cluster the row that is farthest from its centre; whether it did.
bool fill_empty_clusters(MatrixView points, Kmeans& state, ThreadPool& pool) {
  std::vector<std::size_t> sizes(state.centres.rows(), 0);
  for (const std::uint32_t cluster : state.cluster_of) ++sizes[cluster];
  if (std::ranges::find(sizes, 0U) == sizes.end()) return false;
  measure(points, state, pool);
  bool has_moved = false;
  for (std::uint32_t c = 0; c < sizes.size(); ++c) {
    if (sizes[c] != 0) continue;
    std::size_t farthest = 0;
    for (std::size_t row = 1; row < points.rows; ++row) {
      if (state.distances[row] > state.distances[farthest]) farthest = row;
    }
    if (state.distances[farthest] == 0.0F) break;  // Fewer distinct rows than clusters.
    --sizes[state.cluster_of[farthest]];
    state.cluster_of[farthest] = c;
    state.distances[farthest] = 0.0F;
    std::ranges::copy(points.row(farthest), state.centres.row(c).begin());
    has_moved = true;
  }
  return has_moved;
}

Kmeans run_once(MatrixView points, const KmeansOptions& options, int restart, ThreadPool& pool) {
  Kmeans state;
  state.centres = drawn_centres(points, options.clusters, options.seed, restart, pool);
  state.cluster_of.assign(points.rows, 0);
  for (state.iterations = 0; state.iterations < options.iterations_max; ++state.iterations) {
    const std::vector<NearestTwo> nearest = nearest_centres_of_all(points, state.centres, pool);
    bool has_changed = state.iterations == 0;
    for (std::size_t row = 0; row < points.rows; ++row) {
      has_changed = has_changed || state.cluster_of[row] != nearest[row].first;
      state.cluster_of[row] = nearest[row].first;
    }
    has_changed = fill_empty_clusters(points, state, pool) || has_changed;
    if (!has_changed) {
      state.has_converged = true;
      break;
    }
    move_centres(points, state, pool);
  }
  measure(points, state, pool);
  return state;
}

void number_by_size(Kmeans& state) {
  const std::size_t k = state.centres.rows();
  const Members members(state.cluster_of, k);
  std::vector<std::uint32_t> order(k);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
    const auto left = members.of(a);
    const auto right = members.of(b);
    if (left.size() != right.size()) return left.size() > right.size();
    return left.empty() ? a < b : left.front() < right.front();
  });
  Matrix centres(k, state.centres.cols());
  std::vector<std::uint32_t> number(k);
  for (std::uint32_t c = 0; c < k; ++c) {
    std::ranges::copy(state.centres.row(order[c]), centres.row(c).begin());
    number[order[c]] = c;
  }
  state.centres = std::move(centres);
  for (std::uint32_t& cluster : state.cluster_of) cluster = number[cluster];
}

std::vector<std::size_t> counts_up_to(std::size_t clusters_max) {
  std::vector<std::size_t> counts;
  for (std::size_t step = 1, count = 2; count <= clusters_max; count += step) {
    counts.push_back(count);
    if (count >= 8 * step) step *= 2;
    if (count == 6) step = 2;
  }
  return counts;
}

}  // namespace

Kmeans kmeans(MatrixView points, const KmeansOptions& options, ThreadPool& pool) {
  require_clusters(points, options.clusters);
  Kmeans best = run_once(points, options, 0, pool);
  for (int restart = 1; restart < options.restarts; ++restart) {
    Kmeans other = run_once(points, options, restart, pool);
    if (other.inertia < best.inertia) best = std::move(other);
  }
  number_by_size(best);
  return best;
}

double simplified_silhouette(MatrixView points, const Kmeans& clusters, ThreadPool& pool) {
  if (clusters.centres.rows() < 2 || points.rows == 0) return 0.0;
  const std::vector<NearestTwo> nearest = nearest_centres_of_all(points, clusters.centres, pool);
  std::vector<double> values(points.rows);
  in_tiles(points.rows, pool, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const std::uint32_t own = clusters.cluster_of[row];
      const std::uint32_t other =
          nearest[row].first == own ? nearest[row].second : nearest[row].first;
      const double a = clusters.distances[row];
      const double b =
          std::sqrt(linalg::squared_distance(points.row(row), clusters.centres.row(other)));
      values[row] = std::max(a, b) > 0.0 ? (b - a) / std::max(a, b) : 0.0;
    }
  });
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(points.rows);
}

std::size_t default_clusters_max(std::size_t rows) noexcept {
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::sqrt(static_cast<double>(rows))), 2,
                                 100);
}

ChosenKmeans kmeans_of_best_count(MatrixView points, std::size_t clusters_max,
                                  const KmeansOptions& options, ThreadPool& pool) {
  require_clusters(points, std::max<std::size_t>(2, clusters_max));
  if (clusters_max < 2) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("at most {} clusters leaves no number to choose", clusters_max));
  }
  ChosenKmeans chosen;
  double best = -std::numeric_limits<double>::infinity();
  for (const std::size_t count : counts_up_to(clusters_max)) {
    KmeansOptions with = options;
    with.clusters = count;
    Kmeans clusters = kmeans(points, with, pool);
    const double value = simplified_silhouette(points, clusters, pool);
    chosen.tried.push_back({count, value});
    if (value > best) {
      best = value;
      chosen.best = std::move(clusters);
    }
  }
  return chosen;
}

}  // namespace kindred::search
