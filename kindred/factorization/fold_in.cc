#include "kindred/factorization/fold_in.h"

#include "kindred/base/check.h"
#include "kindred/factorization/row_solver.h"

namespace kindred::factorization {

struct FoldIn::State {
  MatrixView item_vectors;
  RowSolver solver;
};

FoldIn::FoldIn(MatrixView item_vectors, const IalsOptions& options, ThreadPool& pool)
    : state_(std::make_unique<State>(
          State{item_vectors,
                RowSolver(item_vectors, options, options.solver != IalsSolver::primal, pool)})) {}
FoldIn::~FoldIn() = default;
FoldIn::FoldIn(FoldIn&&) noexcept = default;

std::vector<float> FoldIn::solve(std::span<const std::uint32_t> items,
                                 std::span<const float> weights) const {
  std::vector<float> solution(state_->item_vectors.cols);
  state_->solver.solve({items, weights}, solution);
  return solution;
}

Matrix FoldIn::solve_all(const SparseMatrix& positives, ThreadPool& pool) const {
  Matrix vectors(positives.rows, state_->item_vectors.cols);
  state_->solver.solve_all(positives, vectors, pool);
  return vectors;
}

std::vector<Contribution> FoldIn::explain(std::span<const std::uint32_t> items,
                                          std::span<const float> weights,
                                          std::uint32_t target) const {
  KINDRED_CHECK(target < state_->item_vectors.rows);
  const std::vector<float> shares =
      state_->solver.shares({items, weights}, state_->item_vectors.row(target));
  std::vector<Contribution> contributions(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) contributions[i] = {items[i], shares[i]};
  return contributions;
}

}  // namespace kindred::factorization
