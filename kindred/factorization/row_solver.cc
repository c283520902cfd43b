#include "kindred/factorization/row_solver.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "kindred/base/check.h"
#include "kindred/factorization/cost_model.h"
#include "kindred/factorization/dual.h"
#include "kindred/factorization/primal.h"
#include "kindred/linalg/kernels/dot.h"

namespace kindred::factorization {
namespace {

// Dual rows that one task solves and rotates back together: enough for a fast matrix
// product, few enough that the tasks of a small data set still spread over the threads.
constexpr std::size_t kBatchRows = 64;
// Segments of heavy rows whose sums are held at once, d^2 floats each.
constexpr std::size_t kWaveSegments = 32;

struct Scratch {
  PrimalScratch primal;
  DualScratch dual;
  linalg::AlignedBuffer rotated;  // kBatchRows x d, solutions in the eigenbasis.
  linalg::AlignedBuffer turned;   // The same, rotated back.

  explicit Scratch(std::size_t dimensions)
      : primal(dimensions),
        dual(dimensions),
        rotated(kBatchRows * dimensions),
        turned(kBatchRows * dimensions) {}
};

// One per worker, made when first needed.
class ScratchPool {
 public:
  ScratchPool(std::size_t dimensions, int thread_count)
      : dimensions_(dimensions), scratches_(static_cast<std::size_t>(thread_count)) {}

  Scratch& operator[](int worker) {
    auto& scratch = scratches_[static_cast<std::size_t>(worker)];
    if (!scratch) scratch.emplace(dimensions_);
    return *scratch;
  }

 private:
  std::size_t dimensions_;
  std::vector<std::optional<Scratch>> scratches_;
};

RowPositives positives_of(const SparseMatrix& rows, std::size_t row) {
  return {rows.row_columns(row), rows.row_values(row)};
}

// Where the solutions of all rows go.
struct Solutions {
  Matrix& vectors;
  std::vector<double> minima;  // Of each row's terms of the objective.

  explicit Solutions(Matrix& into) : vectors(into), minima(into.rows(), 0.0) {}
};

// Rows in three groups, each longest first and then by index.
struct Schedule {
  std::vector<std::size_t> heavy;
  std::vector<std::size_t> primal;
  std::vector<std::size_t> dual;
};

template <typename TakesDual>
Schedule schedule(const SparseMatrix& rows, TakesDual takes_dual) {
  std::vector<std::size_t> order(rows.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::size_t row) { return rows.row_size(row); });
  Schedule groups;
  for (const std::size_t row : order) {
    const std::size_t n = rows.row_size(row);
    (takes_dual(n) ? groups.dual : is_heavy(n) ? groups.heavy : groups.primal).push_back(row);
  }
  return groups;
}

// Sums the segments of some heavy rows in parallel, then solves those rows in parallel.
void solve_heavy(const FixedSide& fixed, const SparseMatrix& rows,
                 std::span<const std::size_t> heavy, ScratchPool& scratches, Solutions& solutions,
                 ThreadPool& pool) {
  struct Segment {
    std::size_t row;
    std::size_t begin;
  };
  std::vector<Segment> segments;
  std::vector<std::size_t> first_segment;
  for (const std::size_t row : heavy) {
    first_segment.push_back(segments.size());
    for (std::size_t begin = 0; begin < rows.row_size(row); begin += kSegmentRows) {
      segments.push_back({row, begin});
    }
  }
  first_segment.push_back(segments.size());
  std::vector<NormalSums> sums;
  sums.reserve(segments.size());
  for (std::size_t i = 0; i < segments.size(); ++i) sums.emplace_back(fixed.dimensions());
  pool.parallel_for(segments.size(), [&](std::size_t index, int worker) {
    const auto [row, begin] = segments[index];
    const std::size_t end = std::min(begin + kSegmentRows, rows.row_size(row));
    add_positives(fixed, positives_of(rows, row).slice(begin, end), scratches[worker].primal,
                  sums[index]);
  });
  pool.parallel_for(heavy.size(), [&](std::size_t index, int worker) {
    const auto of_row = std::span(sums).subspan(first_segment[index],
                                                first_segment[index + 1] - first_segment[index]);
    const std::size_t row = heavy[index];
    solutions.minima[row] = solve_primal(fixed, positives_of(rows, row), of_row,
                                         scratches[worker].primal, solutions.vectors.row(row));
  });
}

// As many heavy rows at a time as the memory for their segments allows, at least one.
void solve_heavy_in_waves(const FixedSide& fixed, const SparseMatrix& rows,
                          std::span<const std::size_t> heavy, ScratchPool& scratches,
                          Solutions& solutions, ThreadPool& pool) {
  std::size_t begin = 0;
  while (begin < heavy.size()) {
    std::size_t end = begin;
    std::size_t segment_count = 0;
    do {
      segment_count += (rows.row_size(heavy[end]) + kSegmentRows - 1) / kSegmentRows;
      ++end;
    } while (end < heavy.size() && segment_count < kWaveSegments);
    solve_heavy(fixed, rows, heavy.subspan(begin, end - begin), scratches, solutions, pool);
    begin = end;
  }
}

void solve_dual_batch(const FixedSide& fixed, const SparseMatrix& rows,
                      std::span<const std::size_t> batch, Scratch& scratch, Solutions& solutions) {
  const std::size_t d = fixed.dimensions();
  std::vector<std::size_t> failed;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const std::span<float> rotated(scratch.rotated.data() + i * d, d);
    const auto minimum = solve_dual(fixed, positives_of(rows, batch[i]), scratch.dual, rotated);
    solutions.minima[batch[i]] = minimum.value_or(0.0);
    if (minimum) continue;
    std::ranges::fill(rotated, 0.0F);
    failed.push_back(batch[i]);
  }
  rotate_back(fixed, {scratch.rotated.data(), batch.size(), d, d},
              {scratch.turned.data(), batch.size(), d, d});
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::copy_n(scratch.turned.data() + i * d, d, solutions.vectors.row(batch[i]).begin());
  }
  for (const std::size_t row : failed) {
    solutions.minima[row] =
        solve_primal(fixed, positives_of(rows, row), scratch.primal, solutions.vectors.row(row));
  }
}

}  // namespace

RowSolver::RowSolver(MatrixView fixed, const IalsOptions& options, bool with_eigenbasis,
                     ThreadPool& pool)
    : fixed_(fixed, options, with_eigenbasis, pool) {}

bool RowSolver::takes_dual(std::size_t positive_count) const noexcept {
  return fixed_.has_eigenbasis() &&
         prefers_dual(positive_count, fixed_.dimensions(), fixed_.options().solver);
}

void RowSolver::solve(RowPositives row, std::span<float> solution) const {
  const std::size_t d = fixed_.dimensions();
  if (takes_dual(row.size())) {
    DualScratch scratch(d);
    std::vector<float> rotated(d);
    if (solve_dual(fixed_, row, scratch, rotated)) {
      rotate_back(fixed_, {rotated.data(), 1, d, d}, {solution.data(), 1, d, d});
      return;
    }
  }
  PrimalScratch scratch(d);
  solve_primal(fixed_, row, scratch, solution);
}

double RowSolver::solve_all(const SparseMatrix& rows, Matrix& vectors, ThreadPool& pool) const {
  KINDRED_CHECK(rows.cols == fixed_.count() && vectors.rows() == rows.rows &&
                vectors.cols() == fixed_.dimensions());
  Solutions solutions(vectors);
  const Schedule groups = schedule(rows, [this](std::size_t n) { return takes_dual(n); });
  ScratchPool scratches(fixed_.dimensions(), pool.thread_count());
  solve_heavy_in_waves(fixed_, rows, groups.heavy, scratches, solutions, pool);

  const std::size_t batch_count = (groups.dual.size() + kBatchRows - 1) / kBatchRows;
  pool.parallel_for(groups.primal.size() + batch_count, [&](std::size_t task, int worker) {
    Scratch& scratch = scratches[worker];
    if (task < groups.primal.size()) {
      const std::size_t row = groups.primal[task];
      solutions.minima[row] =
          solve_primal(fixed_, positives_of(rows, row), scratch.primal, solutions.vectors.row(row));
      return;
    }
    const std::size_t begin = (task - groups.primal.size()) * kBatchRows;
    const std::size_t end = std::min(begin + kBatchRows, groups.dual.size());
    solve_dual_batch(fixed_, rows, std::span(groups.dual).subspan(begin, end - begin), scratch,
                     solutions);
  });
  return std::accumulate(solutions.minima.begin(), solutions.minima.end(), 0.0);
}

std::vector<float> RowSolver::shares(RowPositives row, std::span<const float> target) const {
  std::vector<float> shares(row.size());
  if (takes_dual(row.size())) {
    DualScratch scratch(fixed_.dimensions());
    if (dual_shares(fixed_, row, target, scratch, shares)) return shares;
  }
  PrimalScratch scratch(fixed_.dimensions());
  std::vector<float> response(target.begin(), target.end());
  apply_inverse(fixed_, row, scratch, response);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const float weight = row.weights.empty() ? 1.0F : row.weights[i];
    shares[i] = weight * linalg::dot(response, fixed_.vectors().row(row.ids[i]));
  }
  return shares;
}

}  // namespace kindred::factorization
