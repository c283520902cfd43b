#include "kindred/factorization/fold_in.h"

#include "kindred/factorization/row_solver.h"

namespace kindred::factorization {

struct FoldIn::State {
  RowSolver solver;
  std::size_t dimensions;
};

FoldIn::FoldIn(MatrixView item_vectors, const IalsOptions& options, ThreadPool& pool)
    : state_(std::make_unique<State>(
          State{RowSolver(item_vectors, options, pool), item_vectors.cols})) {}
FoldIn::~FoldIn() = default;
FoldIn::FoldIn(FoldIn&&) noexcept = default;

std::vector<float> FoldIn::solve(std::span<const std::uint32_t> items,
                                 std::span<const float> weights) const {
  std::vector<float> solution(state_->dimensions);
  state_->solver.solve(items, weights, solution);
  return solution;
}

Matrix FoldIn::solve_all(const SparseMatrix& positives, ThreadPool& pool) const {
  Matrix vectors(positives.rows, state_->dimensions);
  pool.parallel_for(positives.rows, [&](std::size_t row, int) {
    state_->solver.solve(positives.row_columns(row), positives.row_values(row), vectors.row(row));
  });
  return vectors;
}

}  // namespace kindred::factorization
